import { z } from "zod";

const page = z.int().optional();

/** What a parser made of a file. */
export const parsedDocument = z.object({
  title: z.string(),
  blocks: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("heading"), depth: z.int(), text: z.string(), page }),
      z.object({ kind: z.enum(["text", "table", "code"]), text: z.string(), page }),
    ]),
  ),
});
export type ParsedDocument = z.output<typeof parsedDocument>;

/** The first heading, else the file's name without its ending. */
export function titleOf(blocks: ParsedDocument["blocks"], name: string): string {
  const heading = blocks.find(({ kind }) => kind === "heading")?.text.trim();
  const file = name.split(/[/\\]/u).at(-1) ?? name;
  return (
    heading ||
    file
      .replace(/\.\w+$/u, "")
      .replace(/[_-]+/gu, " ")
      .trim() ||
    name
  );
}

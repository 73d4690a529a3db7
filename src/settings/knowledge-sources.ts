import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { z } from "zod";

/** Where a company's documents come from. */
export interface KnowledgeSource {
  /** Names it in lists and in its documents' identity. */
  readonly name: string;
  readonly kind: "folder" | "page" | "site" | "sitemap" | "git" | "room";
  /** A folder's path, an address, or a room as `slack:T0123:C0123`. */
  readonly at: string;
  /** Of a repository: the branch, and the folder in it. */
  readonly branch?: string | undefined;
  readonly folder?: string | undefined;
  /** Below this address its files can be read by people: what citations lead to. */
  readonly link?: string | undefined;
  /** Who may read it, such as `public`, `colleagues`, `role:staff`. */
  readonly audience: readonly string[];
  readonly language?: string | undefined;
  /** Who answers for it, for colleagues to ask. */
  readonly owner?: string | undefined;
  /** Gone through again after so many hours; at each start alone where it is left out. */
  readonly everyHours?: number | undefined;
  /** Pages at most; of a room messages. */
  readonly most: number;
  /** Of a room: how far back. */
  readonly days?: number | undefined;
}

const group =
  /^(?:public|colleagues|role:(?:customer|staff|admin|analytics)|room:(?:slack|discord|teams|web):[^:\s]+:\S+)$/;
const address = z
  .string()
  .refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), "must be an address such as https://…");
const kinds = {
  folder: z.string().min(1).optional(),
  page: address.optional(),
  site: address.optional(),
  sitemap: address.optional(),
  git: z
    .string()
    .regex(/^(?:https:\/\/|ssh:\/\/|file:\/\/|git@)\S+$/, "must be a repository's address")
    .optional(),
  // Teams tells a bot no history, and what visitors of a web site say is theirs alone.
  room: z
    .string()
    .regex(/^(?:slack|discord):[^:\s]+:\S+$/, "must be a room such as slack:T0123:C0123")
    .optional(),
};
const mostPages = 10_000;

/** One entry under `knowledge` in a company's file. */
export const knowledgeSource = z
  .strictObject({
    ...kinds,
    branch: z
      .string()
      .regex(/^[\w][\w./-]*$/, "must be a branch's name")
      .optional(),
    path: z
      .string()
      .refine((path) => !isAbsolute(path) && !path.split("/").includes(".."), "must be a folder in it")
      .optional(),
    link: address.optional(),
    audience: z
      .array(z.string().regex(group, "must be public, colleagues, role:staff or room:slack:T1:C1"))
      .min(1)
      .optional(),
    days: z.int().min(1).max(3_650).optional(),
    language: z
      .string()
      .regex(/^[a-z]{2}$/, "must be a language such as de")
      .optional(),
    owner: z.string().min(1).max(200).optional(),
    everyHours: z.number().min(0.05).max(8_760).optional(),
    most: z.int().min(1).max(mostPages).default(500),
  })
  .refine(
    (source) => Object.keys(kinds).filter((kind) => kind in source).length === 1,
    "must name one of folder, page, site, sitemap, git, room",
  )
  .refine(
    ({ room, audience }) => room === undefined || audience === undefined,
    "a room's history is for those who read the room: leave its audience out",
  );

/** The folder `config/knowledge/<company>` where there is one, for everybody; then what the company's file names. */
export function toKnowledgeSources(
  root: string,
  slug: string,
  given: readonly z.output<typeof knowledgeSource>[],
): readonly KnowledgeSource[] {
  const own = `config/knowledge/${slug}`;
  const path = join(root, own);
  const first: KnowledgeSource[] = existsSync(path)
    ? [{ name: own, kind: "folder", at: path, audience: ["public"], most: mostPages }]
    : [];
  return [...first, ...given.map((source) => toSource(root, source))];
}

/** The name of the source that a room's history is, by the room's own such as `slack:T0123:C0123`. */
export function roomSourceOf(room: string): string {
  return `room:${room}`;
}

function toSource(
  root: string,
  {
    path,
    folder,
    page,
    site,
    sitemap,
    git,
    room,
    audience = ["public"],
    ...others
  }: z.output<typeof knowledgeSource>,
): KnowledgeSource {
  const rest = { ...others, audience };
  if (folder !== undefined) return { ...rest, name: folder, kind: "folder", at: resolve(root, folder) };
  if (page !== undefined) return { ...rest, name: page, kind: "page", at: page };
  if (site !== undefined) return { ...rest, name: site, kind: "site", at: site };
  if (sitemap !== undefined) return { ...rest, name: sitemap, kind: "sitemap", at: sitemap };
  if (room !== undefined) {
    const { everyHours = 1, days = 90 } = others;
    return {
      ...rest,
      everyHours,
      days,
      name: roomSourceOf(room),
      kind: "room",
      at: room,
      audience: [`room:${room}`],
    };
  }
  const at = git ?? "";
  return { ...rest, name: path === undefined ? at : `${at} ${path}`, kind: "git", at, folder: path };
}

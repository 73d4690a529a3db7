import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { startEnvironment, startFlags } from "./as-started.ts";
import { makeDocuments, sectionsEach, type MadeDocuments } from "./made-documents.ts";
import { residentMbOfTree } from "./process-figures.ts";
import { endTied, spawnTied } from "./tied.ts";

/** What a company's documents take of memory, in MB of all Baton's processes together, and the times of questions to them. */
export interface KnowledgeMemory {
  readonly idle: number;
  /** The most while they come in, while the table is read, and while it is asked. */
  readonly takingIn: number;
  readonly reading: number;
  readonly asking: number;
  /** Of that, at the end, in the heap of JavaScript and in arrays. */
  readonly heap: number;
  readonly arrays: number;
  readonly seconds: number;
  readonly times: readonly number[];
}

const lookedAtEachMs = 100;
const questionsAsked = 300;
const phase = z.object({
  over: z.enum(["idle", "taking in", "reading", "asking"]),
  seconds: z.number().default(0),
  times: z.array(z.number()).default([]),
  heap: z.number().default(0),
  arrays: z.number().default(0),
});

/** Has a process of its own take so many chunks in and ask them, and looks at it and all below it from outside. */
export async function measureKnowledgeMemory(folder: string, chunks: number): Promise<KnowledgeMemory> {
  const pages = join(folder, "pages.jsonl");
  await writePages(pages, makeDocuments(), chunks / sectionsEach);
  const file = fileURLToPath(new URL("../knowledge-memory-process.ts", import.meta.url));
  const child = spawnTied(
    process.execPath,
    [...startFlags, "--no-warnings", file, join(folder, "large"), pages],
    { env: { ...process.env, ...startEnvironment }, stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = once(child, "exit");
  let most = 0;
  const looking = setInterval(
    () => (most = Math.max(most, residentMbOfTree(child.pid ?? 0))),
    lookedAtEachMs,
  );
  const mosts = new Map<string, number>();
  let last = phase.parse({ over: "idle" });
  let seconds = 0;
  try {
    if (child.stdout === null) throw new Error("bench: the process has no output");
    for await (const line of createInterface({ input: child.stdout })) {
      last = phase.parse(JSON.parse(line));
      seconds += last.seconds;
      mosts.set(last.over, last.over === "idle" ? residentMbOfTree(child.pid ?? 0) : most);
      most = 0;
    }
    await ended;
  } finally {
    clearInterval(looking);
    await endTied(child, "SIGKILL");
  }
  const mostOf = (over: string) => mosts.get(over) ?? Number.NaN;
  const { heap, arrays, times } = last;
  const [takingIn, reading, asking] = [mostOf("taking in"), mostOf("reading"), mostOf("asking")];
  return { idle: mostOf("idle"), takingIn, reading, asking, heap, arrays, seconds, times };
}

async function writePages(path: string, made: MadeDocuments, count: number): Promise<void> {
  const file = createWriteStream(path);
  for (let at = 0; at < count; at += 1)
    if (!file.write(`${JSON.stringify(made.next())}\n`)) await once(file, "drain");
  file.end();
  await once(file, "close");
  await writeFile(`${path}.questions`, JSON.stringify(made.questions.slice(0, questionsAsked)));
}

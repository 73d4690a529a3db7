import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

let talk: Talk;
let repository: string;
const file = (...lines: string[]) => ({
  "config/tenants/acme.yaml": ["name: Acme", "default: true", ...lines, ""].join("\n"),
});
const source = (audience: string) => [
  "knowledge:",
  `  - git: file://${repository}`,
  `    audience: [${audience}]`,
];

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), "baton-git-"));
  const git = (...given: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=t", "-c", "user.email=t@t.example", ...given], {
      cwd: repository,
    });
  await writeFile(join(repository, "plan.md"), "# Moving\n\nThe office moves to Oslo in May.\n");
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "first");
  talk = await openTalk({ model: "none", files: file(...source("public")) });
  await takenIn(talk);
}, 240_000);
afterAll(async () => {
  await talk?.stop();
  await rm(repository, { recursive: true, force: true });
});

const ask = async () => {
  const asked = await talk.say("@baton where does the office move in May");
  const [words] = await talk.answers(asked, 1, slowlyMs);
  return words;
};

it("a source that its file shows to fewer people is shown to no others from the next start on, whether it can be read or not", async () => {
  expect(await ask()).toContain("Oslo");
  await rm(repository, { recursive: true, force: true });
  await talk.house.restart({ files: file(...source("colleagues")) });
  expect(await ask()).not.toContain("Oslo");
  const kept = await talk.rows<{ audience: string[] }>("SELECT audience FROM knowledge_documents");
  expect(kept).toEqual([{ audience: ["colleagues"] }]);
}, 240_000);

it("a source that is taken out of its file is forgotten", async () => {
  await talk.house.restart({ files: file() });
  await until(async () => (await talk.rows("SELECT 1 FROM knowledge_documents")).length === 0, slowlyMs);
  await until(async () => (await talk.rows("SELECT 1 FROM knowledge_sources")).length === 0, slowlyMs);
}, 240_000);

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTalk, type Talk } from "../support/talk.ts";

const main = fileURLToPath(new URL("../../src/compose/export-main.ts", import.meta.url));
const masterKey = randomBytes(32).toString("base64");
const agreeing = "name: Acme\ndefault: true\ntraining: true\n";
let talk: Talk;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-export-"));
  await mkdir(join(folder, "config/tenants"), { recursive: true });
  talk = await openTalk({
    env: { BATON_MASTER_KEY: masterKey },
    files: { "config/tenants/acme.yaml": agreeing },
  });
}, 60_000);
afterAll(async () => {
  await talk?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command as an operator does, in a folder whose company's file says this. */
async function runExport(company: string) {
  await writeFile(join(folder, "config/tenants/acme.yaml"), company);
  const env = {
    PATH: process.env["PATH"],
    DATABASE_URL: talk.databaseUrl,
    BATON_MASTER_KEY: masterKey,
    BATON_DATA_DIR: folder,
  };
  const run = promisify(execFile);
  return run(process.execPath, [main], { cwd: folder, env, timeout: 30_000 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
}

const agrees = async () => {
  const remove = talk.model.addRule(({ unanswered, toolResults }) => {
    if (!unanswered.some((text) => text.includes("you may train"))) return undefined;
    if (toolResults.length > 0) return { text: "Thank you, I have noted that." };
    return { toolCalls: [{ name: "update_preferences", arguments: { preferences: { training: "yes" } } }] };
  });
  await tellDirectly("you may train with what I write");
  remove();
};
const tellDirectly = async (text: string) => {
  await talk.say(text, { channel: "dm" });
  await talk.settled();
};

it("only what people agreed to leaves, without what tells who they are (R359)", async () => {
  await tellDirectly("My card 4111 1111 1111 1111 is lost, write to ana@mail.example.com");
  await talk.answers(await talk.say("@baton nobody may read this secret of mine", { user: "Ben" }));
  expect((await runExport(agreeing)).stderr).toContain("0 conversations");
  await agrees();
  const { stdout, stderr } = await runExport(agreeing);
  expect(stderr).toContain("1 conversations");
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(1);
  const exported = JSON.parse(lines[0] ?? "") as {
    messages: { role: string; content: string }[];
    metadata: Record<string, string>;
  };
  expect(exported.messages[0]).toEqual({
    role: "user",
    content: "My card [number] is lost, write to [email]",
  });
  expect(new Set(exported.messages.map(({ role }) => role))).toEqual(new Set(["user", "assistant"]));
  expect(exported.metadata).toMatchObject({ company: "acme" });
  expect(stdout).not.toMatch(/secret of mine|4111|ana@mail/);
}, 60_000);

it("nothing leaves a company that did not agree (R359)", async () => {
  const { stdout, stderr } = await runExport("name: Acme\ndefault: true\n");
  expect(stdout).toBe("");
  expect(stderr).toContain("training: true");
}, 60_000);

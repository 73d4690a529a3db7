import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeRoom, openRoom } from "../../src/settings/edit-rooms.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const main = fileURLToPath(new URL("../../src/compose/knowledge-main.ts", import.meta.url));
let database: TestDatabase;
let folder: string;
let root = fileURLToPath(new URL("../..", import.meta.url));
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(os.tmpdir(), "baton-knowledge-"));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** As an operator types it; what it prints, and whether it says that all went well. */
async function knowledge(...args: string[]): Promise<{ readonly said: string; readonly isFine: boolean }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: root,
    env: {
      ...process.env,
      DATABASE_URL: database.url,
      BATON_MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      BATON_DATA_DIR: folder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { said, isFine: code === 0 };
}

test("what is there is taken in, what is not is named, and the command says that not all went well", async () => {
  const page = path.join(folder, "returns.md");
  await writeFile(page, "# Returns\n\nYou may return a badge within thirty days.\n");
  const { said, isFine } = await knowledge("add", "/nowhere/at/all.md", page);
  expect(said).toMatch(/^\/nowhere\/at\/all\.md: there is no such file or folder/m);
  expect(said).toMatch(/returns\.md: added$/m);
  expect(isFine).toBe(false);
});

test.each([
  [["remove", "zzz"], /^zzz: not a document's id/],
  [["frobnicate"], /^There is no command frobnicate\.\nnpm run knowledge -- add/],
  [["add", ".", "--for=martians"], /^--for: nobody is called martians\. It is public, colleagues/],
])("knowledge %j is told what is wrong, without a stack", async (args, answer) => {
  const { said, isFine } = await knowledge(...args);
  expect(said).toMatch(answer);
  expect(said).not.toMatch(/\n {4}at /);
  expect(isFine).toBe(false);
});

test("a room is opened, listed, read again and closed in the company's file, and its remarks stay", async () => {
  const before = root;
  const file = path.join(folder, "config/tenants/acme.yaml");
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, "# ours\nname: Acme\nknowledge:\n  - page: https://acme.example/terms # legal\n");
  root = folder;
  try {
    const room = "slack:T0123:C0123";
    expect((await knowledge("add", `--channel=${room}`, "--days=30")).said).toContain(`${room} is open`);
    const opened = await readFile(file, "utf8");
    expect(opened).toMatch(/^# ours\n/);
    expect(opened).toContain("https://acme.example/terms # legal");
    expect(opened).toMatch(/- room: slack:T0123:C0123\n\s+days: 30\n/);
    expect((await knowledge("list")).said).toContain(`open room  ${room}  30 days back  not read yet`);
    expect((await knowledge("refresh", `--channel=${room}`)).said).toContain(
      "is read again by a running Baton",
    );
    const closed = await knowledge("remove", `--channel=${room}`);
    expect(closed).toMatchObject({ isFine: true });
    expect(closed.said).toContain(`${room} is closed, 0 threads are forgotten`);
    expect(await readFile(file, "utf8")).not.toContain("C0123");
    expect(closeRoom(folder, "acme", room)).toBe(false);
    expect(() => openRoom(folder, "acme", "teams:one:two", {})).toThrow(
      "--channel teams:one:two: room must be a room such as slack:T0123:C0123",
    );
    expect(await readFile(file, "utf8")).not.toContain("teams");
  } finally {
    root = before;
  }
}, 120_000);

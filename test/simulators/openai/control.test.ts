import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";

const main = fileURLToPath(new URL("../../../simulators/openai/main.ts", import.meta.url));

describe("the API as its own process", () => {
  let folder: string;
  let child: ChildProcess;
  let origin: string;
  let client: OpenAI;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "openai-simulator-"));
    const fixtures = join(folder, "answers.json");
    await writeFile(
      fixtures,
      JSON.stringify([{ match: { user: "opening hours" }, answer: "Nine to five." }]),
    );
    child = spawn(process.execPath, [main, "--port", "0", "--fixtures", fixtures], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout === null) throw new Error("no output");
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const ready = JSON.parse(line) as { ready: boolean; baseURL: string };
    if (!ready.ready) throw new Error(`not ready: ${line}`);
    origin = new URL(ready.baseURL).origin;
    client = new OpenAI({ baseURL: ready.baseURL, apiKey: "sk-x", maxRetries: 0 });
  });
  afterAll(async () => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true });
  });

  async function control(method: string, path: string, body?: unknown): Promise<unknown> {
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await fetch(`${origin}/control/${path}`, { method, ...given })).json();
  }

  function ask(content: string) {
    return client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content }] });
  }

  test("answers from its fixtures file", async () => {
    expect((await ask("What are your opening hours?")).choices[0]?.message.content).toBe("Nine to five.");
  });

  test("takes faults, fixtures, pace and keys, and tells its history and counts", async () => {
    await control("POST", "reset");
    expect(await control("POST", "faults", { kind: "server-error", text: "bad" })).toEqual({
      ids: [expect.any(Number)],
    });
    await expect(ask("bad luck")).rejects.toMatchObject({ status: 500 });
    await control("POST", "fixtures", [{ match: { user: "parking" }, answer: "Behind the house." }]);
    await control("POST", "pace", { firstTokenMs: 1 });
    expect((await ask("parking?")).choices[0]?.message.content).toBe("Behind the house.");
    expect(await control("GET", "history?since=1")).toMatchObject([
      { text: "parking?", status: 200, sequence: 2 },
    ]);
    expect(await control("GET", "counts")).toMatchObject({
      requests: 2,
      byFault: { "server-error": 1 },
      open: 0,
    });
    await control("POST", "keys", { revoke: ["sk-x"] });
    await expect(ask("hello")).rejects.toMatchObject({ status: 401 });
    await control("POST", "keys", { restore: ["sk-x"] });
  });

  test("waits for a request that is still to come", async () => {
    const waiting = control("POST", "wait", { match: { text: "soon", outcome: "complete" } });
    await ask("soon");
    expect(await waiting).toMatchObject({ text: "soon", outcome: "complete" });
    expect(await control("POST", "wait", { match: { text: "never" }, timeoutMs: 20 })).toMatchObject({
      error: expect.stringContaining("no request like that") as unknown,
    });
  });

  test("ends cleanly when it is told to", async () => {
    const other = spawn(process.execPath, [main], { stdio: ["ignore", "pipe", "inherit"] });
    if (other.stdout === null) throw new Error("no output");
    await once(createInterface(other.stdout), "line");
    const left = once(other, "exit");
    other.kill("SIGTERM");
    expect(await left).toEqual([0, null]);
  });

  test("names what is wrong with an order", async () => {
    expect(await control("POST", "faults", { kind: "earthquake" })).toMatchObject({
      error: expect.stringContaining("not valid") as unknown,
    });
    expect(await control("GET", "nothing")).toMatchObject({
      error: expect.stringContaining("no such") as unknown,
    });
  });
});

describe("what is remembered", () => {
  test("under counts no finished request is kept and the sums stay", async () => {
    const model = await startOpenAiSimulator({ record: "counts" });
    const client = new OpenAI({ baseURL: model.baseURL, apiKey: "sk-x", maxRetries: 0 });
    const request = { model: "gpt-4o-mini", messages: [{ role: "user" as const, content: "hi" }] };
    await Promise.all(Array.from({ length: 50 }, () => client.chat.completions.create(request)));
    expect(model.history()).toEqual([]);
    expect(model.counts()).toMatchObject({
      requests: 50,
      byStatus: { 200: 50 },
      byOutcome: { complete: 50 },
      open: 0,
    });
    await model.stop();
    await model.stop();
  });

  test("under full at most the limit is kept, newest last, with messages and answer", async () => {
    const model = await startOpenAiSimulator({ historyLimit: 2 });
    const client = new OpenAI({ baseURL: model.baseURL, apiKey: "sk-local-abcd", maxRetries: 0 });
    for (const content of ["one", "two", "three"]) {
      await client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content }] });
    }
    expect(model.history().map(({ text }) => text)).toEqual(["two", "three"]);
    expect(model.history()[1]).toMatchObject({
      keyTail: "abcd",
      body: { messages: [{ role: "user", content: "three" }] },
      answer: { text: expect.stringContaining("three") as unknown },
    });
    await model.stop();
  });
});

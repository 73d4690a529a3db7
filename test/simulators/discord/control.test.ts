import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import { connect } from "./gateway-client.ts";
import { createRest } from "./rest-client.ts";

let discord: DiscordSimulator;

beforeEach(async () => {
  discord = await startDiscordSimulator({ embedResolveMs: false });
});

afterEach(async () => {
  await discord.stop();
});

async function control(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${discord.url}/_control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

test("people act over HTTP, and the history tells of it", async () => {
  const said = await control("POST", "say?wait=1", {
    user: "Ana",
    channel: "#support",
    text: "@baton hi",
    files: [{ name: "a.txt", contentBase64: Buffer.from("lines").toString("base64") }],
  });
  const { messageId } = said.body as { messageId: string };
  expect(said.body).toMatchObject({ messageId, delivered: [{ type: "MESSAGE_CREATE", outcome: "nobody" }] });
  await control("POST", "react", { user: "Ben", channel: "#support", messageId, emoji: "👍" });
  await control("POST", "edit", { channel: "#support", messageId, text: "hello" });
  expect((await control("GET", "messages?channel=%23support")).body).toMatchObject([
    { id: messageId, text: "hello", edited: true, files: [{ size: 5 }], reactions: [{ emoji: "👍" }] },
  ]);
  const { body } = await control("GET", "history?kind=dispatches");
  expect(body).toMatchObject([
    { type: "MESSAGE_CREATE" },
    { type: "MESSAGE_REACTION_ADD" },
    { type: "MESSAGE_UPDATE" },
  ]);
  const second = (body as { seq: number }[])[1]?.seq ?? 0;
  expect((await control("GET", `history?kind=dispatches&since=${second}`)).body).toHaveLength(1);
});

test("faults, settings and the gateway are set over HTTP", async () => {
  const rest = createRest(discord);
  const set = await control("POST", "faults", { rest: { times: 1, do: { kind: "status", status: 502 } } });
  expect((await rest("GET", "/users/@me")).status).toBe(502);
  expect((await control("GET", "faults")).body).toMatchObject({ rest: [{ struck: 1 }] });
  await control("DELETE", `faults?id=${(set.body as { ids: number[] }).ids[0]}`);
  expect((await control("GET", "faults")).body).toEqual({ rest: [], events: [] });
  await control("POST", "configure", { heartbeatIntervalMs: 1_234 });
  const client = await connect(discord);
  expect(await client.frame(({ op }) => op === 10)).toMatchObject({ d: { heartbeat_interval: 1_234 } });
  await client.identified();
  expect((await control("GET", "gateway")).body).toMatchObject({ count: 1, sessions: [{ connected: true }] });
  await control("POST", "gateway", { action: "close", code: 4011 });
  expect(await client.closed).toBe(4011);
});

test("what makes no sense is refused with a reason", async () => {
  expect(await control("POST", "nothing", {})).toMatchObject({ status: 404 });
  expect(await control("POST", "say", { user: "Nobody", channel: "#support", text: "x" })).toEqual({
    status: 400,
    body: { error: "discord simulator: no user Nobody" },
  });
  expect(await control("POST", "gateway", { action: "explode" })).toMatchObject({ status: 400 });
  expect(await control("GET", "history?kind=dreams")).toMatchObject({ status: 400 });
});

test("a page can follow the changes as they happen", async () => {
  const response = await fetch(`${discord.url}/_control/changes`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  discord.userSays({ user: "Ana", channel: "#support", text: "live" });
  while (!text.includes('"live"')) text += (await reader?.read())?.value ?? "";
  expect(text).toContain("event: message");
  await reader?.cancel();
});

test("runs as a process of its own, says where, and goes when told", async () => {
  const main = fileURLToPath(new URL("../../../simulators/discord/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--no-rate-limits"], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const ready = JSON.parse(line.toString("utf8")) as { apiUrl: string; app: { botToken: string } };
    expect(ready).toMatchObject({ ready: true, guilds: [{ name: "Acme" }] });
    const me = await fetch(`${ready.apiUrl}/v10/users/@me`, {
      headers: { authorization: `Bot ${ready.app.botToken}` },
    });
    expect(me.status).toBe(200);
  } finally {
    child.kill("SIGTERM");
  }
  expect(await once(child, "exit")).toEqual([0, null]);
});

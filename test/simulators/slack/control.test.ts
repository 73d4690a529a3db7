import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import { eventOf, startReceiver } from "./receiver.ts";

let slack: SlackSimulator;
beforeEach(async () => {
  slack = await startSlackSimulator({ timeScale: 0.001, ownMessages: false });
});
afterEach(() => slack.stop());

async function control(
  url: string,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/control/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

test("its own process says where it is in one line, is driven over HTTP, and stops on a signal", async () => {
  const main = new URL("../../../simulators/slack/main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [main, "--port", "0", "--time-scale", "0.001"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { ready, url } = JSON.parse(line) as { ready: boolean; url: string };
  expect(ready).toBe(true);
  const said = await control(url, "POST", "say?wait=1", {
    user: "Ana",
    channel: "#support",
    text: "@baton hello",
  });
  const thread = (await control(
    url,
    "GET",
    `thread?channel=${encodeURIComponent("#support")}&ts=${String(said["ts"])}`,
  )) as unknown as { text: string }[];
  expect(thread.map((message) => message.text)).toEqual(["<@U0BATONBOT1> hello"]);
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
});

test("faults, state, history and reset are at hand over HTTP, and mistakes are told", async () => {
  await control(slack.url, "POST", "faults", {
    api: { method: "auth.test", do: { kind: "error", error: "fatal_error" } },
  });
  await fetch(`${slack.apiUrl}auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.installation.botToken}` },
  });
  expect(await control(slack.url, "GET", "history?kind=calls")).toMatchObject([
    { method: "auth.test", error: "fatal_error", fault: "error" },
  ]);
  expect(await control(slack.url, "GET", "state")).toMatchObject({
    users: [{ name: "baton" }, { name: "Ana" }, { name: "Ben" }, { name: "Mia" }].toSorted(
      (a, b) => Number(a.name === "baton") - Number(b.name === "baton"),
    ),
  });
  expect(await control(slack.url, "POST", "say", { user: "Nobody", channel: "#support", text: "x" })).toEqual(
    { error: "slack simulator: no user Nobody" },
  );
  slack.userSays({ user: "Ana", channel: "#support", text: "x" });
  await control(slack.url, "POST", "reset");
  expect(slack.messages("#support")).toEqual([]);
  expect(slack.faults.list().api).toEqual([]);
});

test("changes stream out as they happen", async () => {
  const abort = new AbortController();
  const response = await fetch(`${slack.url}/control/changes`, { signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  slack.userSays({ user: "Ana", channel: "#support", text: "live" });
  while (!text.includes("live")) text += (await reader?.read())?.value ?? "";
  expect(text).toContain("event: message");
  abort.abort();
});

test("a load measures acknowledgements and answers, and tells the lost and the doubled", async () => {
  const headers = { authorization: `Bearer ${slack.installation.botToken}` };
  const receiver = await startReceiver((received) => {
    const event = eventOf(received);
    const number = Number(String(event["text"]).split(" ").at(-1));
    const replies = event["type"] !== "app_mention" || number === 1 ? 0 : number === 2 ? 2 : 1;
    for (let n = 0; n < replies; n += 1)
      void fetch(`${slack.apiUrl}chat.postMessage`, {
        method: "POST",
        headers,
        body: new URLSearchParams({
          channel: String(event["channel"]),
          thread_ts: String(event["ts"]),
          text: "answer",
        }),
      });
    return { status: 200 };
  });
  slack.configure({ requestUrl: receiver.url });
  const report = await control(slack.url, "POST", "load", {
    mentions: 20,
    perSecond: 200,
    waitMs: 1_000,
    quietMs: 100,
  });
  expect(report).toMatchObject({
    mentions: 20,
    answered: 19,
    lost: 1,
    doubled: 1,
    unfinished: 0,
    notAcked: 0,
    ackMs: { count: 40 },
    firstTextMs: { count: 19 },
  });
  await slack.settled();
  await receiver.stop();
});

test("with counts only, the history stays empty and the numbers grow", async () => {
  slack.configure({ record: "counts" });
  for (let n = 0; n < 3; n += 1) await fetch(`${slack.apiUrl}api.test`, { method: "POST" });
  expect(slack.history()).toMatchObject({ calls: [], counts: { "call api.test ok": 3 } });
});

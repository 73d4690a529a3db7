import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBotClient } from "./bot-client.ts";
import { startReceiver } from "./receiver.ts";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";

let teams: TeamsSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  receiver = await startReceiver();
  teams = await startTeamsSimulator({ endpoint: receiver.url, timeScale: 0.01 });
});
afterEach(async () => {
  await teams.stop();
  await receiver.stop();
});

async function post(path: string, body: object = {}, url = teams.url): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/_control/${path}`, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as object) };
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${teams.url}/_control/${path}`)).json();
}

test("people act and the history is read over HTTP", async () => {
  const said = await post("say?wait=1", { user: "Ana", conversation: "personal", text: "hello" });
  expect(said).toMatchObject({ status: 200, delivered: [{ acked: true, attempt: 1 }] });
  await expect(get("messages?conversation=personal&user=Ana")).resolves.toMatchObject([{ text: "hello" }]);
  await expect(get("history?kind=deliveries")).resolves.toHaveLength(1);
  await expect(get("history?kind=calls")).resolves.toEqual([]);
  await expect(get("state")).resolves.toMatchObject({ botId: teams.botId, serviceUrl: teams.serviceUrl });
  await expect(post("say", { user: "Nobody", conversation: "personal", text: "x" })).resolves.toMatchObject({
    status: 400,
    error: "teams simulator: no such person: Nobody",
  });
  await expect(post("nothing")).resolves.toMatchObject({ status: 404 });
});

test("faults and keys are set and cleared over HTTP", async () => {
  const { ids } = await post("faults", { api: { operation: "message.create", do: { kind: "cut" } } });
  expect(ids).toHaveLength(1);
  await fetch(`${teams.url}/_control/faults?id=${String((ids as number[])[0])}`, { method: "DELETE" });
  await expect(get("faults")).resolves.toEqual({ api: [], deliveries: [] });
  await post("rotate-keys");
  await post("open-id", { status: "down" });
  await expect(get("open-id")).resolves.toMatchObject({ status: "down", kid: "msteams-2", keysFetches: 0 });
  await expect(post("authorization", { flaw: "missing" })).resolves.toMatchObject({ authorization: null });
});

test("every change reaches the listeners as it happens", async () => {
  const kinds: string[] = [];
  const stop = teams.onChange((change) => kinds.push(change.kind));
  const said = teams.userSays({ user: "Ana", conversation: "#Helpdesk", text: "hi", mentionsBot: true });
  await said.delivered;
  const bot = await createBotClient(teams);
  await bot.post(said.conversation, { type: "typing" });
  await bot.post(said.conversation, { type: "message", text: "hello" });
  stop();
  teams.reset();
  expect(kinds).toEqual(["message", "delivery", "call", "typing", "call", "message", "call"]);
});

test("as its own process it says where it is, serves and stops when told", async () => {
  const main = fileURLToPath(new URL("../../../simulators/teams/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "--time-scale", "0.01"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const ready = JSON.parse(line.toString("utf8")) as { ready: boolean; url: string; openIdUrl: string };
    expect(ready.ready).toBe(true);
    expect((await fetch(ready.openIdUrl)).status).toBe(200);
    const said = await post("say", { user: "Ana", conversation: "#Helpdesk", text: "hi" }, ready.url);
    expect(said["status"]).toBe(200);
  } finally {
    child.kill("SIGTERM");
  }
  await expect(once(child, "exit")).resolves.toEqual([0, null]);
});

import { afterEach, expect, test } from "vitest";
import type { TeamsSimulatorOptions } from "../../../simulators/teams/settings.ts";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { createBotClient } from "./bot-client.ts";
import { startReceiver } from "./receiver.ts";

const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(
  answer: Parameters<typeof startReceiver>[0],
  options: TeamsSimulatorOptions = {},
): Promise<{ teams: TeamsSimulator; receiver: Awaited<ReturnType<typeof startReceiver>> }> {
  const receiver = await startReceiver(answer);
  const teams = await startTeamsSimulator({
    endpoint: receiver.url,
    timeScale: 0.01,
    resendDelaysMs: [0, 20],
    ...options,
  });
  stops.push(
    () => teams.stop(),
    () => receiver.stop(),
  );
  return { teams, receiver };
}

const say = { user: "Ana", conversation: "personal", text: "hello" };

test("an activity that is not answered in time comes again with the same id", async () => {
  const { teams, receiver } = await start((_, nth) => ({ status: 200, afterMs: nth === 1 ? 1_000 : 0 }), {
    deliveryTimeoutMs: 300,
  });
  const said = teams.userSays(say);
  await expect(said.delivered).resolves.toMatchObject([{ attempt: 2, acked: true }]);
  expect(receiver.received.map(({ json }) => json["id"])).toEqual([said.id, said.id]);
  expect(teams.history().deliveries).toMatchObject([
    { attempt: 1, acked: false, error: "timeout", status: 0 },
    { attempt: 2, acked: true, status: 200 },
  ]);
});

test("a failure is tried again until the attempts are used up, a refusal is not", async () => {
  const { teams, receiver } = await start(() => ({ status: 500 }));
  await expect(teams.userSays(say).delivered).resolves.toMatchObject([{ attempt: 3, status: 500 }]);
  expect(receiver.received).toHaveLength(3);
  const refusing = await start(() => ({ status: 401 }));
  await expect(refusing.teams.userSays(say).delivered).resolves.toMatchObject([{ attempt: 1, status: 401 }]);
});

test("deliveries are dropped, doubled, delayed and answered in vain as told", async () => {
  const { teams, receiver } = await start(undefined);
  teams.faults.deliveries({ times: 1, do: { kind: "drop" } });
  await teams.userSays(say).delivered;
  expect(receiver.received).toHaveLength(0);

  teams.faults.deliveries({ times: 1, do: { kind: "duplicate", copies: 2, concurrent: true } });
  const doubled = await teams.userSays(say).delivered;
  expect(doubled.map(({ fault }) => fault)).toEqual([undefined, "duplicate", "duplicate"]);
  expect(new Set(receiver.received.map(({ json }) => json["id"])).size).toBe(1);

  teams.faults.deliveries({ times: 1, do: { kind: "lose_ack" } });
  await expect(teams.userSays(say).delivered).resolves.toMatchObject([{ attempt: 2, acked: true }]);

  teams.faults.deliveries({ text: "late", do: { kind: "delay", ms: 100 } });
  const late = teams.userSays({ ...say, text: "late" });
  const early = teams.userSays({ ...say, text: "early" });
  await Promise.all([late.delivered, early.delivered]);
  expect(receiver.received.slice(-2).map(({ json }) => json["id"])).toEqual([early.id, late.id]);
});

test("the service URL moves with the activities and their tokens, and the old one is gone", async () => {
  const { teams, receiver } = await start(undefined);
  await teams.userSays(say).delivered;
  const former = teams.serviceUrl;
  const bot = await createBotClient(teams);
  const { id } = teams.state.findConversation("personal", teams.state.findPerson("Ana"));
  const post = (serviceUrl: string) =>
    bot.call("POST", `conversations/${id}/activities`, { type: "message", text: "hi" }, serviceUrl);

  teams.moveServiceUrl({ region: "emea" });
  await teams.userSays(say).delivered;
  expect(teams.serviceUrl).toContain("/emea/");
  expect(receiver.received.map(({ json }) => json["serviceUrl"])).toEqual([former, teams.serviceUrl]);
  const claims = receiver.received.map(
    ({ authorization }) =>
      (
        JSON.parse(Buffer.from(authorization?.split(".")[1] ?? "", "base64url").toString("utf8")) as {
          serviceurl: string;
        }
      ).serviceurl,
  );
  expect(claims).toEqual([former, teams.serviceUrl]);
  expect((await post(former)).status).toBe(404);
  expect((await post(teams.serviceUrl)).status).toBe(201);

  teams.moveServiceUrl({ region: "apac", old: "cut" });
  await expect(post(former.replace("amer", "emea"))).rejects.toThrow("fetch failed");
  expect(
    teams
      .history()
      .calls.map(({ status, effect }) => ({ status, effect }))
      .slice(-3),
  ).toEqual([
    { status: 404, effect: "none" },
    { status: 201, effect: "applied" },
    { status: 0, effect: "none" },
  ]);
});

test("anything can be sent as it is, spoiled or not", async () => {
  const { teams, receiver } = await start(undefined);
  const activity = teams.activityOf(say);
  await teams.sendsActivity({ ...activity, channelId: "emulator" }, { token: "missing" }).delivered;
  await teams.sendsActivity(activity, { body: "{" }).delivered;
  await teams.sendsActivity(activity, { authorization: "Basic abc" }).delivered;
  expect(receiver.received.map(({ authorization, body }) => [authorization?.split(" ")[0], body[0]])).toEqual(
    [
      [undefined, "{"],
      ["Bearer", "{"],
      ["Basic", "{"],
    ],
  );
  expect(receiver.received[0]?.json["channelId"]).toBe("emulator");
  expect(receiver.received[1]?.body).toBe("{");
});

test("a reset forgets what was said and waits for nothing", async () => {
  const { teams } = await start(() => ({ status: 500 }), { resendDelaysMs: [60_000] });
  const said = teams.userSays(say);
  await teams.waitFor(() => teams.history().deliveries.length === 1);
  teams.reset();
  await expect(said.delivered).resolves.toHaveLength(1);
  await teams.settled();
  expect(teams.messages("personal", "Ana")).toEqual([]);
});

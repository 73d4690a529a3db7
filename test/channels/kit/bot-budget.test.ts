import { expect, it } from "vitest";
import { createBotBudget } from "../../../channels/kit/bot-budget.ts";
import type { MessageEnvelope } from "../../../src/core/envelope.ts";
import { silentLog } from "../../../src/core/log.ts";

const at = new Date(0);

function aMessage(id: string, { bot = "B1", thread = "T1", kind = "bot" } = {}): MessageEnvelope {
  return {
    id,
    kind: "message",
    channel: "discord",
    installation: "G1",
    place: { space: "C1", thread, audience: "public" },
    sender: { id: bot, kind: kind === "user" ? "user" : "bot" },
    text: "hello",
    attachments: [],
    addressed: "mention",
    mentionsOthers: false,
    inThread: true,
    sentAt: at,
    receivedAt: at,
    correlationId: id,
  };
}

function aBudget(most: number) {
  const clock = { now: 0 };
  const accepted: string[] = [];
  const take = createBotBudget({ most, now: () => clock.now, log: silentLog }, async ({ id }) => {
    accepted.push(id);
    return { kind: "accepted" };
  });
  return { clock, accepted, take };
}

const spent = { kind: "ignored", reason: "bot loop budget spent" };

it("lets so many messages of another bot through in ten minutes of one conversation, and each again for nothing", async () => {
  const { clock, accepted, take } = aBudget(3);
  for (const id of ["a", "b", "c"]) expect(await take(aMessage(id))).toEqual({ kind: "accepted" });
  for (const id of ["d", "e"]) expect(await take(aMessage(id))).toEqual(spent);
  expect(await take(aMessage("a"))).toEqual({ kind: "accepted" });
  clock.now = 10 * 60_000 + 1;
  await take(aMessage("f"));
  expect(accepted).toEqual(["a", "b", "c", "a", "f"]);
});

it("counts each pair of bots for itself, in each place for itself", async () => {
  const { take } = aBudget(1);
  expect(await take(aMessage("a"))).toEqual({ kind: "accepted" });
  expect(await take(aMessage("b"))).toEqual(spent);
  expect(await take(aMessage("c", { bot: "B2" }))).toEqual({ kind: "accepted" });
  expect(await take(aMessage("d", { bot: "B2" }))).toEqual(spent);
  expect(await take(aMessage("e", { thread: "T2" }))).toEqual({ kind: "accepted" });
  expect(await take(aMessage("f", { thread: "T2" }))).toEqual(spent);
});

it("never counts people, nor what bots do besides talking", async () => {
  const { take } = aBudget(0);
  expect(await take(aMessage("a", { kind: "user" }))).toEqual({ kind: "accepted" });
  expect(await take({ ...aMessage("b"), kind: "delete", targetId: "x" })).toEqual({ kind: "accepted" });
});

it("hears no other bot on a budget of nothing", async () => {
  expect(await aBudget(0).take(aMessage("a"))).toEqual(spent);
});

it("costs nothing what could not be taken in: the platform sends it again", async () => {
  let isDown = true;
  const take = createBotBudget({ most: 1, now: () => 0, log: silentLog }, async () => {
    if (isDown) throw new Error("the database is away");
    return { kind: "accepted" };
  });
  await expect(take(aMessage("a"))).rejects.toThrow("away");
  isDown = false;
  expect(await take(aMessage("a"))).toEqual({ kind: "accepted" });
});

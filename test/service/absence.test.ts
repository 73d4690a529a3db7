import { afterEach, describe, expect, it } from "vitest";
import type { Queue } from "../../src/queue/queue.ts";
import {
  addStaff,
  answeredIds,
  holdModel,
  numberedWords,
  openTalk,
  until,
  wordsOf,
  type Talk,
} from "../support/talk.ts";

let talk: Talk;
afterEach(() => talk.stop());

type Root = { ts: string; channel: string };
const idsIn = (root: Root) => talk.heard(root).map((reply) => answeredIds(wordsOf(reply)));

/** A queue that hears nothing but the sweeper's own bell, and what that rings. */
function deafTo(isLost: (dedupeId: string | undefined) => boolean) {
  return (queue: Queue): Queue => ({
    ...queue,
    ring: (name, ids, options) =>
      name === "turn" && isLost(options?.dedupeId) ? Promise.resolve() : queue.ring(name, ids, options),
  });
}

describe("a bell nobody hears", () => {
  it("is made up for by the sweeper", async () => {
    const lend = {
      database: <T>(database: T) => database,
      queue: deafTo((dedupeId) => dedupeId?.startsWith("sweep-") !== true),
    };
    talk = await openTalk({ lend });
    const root = await talk.say("@baton hello [[id:deaf]]");
    await talk.answers(root);
    await talk.say("and? [[id:again]]", { thread: root.ts });
    await talk.answers(root, 2);
    await talk.settled();
    expect(idsIn(root)).toEqual([["deaf"], ["again"]]);
  });

  it("that breaks for everybody for a while loses nothing", async () => {
    let broken = true;
    const lend = {
      database: <T>(database: T) => database,
      queue: (queue: Queue): Queue => ({
        ...queue,
        ring: (name, ids, options) =>
          broken ? Promise.reject(new Error("the queue is away")) : queue.ring(name, ids, options),
      }),
    };
    talk = await openTalk({ lend });
    const root = await talk.say("@baton hello [[id:away]]");
    broken = false;
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["away"]]);
  });
});

describe("what was said while Baton was away", () => {
  it("is answered exactly once when it is back", async () => {
    talk = await openTalk();
    const known = await talk.say("@baton hello [[id:before]]");
    const direct = await talk.say("hello [[id:dm0]]", { channel: "dm" });
    await talk.answers(known);
    await talk.settled();
    const lost = talk.slack.faults.events({ do: { kind: "drop" } });
    await talk.house.service.stop();
    await talk.say("still me [[id:follow]]", { thread: known.ts });
    const fresh = await talk.say("@baton something else [[id:fresh]]", { user: "Ben" });
    await talk.say("and directly [[id:dm1]]", { channel: "dm" });
    talk.slack.faults.clear(lost);
    await talk.house.restart();
    await talk.answers(known, 2);
    await talk.answers(fresh);
    await until(async () => directly(direct).some((ids) => ids.includes("dm1")));
    await talk.settled();
    expect([idsIn(known), idsIn(fresh)]).toEqual([[["before"], ["follow"]], [["fresh"]]]);
    expect(directly(direct)).toEqual([["dm0"], ["dm1"]]);
    await talk.house.restart();
    await talk.settled();
    expect([idsIn(known), idsIn(fresh)]).toEqual([[["before"], ["follow"]], [["fresh"]]]);
  });

  it("is fetched when Slack says that it held events back", async () => {
    talk = await openTalk();
    const known = await talk.say("@baton hello [[id:known]]");
    await talk.answers(known);
    const lost = talk.slack.faults.events({ types: ["message", "app_mention"], do: { kind: "drop" } });
    await talk.say("did you hear? [[id:held]]", { thread: known.ts });
    const fresh = await talk.say("@baton new [[id:new]]");
    talk.slack.faults.clear(lost);
    await talk.settled();
    expect(idsIn(known)).toEqual([["known"]]);
    await talk.slack.rateLimitsApp().delivered;
    await talk.answers(known, 2);
    await talk.answers(fresh);
    await talk.settled();
    expect([idsIn(known), idsIn(fresh)]).toEqual([[["known"], ["held"]], [["new"]]]);
  });

  it("is fetched also where newer events got through in between", async () => {
    talk = await openTalk();
    const known = await talk.say("@baton hello [[id:known]]");
    await talk.answers(known);
    const lost = talk.slack.faults.events({ types: ["message", "app_mention"], do: { kind: "drop" } });
    await talk.say("did you hear? [[id:held]]", { thread: known.ts });
    const fresh = await talk.say("@baton new [[id:new]]");
    talk.slack.faults.clear(lost);
    await talk.say("and this? [[id:through]]", { thread: known.ts });
    const newer = await talk.say("@baton newer [[id:newer]]");
    await talk.answers(newer);
    await talk.answers(known, 2);
    await talk.slack.rateLimitsApp().delivered;
    await talk.answers(known, 3);
    await talk.answers(fresh);
    await talk.settled();
    expect([idsIn(known), idsIn(fresh), idsIn(newer)]).toEqual([
      [["known"], ["through"], ["held"]],
      [["new"]],
      [["newer"]],
    ]);
  });

  function directly(place: Root) {
    return talk.slack
      .messages(place.channel)
      .filter((message) => message.isBot)
      .map((message) => answeredIds(wordsOf(message)));
  }
});

describe("a stop in the middle of an answer", () => {
  const text = numberedWords(150);
  async function streaming(): Promise<Root> {
    talk.model.setPace({ tokensPerSecond: 90 });
    talk.model.addFixtures([{ match: { user: "[[long]]" }, answer: { text } }]);
    const root = await talk.say("@baton everything [[long]]");
    await talk.slack.waitFor(
      () => talk.heard(root)[0]?.streaming === true && talk.heard(root)[0]?.text !== "",
    );
    return root;
  }

  it("finishes what it has begun when there is time", async () => {
    talk = await openTalk();
    const root = await streaming();
    await talk.house.service.stop();
    expect(talk.heard(root)).toHaveLength(1);
    expect(talk.heard(root)[0]?.streaming).toBe(false);
    expect(wordsOf(talk.heard(root)[0] ?? never())).toContain(text);
  });

  it("gives back what it cannot finish, and the next one leaves one whole answer", async () => {
    talk = await openTalk({ env: { BATON_SHUTDOWN_MS: "300" } });
    const root = await streaming();
    await talk.house.service.stop().catch(() => {});
    expect(wordsOf(talk.heard(root)[0] ?? never())).not.toContain("word149");
    talk.model.setPace({ tokensPerSecond: 0 });
    await talk.house.restart();
    await talk.slack.waitFor(() => wordsOf(talk.heard(root)[0] ?? never()).includes("word149"));
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    expect(wordsOf(talk.heard(root)[0] ?? never())).toContain(text);
    expect(talk.heard(root)[0]?.streaming).toBe(false);
  });

  it("a person who takes over meanwhile finds the half message ended, not completed", async () => {
    talk = await openTalk({ env: { BATON_SHUTDOWN_MS: "300" } });
    await addStaff(talk, "U0MIA000001", "Mia");
    const root = await streaming();
    await talk.house.service.stop().catch(() => {});
    const lost = talk.slack.faults.events({ do: { kind: "drop" } });
    await talk.rows(
      "UPDATE conversations SET owner_kind = 'human', owner_staff = (SELECT id FROM staff), status = 'escalated', epoch = epoch + 1",
    );
    talk.slack.faults.clear(lost);
    await talk.house.restart();
    await talk.slack.waitFor(() =>
      wordsOf(talk.heard(root)[0] ?? never()).includes("A teammate has taken over"),
    );
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    expect(talk.heard(root)[0]?.streaming).toBe(false);
  });
});

describe("a message that waits while another is thought about", () => {
  it("is not lost when Baton stops just then", async () => {
    talk = await openTalk({ env: { BATON_SHUTDOWN_MS: "300" } });
    const held = holdModel(talk, "[[id:a]]");
    const root = await talk.say("@baton one [[id:a]]");
    await held.asked;
    await talk.say("two [[id:b]]", { thread: root.ts });
    await talk.house.service.stop().catch(() => {});
    held.release();
    await talk.house.restart();
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["a", "b"]]);
  });
});

function never(): never {
  throw new Error("nothing was said");
}

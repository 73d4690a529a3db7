import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createSlackPacer } from "../../../channels/slack/pace.ts";
import { createPeople } from "../../../channels/slack/people.ts";
import { createSlackSender } from "../../../channels/slack/send.ts";
import { createSlackWeb } from "../../../channels/slack/web.ts";
import type { Attempt, Target } from "../../../src/core/channel.ts";
import { StoodDownError } from "../../../src/core/errors.ts";
import { parseId, type DeliveryId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Reply } from "../../../src/core/reply.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";

let slack: SlackSimulator;
let sender: ReturnType<typeof createSlackSender>;

beforeAll(async () => {
  slack = await startSlackSimulator();
});
afterAll(() => slack.stop());
afterEach(() => slack.reset());

function aSender(pace: "platform" | "off" = "off") {
  const web = createSlackWeb({
    token: slack.installation.botToken,
    apiUrl: slack.apiUrl,
    log: silentLog,
    pacer: createSlackPacer({ pace }),
    installation: slack.installation.teamId,
  });
  const clientFor = () => Promise.resolve(web);
  return createSlackSender({ clientFor, people: createPeople(clientFor), log: silentLog });
}

function anAttempt(change: Partial<Attempt> = {}): Attempt {
  return {
    deliveryId: parseId<DeliveryId>(crypto.randomUUID()),
    correlationId: "c",
    signal: new AbortController().signal,
    checkpoint: () => {},
    ...change,
  };
}

/** A question in a channel, and where its answer goes. */
function aQuestion(channel = "#support", audience: Target["place"]["audience"] = "public"): Target {
  sender = aSender();
  const said = slack.userSays({ user: "Ana", channel, text: "where is my badge?" });
  return {
    installation: slack.installation.teamId,
    place: { space: said.channel, thread: said.ts, audience },
    recipient: "U0ANA000001",
  };
}

const replies = ({ place }: Target) => slack.botReplies(place.space, place.thread);
const callsOf = (method: string) => slack.history().calls.filter((call) => call.method === method);
const seek = (deliveryId: DeliveryId, since: Date, streamed = false, known: string[] = []) => ({
  deliveryId,
  since,
  streamed,
  known,
});

const everything: Reply = {
  body: "# Badges\n\nAsk at **reception** <!channel>.\n\n| day | open |\n| --- | --- |\n| Mon | 9–17 |\n\n- [ ] bring ID\n\n```ts\nrun();\n```",
  citations: Array.from({ length: 14 }, (_, at) => ({
    title: `Guide ${at}`,
    url: "https://docs.example/g?a=1&b=2",
    locator: "p. 2",
  })),
  buttons: [{ action: "baton.human", label: "Talk to a human", value: "1", style: "primary" }],
  suggestions: ["How much is it?", "Where is it?"],
  feedback: "turn-1",
};

describe("sending", () => {
  it("posts into the thread that asked, with a payload that Slack takes in full", async () => {
    const target = aQuestion();
    const attempt = anAttempt();
    const ref = await sender.send(target, everything, attempt);
    expect(replies(target)).toMatchObject([
      {
        ts: ref.id,
        metadata: { event_type: "baton_delivery", event_payload: { delivery_id: attempt.deliveryId } },
      },
    ]);
    expect(slack.complaints()).toEqual([]);
  });

  it("takes pieces of any length that it cut itself", async () => {
    const target = aQuestion();
    for (const piece of sender.split({ ...everything, body: `${everything.body}\n\n`.repeat(150) }))
      await sender.send(target, piece, anAttempt());
    expect(replies(target).length).toBeGreaterThan(1);
    expect(slack.complaints()).toEqual([]);
  });

  it("whispers what is only for one person", async () => {
    const target = aQuestion();
    await sender.send(target, { body: "psst", onlyFor: "U0ANA000001" }, anAttempt());
    expect(replies(target)).toEqual([]);
    expect(slack.ephemerals()).toMatchObject([{ text: "psst", ephemeralTo: "U0ANA000001" }]);
  });

  it("sends nothing once the right to send is lost", async () => {
    const target = aQuestion();
    const checkpoint = (): never => {
      throw new StoodDownError("somebody else has it");
    };
    await expect(sender.send(target, { body: "hi" }, anAttempt({ checkpoint }))).rejects.toBeInstanceOf(
      StoodDownError,
    );
    await expect(
      sender.send(target, { body: "hi" }, anAttempt({ signal: AbortSignal.abort() })),
    ).rejects.toMatchObject({ name: "TransientError" });
    expect(callsOf("chat.postMessage")).toEqual([]);
  });

  it("updates, removes and reacts as often as asked", async () => {
    const target = aQuestion();
    const ref = await sender.send(target, { body: "one" }, anAttempt());
    for (const body of ["two", "two"]) await sender.update(target, ref, { body }, anAttempt());
    for (const on of [true, true]) await sender.react(target, ref, "👀", on);
    expect(replies(target)).toMatchObject([{ text: "two", reactions: [{ name: "eyes" }] }]);
    for (const on of [false, false]) await sender.react(target, ref, "👀", on);
    for (let time = 0; time < 2; time++) await sender.remove(target, ref, anAttempt());
    expect(replies(target)).toEqual([]);
    await sender.typing(target);
    await sender.typing({ ...target, place: { ...target.place, space: "C0NOWHERE01" } });
  });
});

describe("failing", () => {
  it.each([
    { kind: "cut", when: "after" } as const,
    ...[500, 502, 503, 504, 408].map((status) => ({ kind: "status", status, when: "after" }) as const),
    { kind: "malformed", when: "after" } as const,
    { kind: "empty", when: "after" } as const,
  ])("is unsure after %j and finds what was delivered (P1, P2)", async (fault) => {
    const target = aQuestion();
    const attempt = anAttempt();
    const since = new Date();
    slack.faults.api({ method: "chat.postMessage", times: 1, do: fault });
    await expect(sender.send(target, { body: "answer" }, attempt)).rejects.toMatchObject({
      name: "UncertainError",
    });
    const found = await sender.find(target, seek(attempt.deliveryId, since));
    expect(found).toEqual({ kind: "found", ref: { id: replies(target)[0]?.ts } });
    expect(replies(target)).toHaveLength(1);
  });

  it("tells that nothing was delivered when the cut came before", async () => {
    const target = aQuestion();
    const attempt = anAttempt();
    slack.faults.api({ method: "chat.postMessage", times: 1, do: { kind: "cut", when: "before" } });
    await expect(sender.send(target, { body: "answer" }, attempt)).rejects.toMatchObject({
      name: "UncertainError",
    });
    expect(await sender.find(target, seek(attempt.deliveryId, new Date()))).toEqual({ kind: "absent" });
  });

  it("finds a delivery in a direct conversation without threads", async () => {
    const { place, ...target } = aQuestion("dm", "direct");
    const direct: Target = { ...target, place: { ...place, thread: "" } };
    const attempt = anAttempt();
    const ref = await sender.send(direct, { body: "answer" }, attempt);
    expect(await sender.find(direct, seek(attempt.deliveryId, new Date()))).toEqual({ kind: "found", ref });
    expect(await sender.find(direct, seek(anAttempt().deliveryId, new Date()))).toEqual({ kind: "absent" });
  });

  it("waits when looking is limited as well (P5)", async () => {
    const target = aQuestion();
    slack.faults.api({
      method: "conversations.replies",
      times: 1,
      do: { kind: "rate_limit", retryAfterSeconds: 60 },
    });
    await expect(sender.find(target, seek(anAttempt().deliveryId, new Date()))).rejects.toMatchObject({
      name: "TransientError",
      retryAfterMs: 60_000,
    });
  });

  it("holds up one channel that Slack limits, and no other (S7)", async () => {
    const limited = aQuestion("#support");
    const other: Target = { ...aQuestion("#general"), installation: limited.installation };
    slack.faults.api({
      method: "chat.postMessage",
      channel: "#support",
      do: { kind: "rate_limit", retryAfterSeconds: 30 },
    });
    for (let time = 0; time < 3; time++) {
      await expect(sender.send(limited, { body: "x" }, anAttempt())).rejects.toMatchObject({
        name: "TransientError",
        code: "ratelimited",
      });
      await sender.send(other, { body: "y" }, anAttempt());
    }
    expect(replies(other)).toHaveLength(3);
    // The first one asked; the others knew already.
    expect(callsOf("chat.postMessage")).toHaveLength(4);
  });

  it.each([
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "account_inactive",
    "token_revoked",
    "invalid_auth",
    "msg_too_long",
    "restricted_action",
  ])("gives up on %s at once (S8)", async (code) => {
    const target = aQuestion();
    slack.faults.api({ method: "chat.postMessage", times: 1, do: { kind: "error", error: code } });
    await expect(sender.send(target, { body: "x" }, anAttempt())).rejects.toMatchObject({
      name: "PermanentError",
      code,
    });
    expect(callsOf("chat.postMessage")).toHaveLength(1);
  });
});

describe("streaming", () => {
  it("costs two requests for an answer that was complete at once", async () => {
    const target = aQuestion();
    const attempt = anAttempt();
    const stream = await sender.stream(target, everything.body, attempt);
    await stream.finish(everything);
    await stream.finish(everything);
    expect(callsOf("chat.startStream")).toHaveLength(1);
    expect(callsOf("chat.stopStream")).toHaveLength(1);
    expect(slack.history().calls.filter(({ method }) => method.startsWith("chat."))).toHaveLength(2);
    expect(replies(target)).toMatchObject([
      { streaming: false, metadata: { event_payload: { delivery_id: attempt.deliveryId } } },
    ]);
    expect(replies(target)[0]?.text).toContain("Ask at **reception** &lt;\u2060!channel>.");
    expect(slack.complaints()).toEqual([]);
  });

  it("appends what is new and ends on the whole answer", async () => {
    const target = aQuestion();
    const stream = await sender.stream(target, "Ask at ", anAttempt());
    void stream.show("Ask at **rec");
    await stream.show("Ask at **reception** tod");
    expect(replies(target)).toMatchObject([{ text: "Ask at **reception** tod", streaming: true }]);
    await stream.finish({ body: "Ask at **reception** today." });
    expect(replies(target)).toMatchObject([{ text: "Ask at **reception** today.", streaming: false }]);
    expect(callsOf("chat.appendStream")).toHaveLength(1);
  });

  it("puts right what was shown differently", async () => {
    const target = aQuestion();
    const stream = await sender.stream(target, "The answer is 41 or so. ", anAttempt());
    await stream.finish({ body: "The answer is 42." });
    expect(replies(target)).toMatchObject([{ text: "The answer is 42.", streaming: false }]);
  });

  it("says that Slack closed the stream, and finishes by an edit while it was being written", async () => {
    const target = aQuestion();
    const stream = await sender.stream(target, "One. ", anAttempt());
    slack.faults.api({
      method: "chat.appendStream",
      times: 1,
      do: { kind: "error", error: "message_not_in_streaming_state" },
    });
    await expect(stream.show("One. Two. ")).rejects.toMatchObject({
      name: "PermanentError",
      code: "stream closed",
    });
    await stream.finish({ body: "One. Two. Three." });
    expect(replies(target)).toMatchObject([{ text: "One. Two. Three.", streaming: false }]);
  });

  it("finishes a stream that outlived Slack's patience", async () => {
    const target = aQuestion();
    slack.configure({ streamLifeMs: 20 });
    try {
      const stream = await sender.stream(target, "One. ", anAttempt());
      await slack.waitFor(() => replies(target).some(({ streaming }) => !streaming));
      await stream.finish(everything);
      expect(replies(target)[0]?.metadata).toBeDefined();
      expect(JSON.stringify(replies(target)[0]?.blocks)).toContain("Ask at **reception**");
      expect(slack.complaints().filter(({ error }) => error !== "message_not_in_streaming_state")).toEqual(
        [],
      );
    } finally {
      slack.configure({ streamLifeMs: 300_000 });
    }
  });

  it("says on a message left half written that a person took over, also when its stream is over already", async () => {
    const target = aQuestion();
    slack.configure({ streamLifeMs: 20 });
    try {
      const attempt = anAttempt();
      const { ref } = await sender.stream(target, "One. Two", attempt);
      await slack.waitFor(() => replies(target).some(({ streaming }) => !streaming));
      await sender.endStream(target, ref, "_A teammate has taken over._", attempt, "");
      await sender.endStream(target, ref, "_A teammate has taken over._", attempt, "");
      const [half] = replies(target);
      expect(JSON.stringify([half?.text, half?.blocks])).toMatch(
        /One\..*…\\n\\n_A teammate has taken over\._/,
      );
      expect(callsOf("chat.update")).toHaveLength(1);
    } finally {
      slack.configure({ streamLifeMs: 300_000 });
    }
    const whole = aQuestion();
    const attempt = anAttempt();
    const stream = await sender.stream(whole, "One. ", attempt);
    await stream.finish({ body: "One. Two." });
    await sender.endStream(whole, stream.ref, "_A teammate has taken over._", attempt, "");
    expect(replies(whole)).toMatchObject([{ text: "One. Two." }]);
  });

  it.each([
    { kind: "cut", when: "after" } as const,
    { kind: "cut", when: "before" } as const,
    { kind: "status", status: 503, when: "after" } as const,
  ])("shows each word once after an append or an end answered with %j", async (fault) => {
    const target = aQuestion();
    const stream = await sender.stream(target, "One. ", anAttempt());
    slack.faults.api({ method: "chat.appendStream", times: 1, do: fault });
    await stream.show("One. Two. ");
    await stream.finish({ body: "One. Two. Three." });
    expect(replies(target)).toMatchObject([{ text: "One. Two. Three.", streaming: false }]);

    const again = await sender.stream(target, "Four. ", anAttempt());
    slack.faults.api({ method: "chat.stopStream", times: 1, do: fault });
    await expect(again.finish({ body: "Four. Five." })).rejects.toMatchObject({ name: "TransientError" });
    await again.finish({ body: "Four. Five." });
    expect(replies(target)[1]).toMatchObject({ text: "Four. Five.", streaming: false });
  });

  it("finds a stream whose beginning went unanswered, but none that is accounted for (P1)", async () => {
    const target = aQuestion();
    const attempt = anAttempt();
    const since = new Date();
    const earlier = await sender.send(target, { body: "another delivery" }, anAttempt());
    slack.faults.api({ method: "chat.startStream", times: 1, do: { kind: "cut", when: "after" } });
    await expect(sender.stream(target, "One. ", attempt)).rejects.toMatchObject({ name: "UncertainError" });
    const found = await sender.find(target, seek(attempt.deliveryId, since, true));
    expect(found.kind).toBe("found");
    const ref = found.kind === "found" ? found.ref : { id: "" };
    expect(ref.id).not.toBe(earlier.id);
    expect(await sender.find(target, seek(attempt.deliveryId, since, true, [ref.id]))).toEqual({
      kind: "absent",
    });
    await sender.update(target, ref, { body: "One. Two." }, attempt);
    expect(replies(target)[1]).toMatchObject({ text: "One. Two.", streaming: false });
  });

  it("edits a message instead where there is no thread, or Slack does not stream", async () => {
    const target = aQuestion();
    slack.faults.api({
      method: "chat.startStream",
      times: 1,
      do: { kind: "error", error: "channel_type_not_supported" },
    });
    const stream = await sender.stream(target, "One **tw", anAttempt());
    expect(replies(target)).toMatchObject([{ text: "One tw", streaming: false }]);
    await stream.finish({ body: "One **two**." });
    expect(replies(target)).toMatchObject([{ blocks: [{ type: "markdown", text: "One **two**." }] }]);
    await sender.stream(target, "again", anAttempt());
    expect(callsOf("chat.startStream")).toHaveLength(1);

    const { place, ...rest } = aQuestion("dm", "direct");
    const direct = { ...rest, place: { ...place, thread: "" } };
    await (await sender.stream(direct, "Hi", anAttempt())).finish({ body: "Hi there" });
    expect(slack.messages(place.space).at(-1)).toMatchObject({ text: "Hi there", isBot: true });
  });

  it("shows not one more word once the baton has passed", async () => {
    const target = aQuestion();
    let isOurs = true;
    const checkpoint = (): void => {
      if (!isOurs) throw new StoodDownError("a human has it");
    };
    const stream = await sender.stream(target, "One. ", anAttempt({ checkpoint }));
    isOurs = false;
    await expect(stream.show("One. Two. ")).rejects.toBeInstanceOf(StoodDownError);
    await expect(stream.finish({ body: "One. Two." })).rejects.toBeInstanceOf(StoodDownError);
    expect(replies(target)).toMatchObject([{ text: "One. " }]);
  });
});

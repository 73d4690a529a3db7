import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Attempt, ReplyStream, Sought, Target } from "../../../src/core/channel.ts";
import type { Accept, Envelope } from "../../../src/core/envelope.ts";
import { StoodDownError, TransientError, UncertainError } from "../../../src/core/errors.ts";
import { parseId, type DeliveryId } from "../../../src/core/ids.ts";
import type { Reply } from "../../../src/core/reply.ts";
import type { ChannelStage, Standing } from "./subject.ts";

function anAttempt(change: Partial<Attempt> = {}): Attempt {
  return {
    deliveryId: parseId<DeliveryId>(randomUUID()),
    correlationId: "contract",
    signal: new AbortController().signal,
    checkpoint: () => {},
    ...change,
  };
}

/** An inbox that takes everything in. */
function createInbox(): { readonly accept: Accept; readonly envelopes: readonly Envelope[] } {
  const envelopes: Envelope[] = [];
  const accept: Accept = (envelope) => {
    envelopes.push(envelope);
    return Promise.resolve({ kind: "accepted" });
  };
  return { accept, envelopes };
}

const invisible = /[\u2060\u200B\uFEFF]/g;

async function texts(stage: ChannelStage, target: Target): Promise<string[]> {
  return (await stage.standing(target)).map(({ text }) => text.replaceAll(invisible, "").trim());
}

async function only(stage: ChannelStage, target: Target): Promise<Standing> {
  const [message, ...others] = await stage.standing(target);
  expect(others).toEqual([]);
  if (message === undefined) throw new Error("no message stands there");
  return message;
}

const sought = ({ deliveryId }: Attempt, since: Date, streamed = false): Sought => ({
  deliveryId,
  since,
  known: [],
  streamed,
});

/** Does it again for as long as it is told to come back later. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let time = 0; ; time++) {
    try {
      return await act();
    } catch (cause) {
      if (!(cause instanceof TransientError) || time >= 8) throw cause;
      await sleep(Math.min(cause.retryAfterMs ?? 100, 2_000));
    }
  }
}

const sentence = (at: number): string => `Sentence ${at} of **the answer** is \`written\` here. `;
const answer: Reply = {
  body: Array.from({ length: 30 }, (_, at) => sentence(at))
    .join("")
    .trim(),
};
const answerRead = answer.body.replaceAll(/[*`]/g, "");

async function streamWhole(
  stage: ChannelStage,
  target: Target,
  disturb: (when: "begun" | "ending") => void,
): Promise<void> {
  const stream: ReplyStream = await stage.channel.stream(target, sentence(0), anAttempt());
  disturb("begun");
  let body = sentence(0);
  const shows: Promise<void>[] = [];
  for (let at = 1; at < 30; at++) {
    body += sentence(at);
    shows.push(stream.show(body));
    if (at === 10) await shows.at(-1)?.catch(forgiveClosed);
  }
  disturb("ending");
  // What is still waiting when the end comes is overtaken by it.
  const finishing = patiently(() => stream.finish(answer));
  await Promise.all([finishing, ...shows.map((show) => show.catch(forgiveClosed))]);
  await stream.finish(answer);
  expect(await only(stage, target)).toMatchObject({ id: stream.ref.id, isOpen: false });
  expect(await texts(stage, target)).toEqual([answerRead]);
}

function forgiveClosed(cause: unknown): void {
  if (!(cause instanceof Error) || Reflect.get(cause, "code") !== "stream closed") throw cause;
}

function forgiveUncertain(cause: unknown): void {
  if (!(cause instanceof UncertainError)) throw cause;
}

/** How a channel behaves towards its platform, each promise on a stage of its own. */
export const sending = {
  "puts a reply where it was asked for, and nowhere else": async (stage: ChannelStage) => {
    const [here, elsewhere] = [await stage.ask("room"), await stage.ask("room")];
    const ref = await stage.channel.send(here, { body: "An **answer**." }, anAttempt());
    expect(await stage.standing(here)).toMatchObject([{ id: ref.id, isOpen: false }]);
    expect(await texts(stage, here)).toEqual(["An answer."]);
    expect(await stage.standing(elsewhere)).toEqual([]);
    const direct = await stage.ask("direct");
    await stage.channel.send(direct, { body: "To you." }, anAttempt());
    expect(await texts(stage, direct)).toEqual(["To you."]);
  },
  "sends before it is started and after it is stopped": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    await stage.channel.send(target, { body: "before" }, anAttempt());
    await stage.channel.start(createInbox().accept);
    await stage.channel.stop();
    await stage.channel.stop();
    const ref = await stage.channel.send(target, { body: "after" }, anAttempt());
    await stage.channel.update(target, ref, { body: "long after" }, anAttempt());
    expect(await texts(stage, target)).toEqual(["before", "long after"]);
  },
  "receives while it is started, and nothing once it is stopped": async (stage: ChannelStage) => {
    const inbox = createInbox();
    await stage.channel.start(inbox.accept);
    await stage.say("heard");
    expect(inbox.envelopes).toMatchObject([{ kind: "message", text: "heard" }]);
    await stage.channel.stop();
    await stage.say("unheard").catch(() => {}); // a platform may well complain
    expect(inbox.envelopes).toHaveLength(1);
  },
  "ends a conversation with another bot that goes on and on": async (stage: ChannelStage) => {
    const inbox = createInbox();
    await stage.channel.start(inbox.accept);
    for (let time = 0; time < 25; time++) await stage.botSays(`and ${time} more`);
    const heard = inbox.envelopes.filter(({ kind }) => kind === "message");
    expect(heard.every(({ sender }) => sender.kind === "bot")).toBe(true);
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.length).toBeLessThan(25);
  },
  "puts an answer of 30 000 characters with code there whole and in order": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const block = (at: number): string =>
      `## Step ${at}\n\nDo **this** for step ${at}:\n\n\`\`\`ts\nconst step${at} = () => {\n  return ${at};\n};\n\`\`\``;
    const blocks = Array.from({ length: 320 }, (_, at) => block(at));
    const body = blocks.join("\n\n");
    expect(body.length).toBeGreaterThan(28_000);
    for (const part of stage.channel.split({ body }))
      await patiently(() => stage.channel.send(target, part, anAttempt()));
    const read = (await texts(stage, target)).join("\n");
    const seen = Array.from(
      read.matchAll(/Step (\d+)|for step (\d+):|const step(\d+) = \(\) => \{\n {2}return (\d+);\n\};/g),
    );
    const numbers = seen.map(
      ([, head, line, code, value]) => head ?? line ?? (code === value ? code : "wrong"),
    );
    expect(numbers).toEqual(blocks.flatMap((_, at) => [`${at}`, `${at}`, `${at}`]));
  },
  "shows an answer growing in a room and always ends on the full text": async (stage: ChannelStage) => {
    await streamWhole(stage, await stage.ask("room"), () => {});
  },
  "shows an answer growing in a direct conversation and always ends on the full text": async (
    stage: ChannelStage,
  ) => {
    await streamWhole(stage, await stage.ask("direct"), () => {});
  },
  "ends a stream on the full text when the platform limits it meanwhile": async (stage: ChannelStage) => {
    await streamWhole(stage, await stage.ask("direct"), (when) => {
      if (when === "begun") stage.fail({ call: "edit", how: "limited", times: 2 });
    });
  },
  "ends a stream on the full text, each word once, when answers are cut meanwhile": async (
    stage: ChannelStage,
  ) => {
    for (const how of ["cut after", "cut before"] as const) {
      await streamWhole(stage, await stage.ask("direct"), (when) => {
        if (when === "begun") stage.fail({ call: "edit", how, times: 1 });
      });
    }
  },
  "ends a stream once although its end was cut off or its answer was": async (stage: ChannelStage) => {
    for (const how of ["cut after", "cut before"] as const) {
      await streamWhole(stage, await stage.ask("direct"), (when) => {
        if (when === "ending") stage.fail({ call: "edit", how, times: 1 });
      });
    }
  },
  "ends a message that another process left half written": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const stream = await stage.channel.stream(target, "Half a sentence. ", anAttempt());
    for (let time = 0; time < 2; time++)
      await stage.channel.endStream(target, stream.ref, "A colleague goes on.", anAttempt(), "Half a");
    expect((await only(stage, target)).isOpen).toBe(false);
    const [text = ""] = await texts(stage, target);
    expect(text).toMatch(/^Half a sentence\.[^]*A colleague goes on\.$/);
    expect(text.split("A colleague").length).toBe(2);
  },
  "is unsure when the answer to a send was cut, and does not send it again by itself": async (
    stage: ChannelStage,
  ) => {
    const target = await stage.ask("room");
    for (const [how, count] of [
      ["cut before", 0],
      ["cut after", 1],
    ] as const) {
      const [attempt, since] = [anAttempt(), new Date()];
      stage.fail({ call: "create", how, times: 1 });
      const sent = stage.channel.send(target, { body: "answer" }, attempt);
      await expect(sent).rejects.toMatchObject({ name: "UncertainError" });
      expect(await stage.standing(target)).toHaveLength(count);
      if (stage.channel.capabilities.reconciles) continue;
      expect(await stage.channel.find(target, sought(attempt, since))).toEqual({ kind: "cannot tell" });
    }
  },
  "finds what was delivered although its answer was cut": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const [attempt, since] = [anAttempt(), new Date()];
    const { id: other } = await stage.channel.send(target, { body: "of another delivery" }, anAttempt());
    stage.fail({ call: "create", how: "cut after", times: 1 });
    await stage.channel.send(target, { body: "answer" }, attempt).catch(forgiveUncertain);
    const id = (await stage.standing(target)).map((message) => message.id).find((one) => one !== other) ?? "";
    expect(await stage.channel.find(target, sought(attempt, since))).toEqual({ kind: "found", ref: { id } });
    await stage.channel.update(target, { id }, { body: "the answer" }, attempt);
    expect(await texts(stage, target)).toEqual(["of another delivery", "the answer"]);
  },
  "finds nothing where nothing was delivered, and then delivers once": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const [attempt, since] = [anAttempt(), new Date()];
    await stage.channel.send(target, { body: "of another delivery" }, anAttempt());
    stage.fail({ call: "create", how: "cut before", times: 1 });
    await stage.channel.send(target, { body: "answer" }, attempt).catch(forgiveUncertain);
    expect(await stage.channel.find(target, sought(attempt, since))).toEqual({ kind: "absent" });
    await stage.channel.send(target, { body: "answer" }, attempt);
    expect(await texts(stage, target)).toEqual(["of another delivery", "answer"]);
  },
  "finds a stream whose beginning went unanswered": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const [attempt, since] = [anAttempt(), new Date()];
    stage.fail({ call: "create", how: "cut after", times: 1 });
    const begun = stage.channel.stream(target, "One. ", attempt);
    await expect(begun).rejects.toMatchObject({ name: "UncertainError" });
    const { id } = await only(stage, target);
    const found = await stage.channel.find(target, sought(attempt, since, true));
    expect(found).toEqual({ kind: "found", ref: { id } });
    await stage.channel.update(target, { id }, { body: "One. Two." }, attempt);
    expect(await texts(stage, target)).toEqual(["One. Two."]);
    expect((await only(stage, target)).isOpen).toBe(false);
  },
  "says when to come back where it is limited, and then delivers once": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const attempt = anAttempt();
    stage.fail({ call: "create", how: "limited", times: 1 });
    const failure: unknown = await stage.channel
      .send(target, { body: "answer" }, attempt)
      .catch((cause: unknown) => cause);
    expect(failure).toMatchObject({ name: "TransientError", retryAfterMs: expect.any(Number) });
    expect(await stage.standing(target)).toEqual([]);
    await patiently(() => stage.channel.send(target, { body: "answer" }, attempt));
    expect(await texts(stage, target)).toEqual(["answer"]);
  },
  "gives up at once where it is refused": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    stage.fail({ call: "create", how: "refused", times: 1 });
    const sent = stage.channel.send(target, { body: "answer" }, anAttempt());
    await expect(sent).rejects.toMatchObject({ name: "PermanentError", code: expect.stringMatching(/./) });
    expect(await stage.standing(target)).toEqual([]);
  },
  "updates and removes as often as it is asked, with the same end": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const { channel } = stage;
    const ref = await channel.send(target, { body: "one" }, anAttempt());
    const attempt = anAttempt();
    for (let time = 0; time < 2; time++) await channel.update(target, ref, { body: "two" }, attempt);
    expect(await only(stage, target)).toMatchObject({ id: ref.id });
    expect(await texts(stage, target)).toEqual(["two"]);
    for (let time = 0; time < 2; time++) await channel.remove(target, ref, anAttempt());
    expect(await stage.standing(target)).toEqual([]);
  },
  "reacts as often as it is asked, with the same end": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const ref = await stage.channel.send(target, { body: "one" }, anAttempt());
    for (const on of [true, false]) {
      for (let time = 0; time < 2; time++) await stage.channel.react(target, ref, "👀", on);
      expect(await only(stage, target)).toMatchObject({ id: ref.id, reactions: on ? 1 : 0 });
    }
  },
  "whispers to one person only": async (stage: ChannelStage) => {
    const target = await stage.ask("room");
    const { recipient = "" } = target;
    await stage.channel.send(target, { body: "psst", onlyFor: recipient }, anAttempt());
    expect(await stage.standing(target)).toEqual([]);
    expect(await stage.whispers(target)).toEqual([{ to: recipient, text: "psst" }]);
  },
  "changes nothing once the right to send is lost": async (stage: ChannelStage) => {
    const checkpoint = (): never => {
      throw new StoodDownError("somebody else has it");
    };
    await changesNothing(stage, () => anAttempt({ checkpoint }), StoodDownError);
  },
  "changes nothing once it is told to stop": async (stage: ChannelStage) => {
    const signal = AbortSignal.abort(new StoodDownError("lease lost"));
    await changesNothing(stage, () => anAttempt({ signal }), StoodDownError);
    const ended = AbortSignal.abort(new Error("the process ends"));
    await changesNothing(stage, () => anAttempt({ signal: ended }), TransientError);
  },
  "shows not one more word of a stream once the right to send is lost": async (stage: ChannelStage) => {
    const target = await stage.ask("direct");
    let isOurs = true;
    const checkpoint = (): void => {
      if (!isOurs) throw new StoodDownError("somebody else has it");
    };
    const stream = await stage.channel.stream(target, "One. ", anAttempt({ checkpoint }));
    isOurs = false;
    await expect(stream.show("One. Two. ")).rejects.toBeInstanceOf(StoodDownError);
    await expect(stream.finish({ body: "One. Two. Three." })).rejects.toBeInstanceOf(StoodDownError);
    expect(await texts(stage, target)).toEqual(["One."]);
  },
};

async function changesNothing(
  stage: ChannelStage,
  attempt: () => Attempt,
  error: typeof StoodDownError | typeof TransientError,
): Promise<void> {
  const { channel } = stage;
  const target = await stage.ask("room");
  const ref = await channel.send(target, { body: "stands" }, anAttempt());
  const before = await stage.standing(target);
  const reply: Reply = { body: "not any more" };
  const acts = [
    () => channel.send(target, reply, attempt()),
    () => channel.send(target, { ...reply, onlyFor: target.recipient }, attempt()),
    () => channel.stream(target, reply.body, attempt()),
    () => channel.update(target, ref, reply, attempt()),
    () => channel.endStream(target, ref, reply.body, attempt(), "stands"),
    () => channel.remove(target, ref, attempt()),
  ];
  for (const act of acts) await expect(act()).rejects.toBeInstanceOf(error);
  expect(await stage.standing(target)).toEqual(before);
  expect(await stage.whispers(target)).toEqual([]);
}

import type { SeenMessage } from "../../simulators/slack/model.ts";
import type { CallRecord } from "../../simulators/slack/record.ts";
import { handedOverLine, takenOverLine } from "../../src/outbox/outbox.ts";
import { deadLetterReply } from "../../src/turns/plain-reply.ts";
import { unfinished, type Books } from "./ground-truth.ts";
import type { Utterance } from "./scenario.ts";

/** One thing a person said, and what the platform heard back from us. */
export interface Spoken {
  readonly utterance: Utterance;
  /** Channel and timestamp. */
  readonly at: string;
  /** We told the platform that we have it. */
  readonly acknowledged: boolean;
}

/** What happened on the platform, as the platform saw it. */
export interface Evidence {
  readonly spoken: readonly Spoken[];
  /** Everything our bot has standing there. */
  readonly botMessages: readonly SeenMessage[];
  readonly peopleMessages: readonly SeenMessage[];
  readonly calls: readonly CallRecord[];
  readonly books: Books;
}

/** What the run came to. */
export interface Findings {
  readonly violations: readonly string[];
  readonly counts: { readonly answered: number; readonly handedOff: number; readonly unheard: number };
}

/** Holds the platform's record against the invariants. */
export function judge(evidence: Evidence): Findings {
  const { botMessages, peopleMessages, books } = evidence;
  const answers = evidence.spoken.map((one) => judgeUtterance(one, evidence));
  return {
    violations: [
      ...unfinished(books),
      ...answers.flatMap(({ violation }) => (violation === undefined ? [] : [violation])),
      ...judgeMessages(botMessages, books),
      ...judgeTools(evidence),
      ...judgeOrder(evidence),
      ...judgeSilence(evidence),
      ...peopleMessages
        .filter(({ reactions }) => reactions.length > 0)
        .map(({ ts }) => `I2: a receipt still stands on ${ts}`),
    ],
    counts: {
      answered: answers.filter(({ came }) => came === "answered").length,
      handedOff: answers.filter(({ came }) => came === "handed off").length,
      unheard: answers.filter(({ came }) => came === "unheard").length,
    },
  };
}

interface Came {
  readonly came: "answered" | "handed off" | "unheard" | "wrong";
  readonly violation?: string;
}

/** I1: every message we acknowledged came to exactly one end. */
function judgeUtterance({ utterance, at, acknowledged }: Spoken, { botMessages, books }: Evidence): Came {
  const { id, kind } = utterance;
  const wrong = (violation: string): Came => ({ came: "wrong", violation: `I1: ${id} (${at}) ${violation}` });
  const row = books.messages.find((row) => row.at === at);
  const times = botMessages.filter((message) => idsIn(message).includes(id)).length;
  if (row === undefined) {
    if (acknowledged) return wrong("was acknowledged and is not in the inbox");
    return times === 0 ? { came: "unheard" } : wrong("was answered without being in the inbox");
  }
  if (row.state === "dead") return wrong("was given up");
  if (kind === "human") {
    return row.state === "settled" || row.state === "ignored"
      ? { came: "handed off" }
      : wrong(`is a command and ended ${row.state}`);
  }
  if (row.state === "ignored") {
    const owner = books.conversations.find((one) => one.id === row.conversation_id)?.owner_kind;
    if (owner === "bot") return wrong(`was ignored: ${row.reason}`);
    return times <= 1 ? { came: "handed off" } : wrong(`was answered ${times} times`);
  }
  if (times === 0 && wasCutByTakeOver(row, { botMessages, books })) return { came: "handed off" };
  return times === 1 ? { came: "answered" } : wrong(`was answered ${times} times, its state is ${row.state}`);
}

/** An answer that was ready when a person took over: what was not on the platform yet stays away. */
function wasCutByTakeOver(
  { turn_id, conversation_id }: Books["messages"][number],
  { botMessages, books }: Pick<Evidence, "botMessages" | "books">,
): boolean {
  if (!books.takeOvers.some((one) => one.conversation_id === conversation_id)) return false;
  const parts = books.deliveries.filter((row) => row.turn_id !== null && row.turn_id === turn_id);
  const isCut = ({ state, at }: (typeof parts)[number]): boolean =>
    state === "cancelled" ||
    botMessages.some((message) => placeOf(message) === at && isEndedByHandoff(textOf(message)));
  return parts.length > 0 && parts.every(isCut);
}

/** I2: a message of ours for every delivery, a delivery for every message, one message per turn, none left half-written. */
function judgeMessages(botMessages: readonly SeenMessage[], books: Books): string[] {
  const violations: string[] = [];
  const byPlace = new Map(books.deliveries.filter(({ at }) => at !== null).map((row) => [row.at, row]));
  const perTurn = new Map<string, number>();
  for (const message of botMessages) {
    const delivery = byPlace.get(placeOf(message));
    if (message.streaming) violations.push(`I2: ${placeOf(message)} is still being written`);
    if (delivery === undefined) {
      violations.push(
        `I2: ${placeOf(message)} stands there and no delivery knows it: ${textOf(message).slice(0, 80)}`,
      );
      continue;
    }
    if (delivery.state !== "sent")
      violations.push(`I2: ${placeOf(message)} stands there, its delivery is ${delivery.state}`);
    if (delivery.turn_id === null) continue;
    perTurn.set(delivery.turn_id, (perTurn.get(delivery.turn_id) ?? 0) + 1);
    const turn = books.turns.find(({ id }) => id === delivery.turn_id);
    const isWhole = idsIn(message).length > 0 || isEndedByHandoff(textOf(message));
    if (!isWhole && turn?.state === "answered")
      violations.push(`I2: ${placeOf(message)} was left half-written: ${textOf(message).slice(0, 300)}`);
    if (turn?.state === "failed")
      violations.push(`I1: turn ${turn.id} failed: ${textOf(message).slice(0, 120)}`);
  }
  for (const [turn, count] of perTurn)
    if (count > 1) violations.push(`I2: turn ${turn} has ${count} messages`);
  for (const { id, state, at } of books.deliveries) {
    const stands = botMessages.some((message) => placeOf(message) === at);
    if (state === "sent" && !stands)
      violations.push(`I2: delivery ${id} is sent but ${at} does not stand there`);
    if (state === "failed" || state === "unknown") violations.push(`I1: delivery ${id} is ${state}`);
  }
  const apology = botMessages.find((message) => textOf(message).includes(deadLetterReply.body));
  if (apology !== undefined) violations.push(`I1: a message was given up (${placeOf(apology)})`);
  return violations;
}

/** I3: one effect per call, and no more tickets than were asked for. */
function judgeTools({ spoken, books }: Evidence): string[] {
  const violations: string[] = [];
  const asked = (conversation: string) =>
    spoken.filter(({ utterance, at }) => {
      const row = books.messages.find((row) => row.at === at);
      return utterance.kind === "ticket" && row?.conversation_id === conversation;
    }).length;
  const byTool = books.tickets.filter(({ idempotency_key: key }) => !key.startsWith("handoff:"));
  const steps = new Set(
    books.steps.map(({ turn_id, key }) => `${turn_id}:${key.slice(key.indexOf(":") + 1)}`),
  );
  for (const { idempotency_key: key } of byTool)
    if (!steps.has(key)) violations.push(`I3: ticket ${key} belongs to no recorded call`);
  for (const { id } of books.conversations) {
    const made = byTool.filter(({ conversation_id }) => conversation_id === id).length;
    if (made > asked(id)) violations.push(`I3: ${made} tickets for ${asked(id)} wishes in ${id}`);
  }
  const answeredWishes = books.turns.filter(
    ({ id, state }) =>
      state === "answered" &&
      spoken.some(({ utterance, at }) => {
        const row = books.messages.find((row) => row.at === at);
        return utterance.kind === "ticket" && row?.turn_id === id;
      }),
  );
  for (const { id } of answeredWishes) {
    const made = byTool.filter(({ idempotency_key: key }) => key.startsWith(`${id}:`)).length;
    if (made !== 1) violations.push(`I3: ${made} tickets from the answered turn ${id}`);
  }
  const handoffs = books.tickets.length - byTool.length;
  if (handoffs > books.takeOvers.length)
    violations.push(`I3: ${handoffs} tickets for ${books.takeOvers.length} escalations`);
  return violations;
}

/** I4: in a thread, answers stand in the order in which the messages were taken in. */
function judgeOrder({ spoken, botMessages, books }: Evidence): string[] {
  const seqOf = new Map(
    spoken.map(({ utterance, at }) => [utterance.id, books.messages.find((row) => row.at === at)?.seq ?? 0]),
  );
  const threads = new Map<string, SeenMessage[]>();
  for (const message of botMessages) {
    const thread = `${message.channel} ${message.threadTs ?? ""}`;
    threads.set(thread, [...(threads.get(thread) ?? []), message]);
  }
  return [...threads.values()].flatMap((messages) => {
    const ids = messages.toSorted((a, b) => Number(a.ts) - Number(b.ts)).flatMap(idsIn);
    const isOrdered = ids.every(
      (id, at) => at === 0 || (seqOf.get(ids[at - 1] ?? "") ?? 0) < (seqOf.get(id) ?? 0),
    );
    return isOrdered ? [] : [`I4: answered in the order ${ids.join(", ")}`];
  });
}

/** I5: after the take-over's commit the bot begins no answer any more, but for one that was on the wire. */
function judgeSilence({ calls, books }: Evidence): string[] {
  return books.takeOvers.flatMap(({ conversation_id, committed_ms }) => {
    const turns = new Set(
      books.turns.filter((turn) => turn.conversation_id === conversation_id).map(({ id }) => id),
    );
    const refs = new Set(
      books.deliveries.filter(({ turn_id }) => turn_id !== null && turns.has(turn_id)).map(({ at }) => at),
    );
    const late = calls.filter(
      ({ method, at, ts, channel, effect, args }) =>
        at > committed_ms + 5 &&
        effect === "applied" &&
        /^chat\.(postMessage|startStream|appendStream|update|stopStream)$/.test(method) &&
        refs.has(`${channel ?? textArgument(args["channel"])} ${ts ?? textArgument(args["ts"])}`) &&
        !isEndedByHandoff(JSON.stringify(args)),
    );
    return late.length > 1
      ? [
          `I5: after the take-over of ${conversation_id}: ${late.map(({ method, at }) => `${method} ${Math.round(at - committed_ms)} ms later`).join(", ")}`,
        ]
      : [];
  });
}

function textArgument(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isEndedByHandoff(text: string): boolean {
  return text.includes(takenOverLine) || text.includes(handedOverLine);
}

/** Channel and timestamp: what names a message on this platform. */
function placeOf({ channel, ts }: SeenMessage): string {
  return `${channel} ${ts}`;
}

function textOf(message: SeenMessage): string {
  return message.text === "" ? JSON.stringify(message.blocks ?? []) : message.text;
}

/** The ids an answer names, in the order of the text. */
function idsIn(message: SeenMessage): string[] {
  return [...textOf(message).matchAll(/answer:([\w-]+)/g)].map((match) => match[1] ?? "");
}

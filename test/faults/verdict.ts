import { say } from "../../src/core/texts/texts.ts";
import { takenOverLine } from "../../src/outbox/outbox.ts";
import { toDeadLetterReply } from "../../src/turns/plain-reply.ts";
import { unfinished, type Books } from "./ground-truth.ts";
import type { Standing, Truth } from "./platforms/platform.ts";
import type { Utterance } from "./scenario.ts";

/** One thing a person said, and what the platform heard back from us. */
export interface Spoken {
  readonly utterance: Utterance;
  /** Space and message. */
  readonly at: string;
  /** We told the platform that we have it. */
  readonly acknowledged: boolean;
  /** What in its thread named the bot until then, itself perhaps; without any of it heard, it is for somebody else. */
  readonly calledBy: readonly string[];
}

/** What happened, as the platform saw it and as our books say. */
export interface Evidence {
  readonly spoken: readonly Spoken[];
  readonly truth: Truth;
  readonly books: Books;
  /** On this platform a delivery whose answer was lost stays unknown, and is not sent again. */
  readonly leavesUnknown: boolean;
}

/** What was acknowledged and is not in the inbox. */
export function untaken(spoken: readonly Spoken[], books: Books): readonly Spoken[] {
  const taken = new Set(books.messages.map(({ at }) => at));
  return spoken.filter(({ at, acknowledged }) => acknowledged && !taken.has(at));
}

/** What the run came to. */
export interface Findings {
  readonly violations: readonly string[];
  readonly counts: {
    readonly answered: number;
    readonly handedOff: number;
    readonly unheard: number;
    /** Nobody can tell whether the answer is there: it is held for a person to look at. */
    readonly unknown: number;
  };
}

/** Holds the platform's record against the invariants. */
export function judge(given: Evidence): Findings {
  const evidence = withoutVanishing(given);
  const { truth, books } = evidence;
  const answers = evidence.spoken.map((one) => judgeUtterance(one, evidence));
  return {
    violations: [
      ...unfinished(books),
      ...answers.flatMap(({ violation }) => (violation === undefined ? [] : [violation])),
      ...judgeMessages(evidence),
      ...judgeTools(evidence),
      ...judgeOrder(evidence),
      ...judgeSilence(evidence),
      ...truth.receipts.map((at) => `I2: a receipt still stands on ${at}`),
      ...truth.complaints,
    ],
    counts: {
      answered: answers.filter(({ came }) => came === "answered").length,
      handedOff: answers.filter(({ came }) => came === "handed off").length,
      unheard: answers.filter(({ came }) => came === "unheard").length,
      unknown: answers.filter(({ came }) => came === "unknown").length,
    },
  };
}

/**
 * Where nobody can be asked what stands there, a stream whose beginning was lost on its way to us has no end: the
 * platform takes it away by itself. One that a delivery knows of must have its end.
 */
function withoutVanishing(evidence: Evidence): Evidence {
  if (!evidence.leavesUnknown) return evidence;
  const known = new Set(evidence.books.deliveries.map(({ at }) => at));
  const botMessages = evidence.truth.botMessages.filter(({ isHalf, at }) => !isHalf || known.has(at));
  return { ...evidence, truth: { ...evidence.truth, botMessages } };
}

interface Came {
  readonly came: "answered" | "handed off" | "unheard" | "unknown" | "wrong";
  readonly violation?: string;
}

/** I1: every message we acknowledged came to exactly one end. */
function judgeUtterance({ utterance, at, acknowledged, calledBy }: Spoken, evidence: Evidence): Came {
  const { truth, books, leavesUnknown } = evidence;
  const { botMessages } = truth;
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
    const wasCalled = calledBy.some((call) => books.messages.some((message) => message.at === call));
    if (!wasCalled && times === 0) return { came: "unheard" };
    if (owner === "bot") return wrong(`was ignored: ${row.reason}`);
    return times <= 1 ? { came: "handed off" } : wrong(`was answered ${times} times`);
  }
  const isHeld = books.deliveries.some((one) => one.turn_id === row.turn_id && one.state === "unknown");
  if (times === 0 && leavesUnknown && row.turn_id !== null && isHeld) return { came: "unknown" };
  if (times === 0 && wasCutByTakeOver(row, evidence)) return { came: "handed off" };
  return times === 1 ? { came: "answered" } : wrong(`was answered ${times} times, its state is ${row.state}`);
}

/** An answer that was ready when a person took over: what was not on the platform yet stays away. */
function wasCutByTakeOver(
  { turn_id, conversation_id }: Books["messages"][number],
  { truth: { botMessages }, books }: Evidence,
): boolean {
  if (!books.takeOvers.some((one) => one.conversation_id === conversation_id)) return false;
  const parts = books.deliveries.filter((row) => row.turn_id !== null && row.turn_id === turn_id);
  const isCut = ({ state, at }: (typeof parts)[number]): boolean =>
    state === "cancelled" ||
    botMessages.some((message) => message.at === at && isEndedByHandoff(message.text));
  return parts.length > 0 && parts.every(isCut);
}

/** I2: a message of ours for every delivery, a delivery for every message, one message per turn, none left half-written. */
function judgeMessages(evidence: Evidence): string[] {
  const { books, leavesUnknown } = evidence;
  const { botMessages } = evidence.truth;
  const violations: string[] = [];
  const known = matchDeliveries(evidence);
  const perTurn = new Map<string, number>();
  for (const message of botMessages) {
    const delivery = known.get(message);
    if (message.isHalf) violations.push(`I2: ${message.at} is still being written`);
    if (delivery === undefined) {
      violations.push(
        `I2: ${message.at} stands there and no delivery knows it: ${message.text.slice(0, 80)}`,
      );
      continue;
    }
    if (delivery.state !== "sent" && !(leavesUnknown && delivery.state === "unknown"))
      violations.push(`I2: ${message.at} stands there, its delivery is ${delivery.state}`);
    if (delivery.turn_id === null) continue;
    perTurn.set(delivery.turn_id, (perTurn.get(delivery.turn_id) ?? 0) + 1);
    const turn = books.turns.find(({ id }) => id === delivery.turn_id);
    const isWhole = idsIn(message).length > 0 || isEndedByHandoff(message.text);
    if (!isWhole && turn?.state === "answered")
      violations.push(`I2: ${message.at} was left half-written: ${message.text.slice(0, 300)}`);
    if (turn?.state === "failed")
      violations.push(`I1: turn ${turn.id} failed: ${message.text.slice(0, 120)}`);
  }
  for (const [turn, count] of perTurn)
    if (count > 1) violations.push(`I2: turn ${turn} has ${count} messages`);
  const standing = new Set([...known.values()].map(({ id }) => id));
  for (const { id, state, at, error } of books.deliveries) {
    if (state === "sent" && !standing.has(id))
      violations.push(`I2: delivery ${id} is sent but ${at} does not stand there`);
    if (state === "failed" || (state === "unknown" && !leavesUnknown))
      violations.push(`I1: delivery ${id} is ${state}: ${error}`);
    if (state === "unknown" && error === null)
      violations.push(`I1: delivery ${id} is unknown and says not why`);
  }
  const apology = botMessages.find(({ text }) => text.includes(toDeadLetterReply("en").body));
  if (apology !== undefined) violations.push(`I1: a message was given up (${apology.at})`);
  return violations;
}

/** Which delivery a message is: the one that names it, or one whose answer was lost, which can be only one message. */
function matchDeliveries({ truth, books, spoken }: Evidence): Map<Standing, Books["deliveries"][number]> {
  const byPlace = new Map(
    books.deliveries.flatMap((row) => (row.at === null ? [] : [[row.at, row] as const])),
  );
  const matched = new Map<Standing, Books["deliveries"][number]>();
  for (const message of truth.botMessages) {
    const row = byPlace.get(message.at);
    if (row !== undefined) matched.set(message, row);
  }
  const taken = new Set(matched.values());
  for (const message of truth.botMessages) {
    if (matched.has(message)) continue;
    const conversation = books.conversations.find(({ at }) => at === message.thread)?.id;
    const turns = turnsNamedIn(message, { spoken, books });
    const lost = books.deliveries.find(
      (row) =>
        row.state === "unknown" &&
        !taken.has(row) &&
        row.conversation_id === conversation &&
        (turns.length === 0 || (row.turn_id !== null && turns.includes(row.turn_id))),
    );
    if (lost === undefined) continue;
    matched.set(message, lost);
    taken.add(lost);
  }
  return matched;
}

function turnsNamedIn(message: Standing, { spoken, books }: Pick<Evidence, "spoken" | "books">): string[] {
  const ids = idsIn(message);
  const places = spoken.filter(({ utterance }) => ids.includes(utterance.id)).map(({ at }) => at);
  return books.messages
    .filter(({ at }) => places.includes(at))
    .flatMap(({ turn_id }) => (turn_id === null ? [] : [turn_id]));
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
function judgeOrder({ spoken, truth, books }: Evidence): string[] {
  const seqOf = new Map(
    spoken.map(({ utterance, at }) => [utterance.id, books.messages.find((row) => row.at === at)?.seq ?? 0]),
  );
  const threads = new Map<string, Standing[]>();
  for (const message of truth.botMessages)
    threads.set(message.thread, [...(threads.get(message.thread) ?? []), message]);
  return [...threads.values()].flatMap((messages) => {
    const ids = messages.flatMap(idsIn);
    const isOrdered = ids.every(
      (id, at) => at === 0 || (seqOf.get(ids[at - 1] ?? "") ?? 0) < (seqOf.get(id) ?? 0),
    );
    return isOrdered ? [] : [`I4: answered in the order ${ids.join(", ")}`];
  });
}

/** I5: after the take-over's commit the bot begins no answer any more, but for one that was on the wire. */
function judgeSilence({ truth, books }: Evidence): string[] {
  return books.takeOvers.flatMap(({ conversation_id, committed_ms }) => {
    const turns = new Set(
      books.turns.filter((turn) => turn.conversation_id === conversation_id).map(({ id }) => id),
    );
    const refs = new Set(
      books.deliveries.filter(({ turn_id }) => turn_id !== null && turns.has(turn_id)).map(({ at }) => at),
    );
    const late = truth.writes.filter(
      ({ at, ms, text }) => ms > committed_ms + 5 && refs.has(at) && !isEndedByHandoff(text),
    );
    return late.length > 1
      ? [
          `I5: after the take-over of ${conversation_id}: ${late.map(({ what, ms }) => `${what} ${Math.round(ms - committed_ms)} ms later`).join(", ")}`,
        ]
      : [];
  });
}

function isEndedByHandoff(text: string): boolean {
  // Each platform has its own marks for emphasis.
  return [takenOverLine, say("en", "handoff.stopped")].some((line) =>
    text.includes(line.replaceAll("_", "")),
  );
}

/** The ids an answer names, in the order of the text. */
function idsIn({ text }: Standing): string[] {
  return [...text.matchAll(/answer:([\w-]+)/g)].map((match) => match[1] ?? "");
}

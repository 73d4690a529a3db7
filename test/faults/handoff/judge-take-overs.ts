import { takenOverLine } from "../../../src/outbox/outbox.ts";
import type { Books } from "../ground-truth.ts";
import type { Standing, Truth, Write } from "../platforms/platform.ts";
import type { Played } from "./play-take-over.ts";
import { beginOf, endOf, type Effect } from "./scene.ts";
import { takeOverPoints, type TakeOverPoint } from "./take-over-points.ts";

/** What a take-over is judged by: the platform's record, the tool's, and our books. */
export interface Evidence {
  readonly truth: Truth;
  readonly effects: readonly Effect[];
  readonly books: Books;
}

/** What became of one take-over. */
export interface Verdict {
  readonly played: Played;
  /** Words of the bot that reached the platform after the commit, but for the line that ends a half message. */
  readonly lateSends: number;
  /** The tool had its effect after the commit. */
  readonly lateEffects: number;
  /** A message was ended with the line that a teammate has it. */
  readonly endedByLine: boolean;
  readonly violations: readonly string[];
}

/** Clocks of PostgreSQL and of the simulators are one; between reading it and writing it down passes this, milliseconds. */
const clockMs = 5;

/**
 * Where something may be on the wire when the take-over commits: it was asked for or recorded as begun, and nobody can
 * take it back. Everywhere else nothing may follow.
 */
function mayLand({ point, isLate, pauseMs, wish }: Played): {
  readonly send: boolean;
  readonly effect: boolean;
} {
  return {
    send:
      point === "while it is sent" ||
      point === "while the model speaks" ||
      wish === "told tool" || // its first words are still being shown
      (point === "between commit and send" && pauseMs === 0),
    effect: point === "while a tool runs" || (point === "before a tool starts" && isLate && pauseMs === 0),
  };
}

/** Holds each take-over against what must be true of all. */
export function judgeTakeOvers(played: readonly Played[], evidence: Evidence): Verdict[] {
  const writesAt = Map.groupBy(evidence.truth.writes, ({ at }) => at);
  const standingAt = new Map(evidence.truth.botMessages.map((message) => [message.at, message]));
  return played.map((one) => judge(one, evidence, { writesAt, standingAt }));
}

function judge(
  played: Played,
  { truth, effects, books }: Evidence,
  {
    writesAt,
    standingAt,
  }: {
    readonly writesAt: ReadonlyMap<string, readonly Write[]>;
    readonly standingAt: ReadonlyMap<string, Standing>;
  },
): Verdict {
  const { id, committedMs, conversation, epoch } = played;
  const allowed = mayLand(played);
  const violations: string[] = [];
  const turns = books.turns.filter(
    (turn) => turn.conversation_id === conversation && turn.epoch === epoch - 1,
  );
  const ids = new Set(turns.map((turn) => turn.id));
  const deliveries = books.deliveries.filter(({ turn_id }) => turn_id !== null && ids.has(turn_id));
  const places = deliveries.flatMap(({ at }) => (at === null ? [] : [at]));

  const late = places
    .flatMap((at) => writesAt.get(at) ?? [])
    .filter(({ doneMs, text }) => doneMs > committedMs + clockMs && !isLine(text));
  if (late.length > (allowed.send ? 1 : 0))
    violations.push(
      `${late.map(({ what, doneMs }) => `${what} ${Math.round(doneMs - committedMs)} ms after`).join(", ")}`,
    );

  const marked = deliveries.filter(({ error, state }) => state === "sent" && error !== null);
  if (late.length > 0 && marked.length === 0) violations.push("what came after is not recorded as such");

  const effect = effects.filter((one) => one.id === id);
  const lateEffects = effect.filter(({ landedMs }) => landedMs > committedMs);
  if (lateEffects.length > (allowed.effect ? 1 : 0))
    violations.push(`${lateEffects.length} late effects of the tool`);
  if (effect.length > 1) violations.push(`the tool had ${effect.length} effects`);
  const steps = books.steps.filter(({ turn_id, kind }) => ids.has(turn_id) && kind === "tool");
  if (lateEffects.length > 0 && !books.lateCalls.some((call) => ids.has(call.turn_id)))
    violations.push("the late effect of the tool is not recorded as such");
  if (effect.length > 0 && !steps.some(({ ok }) => ok === true))
    violations.push("the tool's effect is not recorded");

  const standing = truth.botMessages.filter(
    ({ at, text }) =>
      places.includes(at) || (at.startsWith(`${played.space} `) && text.includes(beginOf(id))),
  );
  if (played.wasVisible && standing.length === 0) violations.push("what was visible is gone");
  if (standing.length > 1) violations.push(`${standing.length} messages answer it`);
  for (const message of standing) {
    const delivery = deliveries.find(({ at }) => at === message.at);
    if (delivery === undefined && !deliveries.some(({ state }) => state === "unknown"))
      violations.push(`${message.at} stands there and nothing is recorded of it`);
    if (delivery !== undefined && delivery.state !== "sent")
      violations.push(`${message.at} stands there, and is recorded as ${delivery.state}`);
    if (message.isHalf) violations.push(`${message.at} is still being written`);
    if (!message.text.includes(endOf(id)) && !isLine(message.text))
      violations.push(`${message.at} is half a message that says not why: ${message.text.slice(-80)}`);
  }
  for (const { state, at } of deliveries)
    if (state === "sent" && at !== null && !standingAt.has(at))
      violations.push(`${at} is recorded as sent and does not stand there`);
  if (turns.length > 1) violations.push(`${turns.length} turns thought about it`);
  for (const { state } of turns)
    if (state !== "stood down" && !(state === "answered" && deliveries.length > 0))
      violations.push(`its turn ended ${state}`);
  if (played.times !== 1) violations.push(`it was taken over ${played.times} times`);
  return {
    played,
    lateSends: late.length,
    lateEffects: lateEffects.length,
    endedByLine: standing.some(({ text }) => isLine(text)),
    violations: violations.map((violation) => `${describe(played)}: ${violation}`),
  };
}

function describe({ id, lane, point, seed, isLate, pauseMs, input, wish }: Played): string {
  return `${id} (${lane}, "${point}", seed ${seed}, ${isLate ? "late" : "early"}, ${pauseMs} ms, ${input}, ${wish})`;
}

/** Each platform has its own marks for emphasis. */
function isLine(text: string): boolean {
  return text.includes(takenOverLine.replaceAll("_", ""));
}

/** What was found, as a table of points and channels. */
export function toTable(verdicts: readonly Verdict[]): string {
  const channels = [...new Set(verdicts.map(({ played }) => played.channel))];
  const row = (point: TakeOverPoint) => {
    const here = verdicts.filter(({ played }) => played.point === point);
    const counts = channels.map((channel) => here.filter(({ played }) => played.channel === channel).length);
    const sum = (of: (one: Verdict) => number) => here.reduce((all, one) => all + of(one), 0);
    return [
      point.padEnd(26),
      ...counts.map((count) => String(count).padStart(7)),
      String(sum(({ lateSends }) => lateSends)).padStart(12),
      String(sum(({ lateEffects }) => lateEffects)).padStart(13),
      String(sum(({ endedByLine }) => Number(endedByLine))).padStart(13),
      String(sum(({ violations }) => violations.length)).padStart(10),
    ].join(" ");
  };
  const head = [
    "taken over".padEnd(26),
    ...channels.map((channel) => channel.padStart(7)),
    "sends after",
    "effects after",
    "ended by line",
    "violations",
  ].join(" ");
  return [head, ...takeOverPoints.map(row)].join("\n");
}

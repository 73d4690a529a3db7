import type { Change, Message } from "./model.ts";
import type { Say, Said } from "./people.ts";
import type { State } from "./state.ts";

/** Mentions at a steady rate. Times in milliseconds. */
export interface LoadRequest {
  /** At most 100 000. */
  readonly mentions: number;
  readonly perSecond: number;
  readonly channel?: string;
  readonly user?: string;
  /** `{n}` is the number of the mention. */
  readonly text?: string;
  /** How long to wait for answers after the last mention (default 30 000, at most 600 000). */
  readonly waitMs?: number;
  /** Nothing may change in a thread for this long before its answer counts as final (default 300). */
  readonly quietMs?: number;
}

export interface Percentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What the load saw from outside. A turn is one mention and the bot's messages in its thread. */
export interface LoadReport {
  readonly mentions: number;
  readonly sentPerSecond: number;
  readonly answeredPerSecond: number;
  readonly durationMs: number;
  /** Acknowledgement of each event (last attempt). */
  readonly ackMs: Percentiles;
  readonly notAcked: number;
  /** Events that needed more than one attempt. */
  readonly retried: number;
  /** From sending the mention to the first text of the bot in the thread. */
  readonly firstTextMs: Percentiles;
  /** From sending the mention to the last change of the answer. */
  readonly finalTextMs: Percentiles;
  readonly answered: number;
  /** Mentions without any answer. */
  readonly lost: number;
  /** Mentions whose thread holds more than one message of the bot. */
  readonly doubled: number;
  /** Answers whose stream was still open, or had expired, at the end. */
  readonly unfinished: number;
  /** The first hundred threads that do not hold exactly one message of the bot. */
  readonly threads: readonly { ts: string; replies: number }[];
}

interface Turn {
  readonly sentAt: number;
  firstAt?: number;
  lastAt?: number;
  readonly replies: Set<string>;
  readonly open: Set<string>;
}

interface LoadParts {
  readonly state: State;
  readonly says: (say: Say) => Said;
}

const maxMentions = 100_000;

/** Drives mentions and measures the answers; bounded in count and time. */
export async function runLoad(parts: LoadParts, request: LoadRequest): Promise<LoadReport> {
  const mentions = Math.min(Math.max(1, Math.floor(request.mentions)), maxMentions);
  const run = new LoadRun(parts.state);
  const acks: number[] = [];
  let notAcked = 0;
  let retried = 0;
  const deliveries: Promise<void>[] = [];
  const started = performance.now();
  for (let sent = 0; sent < mentions;) {
    const due = Math.min(
      mentions,
      Math.floor(((performance.now() - started) / 1000) * request.perSecond) + 1,
    );
    for (; sent < due; sent += 1) {
      const sentAt = performance.now();
      const said = parts.says({
        user: request.user ?? "Ana",
        channel: request.channel ?? "#support",
        text: (request.text ?? "question {n}").replace("{n}", String(sent + 1)),
        mention: true,
      });
      run.sent(said.ts, sentAt);
      deliveries.push(
        said.delivered.then((records) => {
          for (const record of records) {
            if (record.acked) acks.push(record.ms);
            else notAcked += 1;
            if (record.attempt > 0) retried += 1;
          }
        }),
      );
    }
    if (sent < mentions)
      await sleep(Math.max(1, (sent / request.perSecond) * 1000 - (performance.now() - started)));
  }
  const sendingMs = performance.now() - started;
  await run.finished(Math.min(request.waitMs ?? 30_000, 600_000), request.quietMs ?? 300);
  await Promise.race([Promise.all(deliveries), sleep(1_000)]);
  return run.report({ mentions, startedAt: started, sendingMs, acks, notAcked, retried });
}

/** Watches the threads of one load. */
class LoadRun {
  readonly #turns = new Map<string, Turn>();
  readonly #stopListening: () => void;
  #answered = 0;
  #open = 0;
  #lastChange = performance.now();

  constructor(state: State) {
    this.#stopListening = state.onChange((change) => this.#see(change));
  }

  sent(ts: string, sentAt: number): void {
    this.#turns.set(ts, { sentAt, replies: new Set(), open: new Set() });
  }

  async finished(waitMs: number, quietMs: number): Promise<void> {
    const until = performance.now() + waitMs;
    while (performance.now() < until) {
      const isQuiet = performance.now() - this.#lastChange >= quietMs;
      if (this.#answered === this.#turns.size && this.#open === 0 && isQuiet) break;
      await sleep(25);
    }
    this.#stopListening();
  }

  report(measured: {
    mentions: number;
    startedAt: number;
    sendingMs: number;
    acks: number[];
    notAcked: number;
    retried: number;
  }): LoadReport {
    const turns = [...this.#turns.values()];
    const last = Math.max(measured.startedAt, ...sample(turns.map((turn) => turn.lastAt ?? 0)));
    const durationMs = round(last - measured.startedAt);
    const answered = turns.filter((turn) => turn.firstAt !== undefined);
    return {
      mentions: measured.mentions,
      sentPerSecond: round((measured.mentions / Math.max(1, measured.sendingMs)) * 1000),
      answeredPerSecond: round((answered.length / Math.max(1, durationMs)) * 1000),
      durationMs,
      ackMs: toPercentiles(measured.acks),
      notAcked: measured.notAcked,
      retried: measured.retried,
      firstTextMs: toPercentiles(answered.map((turn) => (turn.firstAt ?? 0) - turn.sentAt)),
      finalTextMs: toPercentiles(answered.map((turn) => (turn.lastAt ?? 0) - turn.sentAt)),
      answered: answered.length,
      lost: turns.length - answered.length,
      doubled: turns.filter((turn) => turn.replies.size > 1).length,
      unfinished: turns.filter((turn) => turn.open.size > 0).length,
      threads: [...this.#turns]
        .map(([ts, turn]) => ({ ts, replies: turn.replies.size }))
        .filter((thread) => thread.replies !== 1)
        .slice(0, 100),
    };
  }

  #see(change: Change): void {
    if (change.kind !== "message" && change.kind !== "stream") return;
    const { message } = change;
    if (
      !message.isBot ||
      message.threadTs === undefined ||
      (change.kind === "message" && change.what === "reacted")
    )
      return;
    const turn = this.#turns.get(message.threadTs);
    if (turn === undefined) return;
    const now = performance.now();
    this.#lastChange = now;
    turn.lastAt = now;
    if (message.deleted) turn.replies.delete(message.ts);
    else turn.replies.add(message.ts);
    this.#track(turn, message);
    if (turn.firstAt === undefined && hasText(message)) {
      turn.firstAt = now;
      this.#answered += 1;
    }
  }

  #track(turn: Turn, message: { ts: string; streaming: boolean; stream?: Message["stream"] }): void {
    const isOpen = message.streaming || message.stream?.state === "expired";
    if (isOpen && !turn.open.has(message.ts)) {
      turn.open.add(message.ts);
      this.#open += 1;
    } else if (!isOpen && turn.open.delete(message.ts)) this.#open -= 1;
  }
}

/** Percentiles by nearest rank, in milliseconds with one decimal. */
export function toPercentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length);
  return {
    count: sorted.length,
    mean: round(mean),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: round(sorted.at(-1) ?? 0),
  };
}

function hasText(message: { text: string; blocks?: readonly unknown[] }): boolean {
  return message.text.trim() !== "" || (message.blocks ?? []).length > 0;
}

/** One number, the largest: spreading 100 000 arguments overflows the stack. */
function sample(values: readonly number[]): number[] {
  return [values.reduce((largest, value) => Math.max(largest, value), 0)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

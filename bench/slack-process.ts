import { startSlackSimulator } from "../simulators/slack/start-slack-simulator.ts";
import type { Change, SeenMessage } from "../simulators/slack/model.ts";
import { answersIn, now, toQuestion, type Load, type LoadResult, type SlackOrder } from "./support/load.ts";

// The local Slack of a bench, in a process of its own, with the load beside it: only here is it known without
// a further hop when a mention left and when its answer was complete.

const channel = "#support";
// Nobody writes again in a thread quicker than this after an answer.
const restMs = 250;
// A mention without an answer gives its place in flight to another after this.
const slotMs = 15_000;

interface Mention {
  readonly number: number;
  readonly thread: Thread;
  readonly sentAt: number;
  firstTextAt: number | undefined;
  finalAt: number | undefined;
  readonly answers: Set<string>;
  /** Lets another mention take its place; does nothing the second time. */
  readonly giveSlot: () => void;
}

interface Thread {
  ts: string | undefined;
  used: number;
}

const slack = await startSlackSimulator({ record: "counts", ownMessages: false, ackTimeoutMs: 3_000 });
let lastNumber = 0;

process.on("message", (order: SlackOrder) => void obey(order).then((answer) => process.send?.(answer ?? {})));
process.once("disconnect", () => process.exit(0));
process.send?.({
  url: slack.url,
  apiUrl: slack.apiUrl,
  botToken: slack.installation.botToken,
  signingSecret: slack.app.signingSecret,
});

async function obey(order: SlackOrder): Promise<LoadResult | undefined> {
  switch (order.kind) {
    case "serve":
      slack.configure({
        requestUrl: order.requestUrl,
        timeScale: order.timeScale,
        retryDelaysMs: [0, 60_000 * order.timeScale, 300_000 * order.timeScale],
      });
      return undefined;
    case "load":
      return run(order.load);
    default:
      throw new Error(`unknown order: ${order satisfies never}`);
  }
}

async function run(load: Load): Promise<LoadResult> {
  const mentions = new Map<number, Mention>();
  const open = new Set<string>();
  const strays = new Set<string>();
  const acks: number[] = [];
  const freeThreads: Thread[] = [];
  let notAcked = 0;
  let waiting = 0;
  let onAnswered = (): void => {};

  function mention(): void {
    const thread = freeThreads.shift() ?? { ts: undefined, used: 0 };
    lastNumber += 1;
    const sentAt = now();
    const text = toQuestion(lastNumber);
    const said = slack.userSays({
      user: "Ana",
      channel,
      text,
      mention: true,
      ...(thread.ts !== undefined && { threadTs: thread.ts }),
    });
    thread.ts ??= said.ts;
    thread.used += 1;
    const kept = { number: lastNumber, thread, sentAt, firstTextAt: undefined, finalAt: undefined };
    mentions.set(lastNumber, { ...kept, answers: new Set(), giveSlot: toSlot(() => onAnswered()) });
    waiting += 1;
    void said.delivered.then((records) => {
      for (const { acked, ms } of records) {
        if (acked) acks.push(ms);
        else notAcked += 1;
      }
    });
  }

  function see(change: Change): void {
    if (change.kind !== "message" && change.kind !== "stream") return;
    const { message } = change;
    if (!message.isBot || message.threadTs === undefined) return;
    if (message.streaming) open.add(message.ts);
    else open.delete(message.ts);
    const numbers = answersIn(message.text);
    for (const number of numbers) note(number, message);
    if (numbers.length === 0 && !message.streaming && !message.deleted) strays.add(message.ts);
    else strays.delete(message.ts);
  }

  function note(number: number, message: SeenMessage): void {
    const asked = mentions.get(number);
    if (asked === undefined) return;
    if (message.deleted) return void asked.answers.delete(message.ts);
    const at = now();
    asked.firstTextAt ??= at;
    if (message.streaming) return;
    asked.answers.add(message.ts);
    if (asked.finalAt !== undefined) return;
    asked.finalAt = at;
    waiting -= 1;
    if (asked.thread.used < load.turnsPerThread) setTimeout(() => freeThreads.push(asked.thread), restMs);
    asked.giveSlot();
  }

  const stopListening = slack.onChange(see);
  const startedAt = now();
  if (load.shape.kind === "steady") await sendSteadily(load.shape, mention);
  else await keepInFlight(load.shape, mention, (listener) => (onAnswered = listener));
  onAnswered = () => {};
  const sentAt = now();
  while (waiting > 0 && now() < sentAt + load.patienceMs) await sleep(10);
  await sleep(300); // what comes after the last answer is a double, and must be seen
  stopListening();
  return {
    turns: [...mentions.values()].map(({ number, sentAt: askedAt, firstTextAt, finalAt, answers }) => {
      return { number, sentAt: askedAt, firstTextAt, finalAt, answers: answers.size };
    }),
    acks,
    notAcked,
    strays: strays.size,
    unfinished: open.size,
    startedAt,
    sentAt,
  };
}

async function sendSteadily(
  { perSecond, forMs }: { perSecond: number; forMs: number },
  mention: () => void,
): Promise<void> {
  const startedAt = now();
  const total = Math.round((perSecond * forMs) / 1_000);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((now() - startedAt) / 1_000) * perSecond) + 1);
    for (; sent < due; sent += 1) mention();
    await sleep(Math.max(1, (sent / perSecond) * 1_000 - (now() - startedAt)));
  }
}

async function keepInFlight(
  shape: { inFlight: number; forMs: number; turns?: number },
  mention: () => void,
  onAnswered: (listener: () => void) => void,
): Promise<void> {
  const until = now() + shape.forMs;
  let left = shape.turns ?? Number.POSITIVE_INFINITY;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, shape.forMs);
    const next = (): void => {
      if (left <= 0 || now() >= until) {
        clearTimeout(timer);
        return resolve();
      }
      left -= 1;
      mention();
    };
    onAnswered(() => void setImmediate(next));
    for (let started = 0; started < shape.inFlight; started += 1) next();
  });
}

function toSlot(give: () => void): () => void {
  let timer: NodeJS.Timeout | undefined = setTimeout(give, slotMs);
  return () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    give();
  };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import type { Asked, Driver, SeenAnswer } from "./driver.ts";
import { answersIn, now, toQuestion, type Load, type LoadResult } from "./load.ts";

// Nobody writes again in a thread quicker than this after an answer.
const restMs = 250;
// A question without an answer gives its place in flight to another after this.
const slotMs = 15_000;

interface Question<Place> {
  readonly number: number;
  readonly used: number;
  place: Place | undefined;
  sentAt: number;
  firstTextAt: number | undefined;
  finalAt: number | undefined;
  readonly answers: Set<string>;
  /** Lets another question take its place; does nothing the second time. */
  readonly giveSlot: () => void;
}

let lastNumber = 0;

/**
 * Puts the load on and waits for the answers. Runs in the platform's own process: only there is it known without a
 * further hop when a question left and when its answer was complete.
 */
export async function runLoad<Place>(driver: Driver<Place>, load: Load): Promise<LoadResult> {
  const questions = new Map<number, Question<Place>>();
  const open = new Set<string>();
  const strays = new Set<string>();
  const acks: number[] = [];
  const failures: string[] = [];
  const freePlaces: { place: Place; used: number }[] = [];
  let notAcked = 0;
  let waiting = 0;
  let onAnswered = (): void => {};

  async function question(): Promise<void> {
    const free = load.by === "command" ? undefined : freePlaces.shift();
    lastNumber += 1;
    waiting += 1;
    const asking: Question<Place> = {
      number: lastNumber,
      used: (free?.used ?? 0) + 1,
      place: free?.place,
      sentAt: now(),
      firstTextAt: undefined,
      finalAt: undefined,
      answers: new Set(),
      giveSlot: toSlot(() => onAnswered()),
    };
    questions.set(asking.number, asking);
    try {
      const asked = await ask(toQuestion(asking.number), free?.place);
      asking.place = asked.place;
      asking.sentAt = asked.sentAt;
      count(await asked.acks);
    } catch (cause) {
      failures.push(String(cause)); // without an answer it counts as lost
      notAcked += 1;
    }
  }

  function ask(text: string, place: Place | undefined): Promise<Asked<Place>> {
    if (load.by !== "command") return driver.ask(text, place);
    if (driver.command === undefined) throw new Error("bench: this platform knows no commands");
    return driver.command(text);
  }

  function count(outcomes: Awaited<Asked<Place>["acks"]>): void {
    for (const { acked, ms } of outcomes) {
      if (acked) acks.push(ms);
      else notAcked += 1;
    }
  }

  function see(answer: SeenAnswer): void {
    if (answer.isHalf) open.add(answer.id);
    else open.delete(answer.id);
    const numbers = answersIn(answer.text);
    for (const number of numbers) note(number, answer);
    if (numbers.length === 0 && !answer.isHalf && !answer.deleted) strays.add(answer.id);
    else strays.delete(answer.id);
  }

  function note(number: number, answer: SeenAnswer): void {
    const asked = questions.get(number);
    if (asked === undefined) return;
    if (answer.deleted) return void asked.answers.delete(answer.id);
    const at = now();
    asked.firstTextAt ??= at;
    if (answer.isHalf) return;
    asked.answers.add(answer.id);
    if (asked.finalAt !== undefined) return;
    asked.finalAt = at;
    waiting -= 1;
    const { place, used } = asked;
    if (place !== undefined && used < load.turnsPerThread)
      setTimeout(() => freePlaces.push({ place, used }), restMs);
    asked.giveSlot();
  }

  const stopWatching = driver.watch(see);
  const startedAt = now();
  if (load.shape.kind === "steady") await sendSteadily(load.shape, () => void question());
  else
    await keepInFlight(
      load.shape,
      () => void question(),
      (listener) => (onAnswered = listener),
    );
  onAnswered = () => {};
  const sentAt = now();
  while (waiting > 0 && now() < sentAt + load.patienceMs) await sleep(10);
  await sleep(300); // what comes after the last answer is a double, and must be seen
  stopWatching();
  return {
    turns: [...questions.values()].map(({ number, sentAt: askedAt, firstTextAt, finalAt, answers }) => {
      return { number, sentAt: askedAt, firstTextAt, finalAt, answers: answers.size };
    }),
    acks,
    notAcked,
    failures,
    strays: strays.size,
    unfinished: open.size,
    startedAt,
    sentAt,
  };
}

async function sendSteadily(
  { perSecond, forMs }: { perSecond: number; forMs: number },
  question: () => void,
): Promise<void> {
  const startedAt = now();
  const total = Math.round((perSecond * forMs) / 1_000);
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((now() - startedAt) / 1_000) * perSecond) + 1);
    for (; sent < due; sent += 1) question();
    await sleep(Math.max(1, (sent / perSecond) * 1_000 - (now() - startedAt)));
  }
}

async function keepInFlight(
  shape: { inFlight: number; forMs: number; turns?: number },
  question: () => void,
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
      question();
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

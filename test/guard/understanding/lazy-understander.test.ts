import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { createLazyUnderstander } from "../../../src/guard/understanding/lazy-understander.ts";
import { createTrainer } from "../../../src/guard/understanding/train-aside.ts";
import { trainIntents } from "../../../src/guard/understanding/train-intents.ts";
import { createUnderstander } from "../../../src/guard/understanding/understand.ts";

const nouns = "invoice parcel ticket table seat refund account password menu order lamp train".split(" ");
const places = "Berlin Paris Rome Oslo Madrid Vienna Lisbon Dublin Prague Athens Warsaw Bern".split(" ");

/** Milliseconds this thread has worked, however often the machine let it wait. */
function workedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The longest piece of work, in milliseconds, that nothing else could come between while something ran. */
async function longestStall(run: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = workedMs();
  const watch = { on: true };
  const look = () => {
    const now = workedMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (watch.on) setImmediate(look);
  };
  setImmediate(look);
  await run();
  watch.on = false;
  return longest;
}

/** So many intents that training them is felt. */
const file = {
  intents: nouns.flatMap((noun) =>
    ["lost", "change"].map((verb) => ({
      name: `${verb}_${noun}`,
      handling: "transaction" as const,
      slots: [],
      phrases: places.map(
        (place) => `I ${verb} my ${noun} somewhere near ${place} yesterday evening, please help`,
      ),
    })),
  ),
};
const context = { now: new Date("2026-11-21T10:00:00Z") };

describe("an understander that is loaded aside", () => {
  test("does not stop the rest of the process as long as training does, and understands the same", async () => {
    const before = workedMs();
    const here = createUnderstander(file.intents);
    const trainingMs = workedMs() - before;
    const lazy = createLazyUnderstander(file, "acme");
    expect(await longestStall(() => lazy.load())).toBeLessThan(trainingMs / 3);
    const understand = await lazy.load();
    for (const text of ["I lost my lamp near Bern", "change my password", "Hello", "I want a human"])
      expect(understand(text, context)).toEqual(here.understand(text, context));
  }, 60_000);

  test("is loaded once, however many ask, and knows its intents before", async () => {
    const lazy = createLazyUnderstander(undefined, "acme");
    expect(lazy.intents).toContain("greeting");
    const [one, two] = await Promise.all([lazy.load(), lazy.load()]);
    expect(one).toBe(two);
    expect(one("Hello there", context)).toMatchObject({ intent: "greeting", source: "offline" });
  }, 60_000);
});

describe("training in a thread", () => {
  const training = { examples: places.map((place) => ({ text: `To ${place}`, intent: `go_${place}` })) };

  test("gives what training here gives, job after job", async () => {
    const train = createTrainer();
    const [first, second] = await Promise.all([train(training), train(training)]);
    expect(first).toEqual(trainIntents(training));
    expect(second).toEqual(first);
    expect(await train(training)).toEqual(first);
  }, 60_000);

  test("is done here where no thread can be had, and where one dies at work", async () => {
    const expected = trainIntents(training);
    const none = createTrainer(() => {
      throw new Error("no threads left");
    });
    expect(await none(training)).toEqual(expected);
    const dying = createTrainer(() => new Worker("setTimeout(() => process.exit(1), 10)", { eval: true }));
    expect(await Promise.all([dying(training), dying(training)])).toEqual([expected, expected]);
  }, 60_000);
});

import { describe, expect, it } from "vitest";
import type { Driver, SeenAnswer } from "../../bench/support/driver.ts";
import type { Load } from "../../bench/support/load.ts";
import { runLoad } from "../../bench/support/run-load.ts";

type Behaviour = "answers" | "twice" | "never" | "half" | "excuse" | "refused" | "takes back a double";

const patient = { turnsPerThread: 2, patienceMs: 300 };

/** A platform in memory on which the n-th question fares as said, and all later ones are answered. */
function createPlatform(fates: readonly Behaviour[]) {
  const watchers = new Set<(answer: SeenAnswer) => void>();
  const asked: (string | undefined)[] = [];
  let messages = 0;
  const tell = (text: string, more: Partial<SeenAnswer> = {}): SeenAnswer => {
    const answer = { id: `m${(messages += 1)}`, text, isHalf: false, deleted: false, ...more };
    for (const see of watchers) see(answer);
    return answer;
  };

  function fare(fate: Behaviour, number: string): void {
    const text = `answer:${number} here`;
    switch (fate) {
      case "answers": {
        const half = tell(`answer:${number}`, { isHalf: true });
        tell(text, { id: half.id });
        return;
      }
      case "twice":
        tell(text);
        return void tell(text);
      case "takes back a double":
        tell(text);
        return void tell(text, { id: tell(text).id, deleted: true });
      case "half":
        return void tell(`answer:${number}`, { isHalf: true });
      case "excuse":
        return void tell("Sorry, something went wrong.");
      case "never":
      case "refused":
        return;
      default:
        throw new Error(`unknown fate: ${fate satisfies never}`);
    }
  }

  const driver: Driver<string> = {
    serve: () => {},
    ask: async (text, place) => {
      asked.push(place);
      const fate = fates[asked.length - 1] ?? "answers";
      if (fate === "refused") throw new Error("no session");
      const number = /\[\[id:(\d+)\]\]/.exec(text)?.[1] ?? "";
      setTimeout(() => fare(fate, number), 1);
      const acks = Promise.resolve([{ acked: fate !== "never", ms: 5 }]);
      return { place: place ?? `t${asked.length}`, sentAt: Date.now(), acks };
    },
    watch: (see) => {
      watchers.add(see);
      return () => watchers.delete(see);
    },
  };
  return { driver, asked };
}

/** All at once, so that each fate meets one question. */
function once(turns: number): Load {
  return { shape: { kind: "closed", inFlight: turns, forMs: 100, turns }, ...patient };
}

const answersEach = (result: Awaited<ReturnType<typeof runLoad>>) =>
  result.turns.map(({ answers, finalAt }) => [answers, finalAt !== undefined]);

describe("the load of a bench", () => {
  it("tells one answer from none, two, half a one and an excuse", async () => {
    const { driver } = createPlatform(["answers", "twice", "never", "half", "excuse", "takes back a double"]);
    const result = await runLoad(driver, once(6));
    expect(answersEach(result)).toEqual([
      [1, true],
      [2, true],
      [0, false],
      [0, false],
      [0, false],
      [1, true],
    ]);
    expect(result).toMatchObject({ strays: 1, unfinished: 1, notAcked: 1 });
    expect(result.acks).toHaveLength(5);
  });

  it("counts a question that could not even be asked as lost", async () => {
    const { driver } = createPlatform(["refused"]);
    const result = await runLoad(driver, once(2));
    expect(answersEach(result)).toEqual([
      [0, false],
      [1, true],
    ]);
    expect(result).toMatchObject({ notAcked: 1, failures: ["Error: no session"] });
  });

  it("asks again in a conversation only after its answer, and so often as told", async () => {
    const { driver, asked } = createPlatform([]);
    const shape = { kind: "steady", perSecond: 10, forMs: 1_000 } as const;
    const result = await runLoad(driver, { shape, ...patient });
    expect(result.turns).toHaveLength(10);
    const again = asked.filter((place) => place !== undefined);
    expect(again.length).toBeGreaterThan(0);
    expect(new Set(again).size).toBe(again.length);
  });

  it("does not ask by a command where the platform has none", async () => {
    const { driver, asked } = createPlatform([]);
    const result = await runLoad(driver, { ...once(1), by: "command" });
    expect(asked).toEqual([]);
    expect(answersEach(result)).toEqual([[0, false]]);
    expect(result.failures).toHaveLength(1);
  });
});

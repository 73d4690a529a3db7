import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FastState } from "../../src/store/fast-state.ts";

/** What an implementation hands the suite. */
export interface FastStateSubject {
  readonly name: string;
  create(): Promise<FastState>;
  /** Lets time pass for this implementation: a clock of its own, or a wait. */
  pass(ms: number): Promise<void>;
}

/** What every fast state promises. */
export function fastStateContract(subject: FastStateSubject): void {
  describe(`${subject.name} keeps the fast state contract`, () => {
    let state: FastState;
    let counter = 0;
    const key = (): string => `key-${(counter += 1)}`;
    beforeAll(async () => {
      state = await subject.create();
    });
    afterAll(() => state.stop());

    test("gives text back as text and bytes as the same bytes", async () => {
      const [text, bytes] = [key(), key()];
      await state.set(text, "grüße 🎬", { ttlMs: 5_000 });
      await state.set(bytes, Buffer.from([0, 255, 116, 98]), { ttlMs: 5_000 });
      expect(await state.get(text)).toBe("grüße 🎬");
      expect(await state.get(bytes)).toEqual(Buffer.from([0, 255, 116, 98]));
    });

    test("misses what was never set, was deleted, or is empty only when it should be", async () => {
      const name = key();
      expect(await state.get(name)).toBeUndefined();
      await state.set(name, "", { ttlMs: 5_000 });
      expect(await state.get(name)).toBe("");
      await state.delete(name);
      expect(await state.get(name)).toBeUndefined();
    });

    test.each([false, true])("forgets a value after its time (nearby: %s)", async (nearby) => {
      const name = key();
      await state.set(name, "soon gone", { ttlMs: 150, nearby });
      expect(await state.get(name, { nearby })).toBe("soon gone");
      await subject.pass(200);
      expect(await state.get(name, { nearby })).toBeUndefined();
    });

    test("starts the time anew with each sliding read", async () => {
      const name = key();
      await state.set(name, "kept", { ttlMs: 400 });
      for (let read = 0; read < 3; read += 1) {
        await subject.pass(250);
        expect(await state.get(name, { ttlMs: 400, sliding: true })).toBe("kept");
      }
      await subject.pass(450);
      expect(await state.get(name)).toBeUndefined();
    });

    test("loads once for all who ask at the same time, and keeps what was loaded", async () => {
      const name = key();
      let loads = 0;
      const load = async (): Promise<string> => {
        loads += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        return "loaded";
      };
      const ask = (): Promise<string> => state.getOrLoad(name, { ttlMs: 5_000 }, load);
      expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(
        Array.from({ length: 20 }, () => "loaded"),
      );
      expect(await ask()).toBe("loaded");
      expect(loads).toBe(1);
    });

    test("tells everyone who waits about a failed load, and loads again next time", async () => {
      const name = key();
      const fail = (): Promise<string> => Promise.reject(new Error("no luck"));
      const asked = await Promise.allSettled([1, 2].map(() => state.getOrLoad(name, { ttlMs: 5_000 }, fail)));
      expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      expect(await state.getOrLoad(name, { ttlMs: 5_000 }, async () => "luck")).toBe("luck");
    });

    test("lets exactly the capacity through at once, and says when to come back", async () => {
      const name = key();
      const bucket = { capacity: 5, refillPerMinute: 60 };
      const taken = await Promise.all(Array.from({ length: 20 }, () => state.take(name, bucket)));
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(5);
      const refused = taken.find(({ allowed }) => !allowed);
      expect(refused?.retryAfterMs).toBeGreaterThan(0);
      expect(refused?.retryAfterMs).toBeLessThanOrEqual(1_000);
    });

    test("refills at its rate and never above its capacity", async () => {
      const name = key();
      const bucket = { capacity: 2, refillPerMinute: 600 };
      await state.take(name, { ...bucket, cost: 2 });
      expect((await state.take(name, bucket)).allowed).toBe(false);
      await subject.pass(120);
      expect((await state.take(name, bucket)).allowed).toBe(true);
      await subject.pass(1_500);
      expect(await state.take(name, bucket)).toMatchObject({ allowed: true, remaining: 1 });
    });

    test("never promises a take that costs more than the bucket holds", async () => {
      const refused = await state.take(key(), { capacity: 2, refillPerMinute: 600, cost: 3 });
      expect(refused).toEqual({ allowed: false, remaining: 2, retryAfterMs: Number.POSITIVE_INFINITY });
    });

    test("takes from all limits or from none", async () => {
      const [full, empty, window] = [key(), key(), key()];
      const from = { capacity: 3, refillPerMinute: 0.01 };
      await state.take(empty, from);
      await state.takeAll([
        { key: empty, from: { ...from, cost: 2 } },
        { key: window, from: { limit: 5, ttlMs: 60_000 } },
      ]);
      const refused = await state.takeAll([
        { key: full, from },
        { key: empty, from },
        { key: window, from: { limit: 5, ttlMs: 60_000 } },
      ]);
      expect(refused.map(({ allowed }) => allowed)).toEqual([true, false, true]);
      expect(await state.take(full, from)).toMatchObject({ allowed: true, remaining: 2 });
      expect(await state.count(window, 0, 60_000)).toBe(1);
    });

    test("of many who take at once from a bucket and a window, exactly as many get through as both let", async () => {
      const [bucket, window] = [key(), key()];
      const taken = await Promise.all(
        Array.from({ length: 20 }, () =>
          state.takeAll([
            { key: bucket, from: { capacity: 10, refillPerMinute: 0.01 } },
            { key: window, from: { limit: 7, ttlMs: 60_000 } },
          ]),
        ),
      );
      const through = taken.filter((each) => each.every(({ allowed }) => allowed));
      expect(through).toHaveLength(7);
      expect((await state.take(bucket, { capacity: 10, refillPerMinute: 0.01 })).remaining).toBe(2);
    });

    test("takes once under one name, from each limit that goes by it", async () => {
      const [limit, other, name] = [key(), key(), key()];
      const from = { capacity: 3, refillPerMinute: 0.01 };
      const take = () => state.takeAll([{ key: limit, from, once: name }]);
      for (let each = 0; each < 5; each += 1) expect((await take())[0]?.allowed).toBe(true);
      expect((await state.take(limit, from)).remaining).toBe(1);
      await state.takeAll([
        { key: limit, from, once: name },
        { key: other, from },
      ]);
      expect((await state.take(other, from)).remaining).toBe(1);
      expect((await state.take(limit, from)).remaining).toBe(0);
    });

    test("a window that is full says when it ends, and begins anew then", async () => {
      const window = key();
      const take = async () => (await state.takeAll([{ key: window, from: { limit: 1, ttlMs: 300 } }]))[0];
      expect(await take()).toEqual({ allowed: true, remaining: 0, retryAfterMs: 0 });
      const full = await take();
      expect(full?.allowed).toBe(false);
      expect(full?.retryAfterMs).toBeGreaterThan(0);
      expect(full?.retryAfterMs).toBeLessThanOrEqual(300);
      await subject.pass(350);
      expect((await take())?.allowed).toBe(true);
    });

    test("adds to several counters, each with its own time", async () => {
      const [one, two] = [key(), key()];
      await state.countAll([{ key: one, by: 2, ttlMs: 5_000 }]);
      const both = await state.countAll([
        { key: one, by: 3, ttlMs: 5_000 },
        { key: two, by: -1, ttlMs: 200 },
      ]);
      expect(both).toEqual([5, -1]);
      await subject.pass(260);
      expect([await state.count(one, 0, 5_000), await state.count(two, 0, 200)]).toEqual([5, 0]);
    });

    test("counts together and forgets the count after its time", async () => {
      const name = key();
      const counts = await Promise.all(Array.from({ length: 10 }, () => state.count(name, 2, 200)));
      expect(Math.max(...counts)).toBe(20);
      await subject.pass(260);
      expect(await state.count(name, 1, 200)).toBe(1);
    });

    test("tells every listener of a topic, and none who stopped listening", async () => {
      const topic = key();
      const heard: string[] = [];
      const listener = (message: string): void => void heard.push(message);
      const stopFirst = await state.subscribe(topic, listener);
      const stopSecond = await state.subscribe(topic, listener);
      await state.publish(topic, "one");
      await expect.poll(() => heard).toEqual(["one", "one"]);
      stopFirst();
      stopFirst();
      await state.publish(topic, "two");
      await expect.poll(() => heard).toEqual(["one", "one", "two"]);
      stopSecond();
      await state.publish(topic, "three");
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(heard).toHaveLength(3);
    });

    test("is healthy", async () => {
      expect((await state.health()).ok).toBe(true);
    });
  });
}

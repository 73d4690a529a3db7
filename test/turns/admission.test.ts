import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createAdmission } from "../../src/turns/admission.ts";

/** Work that keeps the event loop busy for `ms`, giving way after each of its slices. */
async function compute(ms: number): Promise<void> {
  for (let spent = 0; spent < ms; spent += 5) {
    const until = performance.now() + 5;
    while (performance.now() < until);
    await nextTick();
  }
}

/** Runs `count` pieces and tells how many were in hand at the most, and in which order they began. */
async function runAll(count: number, before: () => Promise<void>, work: () => Promise<void>) {
  const admission = createAdmission(3);
  await before();
  const order: number[] = [];
  let inHand = 0;
  let most = 0;
  const piece = (index: number) =>
    admission.run(async () => {
      order.push(index);
      most = Math.max(most, (inHand += 1));
      await work();
      inHand -= 1;
    });
  await Promise.all(Array.from({ length: count }, (_, index) => piece(index)));
  return { most, order };
}

describe("admission", () => {
  it("holds work back while the event loop is busy, and lets all of it through in the order it came", async () => {
    const { most, order } = await runAll(
      20,
      () => compute(120),
      () => compute(30),
    );
    expect(most).toBe(3);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).toHaveLength(20);
  });

  it("lets everything begin that only waits for others", async () => {
    const { most } = await runAll(
      40,
      () => sleep(120),
      () => sleep(300),
    );
    expect(most).toBe(40);
  });

  it("goes on after work that fails", async () => {
    const admission = createAdmission(1);
    await compute(120);
    const failing = admission.run(() => Promise.reject(new Error("broken")));
    const next = admission.run(() => Promise.resolve("done"));
    await expect(failing).rejects.toThrow("broken");
    await expect(next).resolves.toBe("done");
  });
});

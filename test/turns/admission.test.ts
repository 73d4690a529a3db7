import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createAdmission, type Priority } from "../../src/turns/admission.ts";

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

  it("judges by the last moments, however long nobody came before them", async () => {
    const admission = createAdmission(1);
    const release = Promise.withResolvers<void>();
    const inHand = admission.run(() => release.promise);
    await sleep(1_500);
    await compute(300);
    let hasBegun = false;
    const next = admission.run(async () => {
      hasBegun = true;
    });
    await nextTick();
    expect(hasBegun).toBe(false);
    await next;
    release.resolve();
    await inHand;
  });

  it("begins what matters more first, and never keeps it waiting for the rest (R232)", async () => {
    const admission = createAdmission(1, { patienceMs: 60_000 });
    await compute(120);
    const order: string[] = [];
    const piece = (name: string, priority: Priority) =>
      admission.run(async () => {
        order.push(name);
        await compute(20);
      }, priority);
    await Promise.all([
      piece("in hand", "low"),
      piece("low 1", "low"),
      piece("normal 1", "normal"),
      piece("low 2", "low"),
      piece("high", "high"),
      piece("normal 2", "normal"),
    ]);
    expect(order).toEqual(["in hand", "high", "normal 1", "normal 2", "low 1", "low 2"]);
  });

  it("has what waits too long behind others begin alone, to put off what it can (R232)", async () => {
    const admission = createAdmission(1, { patienceMs: 100 });
    await compute(120);
    const release = Promise.withResolvers<void>();
    const busy = admission.run(() => release.promise, "high");
    let together = 0;
    const shed: boolean[] = [];
    const low = Array.from({ length: 4 }, () =>
      admission.run(async (isShed) => {
        shed.push(isShed);
        together += 1;
        expect(together).toBe(1);
        await nextTick();
        together -= 1;
      }, "low"),
    );
    const normal = admission.run(async (isShed) => isShed);
    await compute(600);
    await Promise.all(low);
    expect(shed).toEqual([true, true, true, true]);
    release.resolve();
    await busy;
    expect(await normal).toBe(false);
  });

  it("has what nobody waits for wait for a calm moment, and no longer than it may", async () => {
    const admission = createAdmission(1);
    await compute(120);
    const started = performance.now();
    let isBusy = true;
    const busy = (async () => {
      while (isBusy) await compute(20);
    })();
    expect(await admission.calm(200)).toBe(true);
    expect(performance.now() - started).toBeGreaterThanOrEqual(200);
    isBusy = false;
    await busy;
    await sleep(500);
    expect(await admission.calm(5_000)).toBe(false);
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

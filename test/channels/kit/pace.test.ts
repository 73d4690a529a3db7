import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPacer } from "../../../channels/kit/pace.ts";
import { TransientError } from "../../../src/core/errors.ts";

const limit = { everyMs: 1_000, burst: 4 };
const limitOf = (method: string) => (method === "post" ? limit : undefined);
const post = (channel: string, installation = "T1") => ({ installation, method: "post", channel });

function aPacer() {
  let at = 0;
  const pacer = createPacer({ platform: "test", limitOf, now: () => at });
  return { pacer, setTime: (ms: number) => void (at = ms) };
}

describe("keeping pace", () => {
  it("lets a short burst through at once and holds the next one until its time", async () => {
    const { pacer } = aPacer();
    for (let call = 0; call < 4; call++) await pacer.turn(post("C1"));
    const late = new AbortController();
    const fifth = pacer.turn(post("C1"), late.signal);
    late.abort(new Error("enough"));
    await expect(fifth).rejects.toThrow("enough");
  });

  it("never lets more through than its limit, however calls come", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3_000), { minLength: 1, maxLength: 60 }), async (gaps) => {
        const { pacer, setTime } = aPacer();
        const passed: number[] = [];
        let at = 0;
        for (const gap of gaps) {
          setTime((at += gap));
          // Whoever would have to wait goes away at once; the place stays taken.
          const signal = AbortSignal.abort(new Error("in a hurry"));
          const isThrough = await pacer.turn(post("C1"), signal).then(
            () => true,
            () => false,
          );
          if (isThrough) passed.push(at);
        }
        for (const start of passed) {
          const within = passed.filter((time) => time >= start && time < start + 10_000);
          expect(within.length).toBeLessThanOrEqual(limit.burst + 10);
        }
        expect(passed.length).toBeGreaterThan(0);
      }),
    );
  });

  it("lets everybody through who keeps to the pace, for as long as they like", async () => {
    const { pacer, setTime } = aPacer();
    for (let call = 0; call < 50; call++) {
      setTime(call * limit.everyMs);
      await pacer.turn(post("C1"));
    }
  });

  it("closes one bucket and no other for as long as the platform says, limited or not", async () => {
    for (const method of ["post", "unlimited"]) {
      const { pacer, setTime } = aPacer();
      const key = { ...post("C1"), method };
      pacer.close(key, 30_000);
      const refusal = { name: "TransientError", retryAfterMs: 30_000 };
      await expect(pacer.turn(key)).rejects.toMatchObject(refusal);
      await pacer.turn({ ...key, channel: "C2" });
      await pacer.turn({ ...key, installation: "T2" });
      await pacer.turn({ ...key, method: "other" });
      setTime(30_000);
      await pacer.turn(key);
    }
  });

  it("does not wait for long: a full bucket says when to come back", async () => {
    const { pacer } = aPacer();
    const waiting = new AbortController();
    const calls = Array.from({ length: 20 }, () =>
      pacer.turn(post("C1"), waiting.signal).catch((cause: unknown) => cause),
    );
    const told = (await Promise.all(calls.slice(9))).filter((cause) => cause instanceof TransientError);
    waiting.abort();
    await Promise.all(calls);
    expect(told.length).toBe(11);
  });
});

import { describe, expect, it } from "vitest";
import { createSlackPacer } from "../../../channels/slack/pace.ts";
import { TransientError } from "../../../src/core/errors.ts";

const post = (channel: string, installation = "T1") => ({
  installation,
  method: "chat.postMessage",
  channel,
});

describe("keeping pace", () => {
  it("lets a short burst through at once and holds the next one until its time", async () => {
    const pacer = createSlackPacer({ pace: "platform", now: () => 0 });
    for (let call = 0; call < 4; call++) await pacer.turn(post("C1"));
    const late = new AbortController();
    const fifth = pacer.turn(post("C1"), late.signal);
    late.abort(new Error("enough"));
    await expect(fifth).rejects.toThrow("enough");
  });

  it("refills with time", async () => {
    let now = 0;
    const pacer = createSlackPacer({ pace: "platform", now: () => now });
    for (let call = 0; call < 50; call++) {
      await pacer.turn(post("C1"));
      now += 1_000;
    }
  });

  it("closes one bucket and no other for as long as Slack says", async () => {
    let now = 0;
    const pacer = createSlackPacer({ pace: "off", now: () => now });
    pacer.close(post("C1"), 30_000);
    await expect(pacer.turn(post("C1"))).rejects.toMatchObject({
      name: "TransientError",
      retryAfterMs: 30_000,
    });
    await pacer.turn(post("C2"));
    await pacer.turn(post("C1", "T2"));
    await pacer.turn({ ...post("C1"), method: "chat.update" });
    now = 30_000;
    await pacer.turn(post("C1"));
  });

  it("does not wait for long: a full bucket says when to come back", async () => {
    const pacer = createSlackPacer({ pace: "platform", now: () => 0 });
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

import { describe, expect, it } from "vitest";
import { createLatest } from "../../../channels/kit/latest.ts";

describe("writing the newest", () => {
  it("has one write in hand and skips what is outdated", async () => {
    const written: number[] = [];
    let inHand = 0;
    const latest = createLatest(
      async (value: number) => {
        expect(++inHand).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        written.push(value);
        inHand--;
      },
      () => 1,
    );
    const offers: Promise<void>[] = [];
    for (let value = 1; value <= 50; value++) offers.push(latest.offer(value));
    await Promise.all(offers);
    await latest.offer(51);
    expect(written.at(-1)).toBe(51);
    expect(written.length).toBeLessThan(10);
    await latest.close();
    await latest.offer(52);
    expect(written.at(-1)).toBe(51);
  });

  it("tells whoever offered it that a write failed, and goes on with the next", async () => {
    const written: number[] = [];
    const latest = createLatest(
      async (value: number) => {
        if (value === 1) throw new RangeError("no");
        written.push(value);
      },
      () => 0,
    );
    await expect(latest.offer(1)).rejects.toBeInstanceOf(RangeError);
    await latest.offer(2);
    expect(written).toEqual([2]);
  });

  it("leaves its time between two writes, and does not keep the end waiting for it", async () => {
    const written: string[] = [];
    const latest = createLatest(
      async (value: string) => void written.push(value),
      () => 600_000,
    );
    const waiting = latest.offer("never shown");
    await latest.close();
    await waiting;
    expect(written).toEqual([]);
  });
});

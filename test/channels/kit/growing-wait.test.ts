import { expect, it } from "vitest";
import { growingWait } from "../../../channels/kit/growing-wait.ts";

const hour = { firstMs: 3_600_000, longestMs: 3_600_000 };

it("waits not at all before the first failure, and no longer once it is told to stop", async () => {
  await growingWait(0, hour, new AbortController().signal);
  const stopping = new AbortController();
  const waiting = growingWait(3, hour, stopping.signal);
  stopping.abort();
  await waiting;
  await growingWait(3, hour, stopping.signal);
});

it("waits never longer than it may, however often something failed", async () => {
  await expect(
    growingWait(5_000, { firstMs: 1, longestMs: 5 }, new AbortController().signal),
  ).resolves.toBeUndefined();
});

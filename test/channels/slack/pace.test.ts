import { expect, it } from "vitest";
import { createSlackPacer } from "../../../channels/slack/pace.ts";

const post = { installation: "T1", method: "chat.postMessage", channel: "C1" };
const inAHurry = () => AbortSignal.abort(new Error("in a hurry"));

it("keeps to the limits that Slack publishes, unless it is told to measure", async () => {
  const paced = createSlackPacer({ pace: "platform", now: () => 0 });
  const unpaced = createSlackPacer({ pace: "off", now: () => 0 });
  for (let call = 0; call < 4; call++) await paced.turn(post, inAHurry());
  await expect(paced.turn(post, inAHurry())).rejects.toThrow("in a hurry");
  for (let call = 0; call < 100; call++) await unpaced.turn(post, inAHurry());
});

it("honours what Slack itself closes even when it is unpaced", async () => {
  const unpaced = createSlackPacer({ pace: "off", now: () => 0 });
  unpaced.close(post, 30_000);
  await expect(unpaced.turn(post)).rejects.toMatchObject({ name: "TransientError", retryAfterMs: 30_000 });
});

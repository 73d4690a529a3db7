import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { outsideEventNames } from "../../../src/core/outside.ts";
import { createSafeFetch } from "../../../src/guard/addresses/safe-fetch.ts";
import { createSignedWebhook, signWebhook } from "../../../src/handoff/outside/signed-webhook.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

const key = Buffer.alloc(32, 7);
const secret = `whsec_${key.toString("base64")}`;
const event = {
  id: "5c2e6f0e-0000-8000-8000-000000000001",
  name: "handoff.requested",
  at: new Date("2026-01-05T10:00:00Z"),
  data: { conversation_id: "c1" },
} as const;
const signal = new AbortController().signal;

let receiver: Receiver;
beforeAll(async () => {
  receiver = await openReceiver(key);
});
beforeEach(() => {
  receiver.received.length = 0;
});
afterAll(() => receiver.stop());

function webhook(allowedOrigins: readonly string[], timeoutMs = 5_000) {
  const safeFetch = createSafeFetch({ allowedOrigins, timeoutMs, log: silentLog });
  return createSignedWebhook({ url: `${receiver.url}/in`, secret, events: outsideEventNames }, { safeFetch });
}

describe("a signed webhook", () => {
  it("signs as the standard's own example says", () => {
    const example = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      at: new Date(1_614_265_330_000),
      body: '{"test": 2432232314}',
    };
    expect(signWebhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", example)).toEqual({
      "webhook-id": example.id,
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("is taken where the receiver says so, and reads as what was sent", async () => {
    expect(await webhook([receiver.url]).tell(event, signal)).toBe("taken");
    const [one] = receiver.received;
    expect(one).toMatchObject({ id: event.id, type: event.name, isSigned: true, data: event.data });
  });

  it("has the same id and the same bytes with every try", async () => {
    receiver.answer(500);
    await expect(webhook([receiver.url]).tell(event, signal)).rejects.toThrow("answered 500");
    await webhook([receiver.url]).tell(event, signal);
    expect(new Set(receiver.received.map(({ id, body }) => id + body)).size).toBe(1);
  });

  it("follows no redirect, and ends where the receiver wants no more", async () => {
    receiver.answer(302, 410);
    await expect(webhook([receiver.url]).tell(event, signal)).rejects.toThrow("answered 302");
    expect(await webhook([receiver.url]).tell(event, signal)).toBe("gone");
    expect(receiver.received).toHaveLength(2);
  });

  it("waits for nobody for long", async () => {
    receiver.answer("hang");
    await expect(webhook([receiver.url], 200).tell(event, signal)).rejects.toThrow("not known");
  });

  it("goes to no address inside the network that nobody allowed", async () => {
    await expect(webhook([]).tell(event, signal)).rejects.toThrow("may not be fetched");
    expect(receiver.received).toHaveLength(0);
  });
});

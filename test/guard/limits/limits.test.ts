import { describe, expect, test } from "vitest";
import fc from "fast-check";
import type { ConversationId, TenantId } from "../../../src/core/ids.ts";
import { roles } from "../../../src/core/tool.ts";
import { decideLimit } from "../../../src/guard/limits/decide-limit.ts";
import { layersOf, type LimitedCaller } from "../../../src/guard/limits/limit-layers.ts";
import { createLimitPolicy, minuteOnly, type LimitPolicy } from "../../../src/guard/limits/limit-policy.ts";
import { createLimits, RateLimitExceeded, type Insistence } from "../../../src/guard/limits/limits.ts";
import { localDay, nextLocalDay } from "../../../src/guard/limits/local-day.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";

const tenantId = deriveId<TenantId>("tenant");
const conversationId = deriveId<ConversationId>("conversation");

function aCaller(overrides: Partial<LimitedCaller> = {}): LimitedCaller {
  return { tenantId, tier: "pro", role: "customer", user: "slack:U1", conversationId, ...overrides };
}

function aHouse(policy: LimitPolicy = createLimitPolicy()) {
  let at = Date.parse("2026-03-10T10:00:00Z");
  const insisting: Insistence[] = [];
  const fast = createMemoryFastState({ now: () => at, maxItems: 1_000 });
  const limits = createLimits({
    fast,
    policyFor: () => policy,
    onInsistence: (one) => insisting.push(one),
    now: () => new Date(at),
  });
  return { limits, insisting, fast, pass: (ms: number) => (at += ms), now: () => new Date(at) };
}

async function admitTimes(times: number, house: ReturnType<typeof aHouse>, caller = aCaller()) {
  let admitted = 0;
  for (let each = 0; each < times; each += 1)
    if ((await house.limits.admit(caller)).kind === "allowed") admitted += 1;
  return admitted;
}

describe("the limit of one person's minute", () => {
  test("R253: ten are fine, the eleventh raises RateLimitExceeded with the time to wait", async () => {
    const { limits } = aHouse(createLimitPolicy({ strict: true }));
    for (let each = 0; each < 10; each += 1) await limits.require(aCaller());
    const eleventh = await limits.require(aCaller()).catch((cause: unknown) => cause);
    expect(eleventh).toBeInstanceOf(RateLimitExceeded);
    expect(eleventh).toMatchObject({ layer: "user minute", code: "rate_limited", retryAfterMs: 6_000 });
  });

  test("R247: the eleventh message is refused with a friendly notice that names the limit and when it resets", async () => {
    const house = aHouse(createLimitPolicy({ strict: true }));
    await admitTimes(10, house);
    expect(await house.limits.admit(aCaller())).toMatchObject({
      kind: "limited",
      limit: 10,
      notice:
        "That was a little fast for me: I can take 10 messages a minute. Please write again in 6 seconds, or talk to a person.",
    });
  });

  test("R248: fifteen may come at once and then ten a minute, whatever the burst", async () => {
    const house = aHouse();
    expect(await admitTimes(40, house)).toBe(15);
    house.pass(60_000);
    expect(await admitTimes(40, house)).toBe(10);
  });

  test.each([
    ["customer", 10],
    ["staff", 60],
    ["admin", 120],
    ["analytics", 60],
  ] as const)("R250: %s may send %i a minute", async (role, perMinute) => {
    const house = aHouse(minuteOnly({ strict: true }));
    expect(await admitTimes(150, house, aCaller({ role }))).toBe(perMinute);
  });

  test("what one person sends takes nothing from another, from another company, or from another role", async () => {
    const house = aHouse(minuteOnly({ strict: true }));
    await admitTimes(20, house);
    for (const other of [
      aCaller({ user: "slack:U2" }),
      aCaller({ tenantId: deriveId<TenantId>("another") }),
      aCaller({ role: "staff" }),
    ])
      expect((await house.limits.admit(other)).kind).toBe("allowed");
  });
});

describe("the other layers", () => {
  test.each([
    ["free", 100],
    ["pro", 1_000],
  ] as const)("R249: %s people may send %i messages a day", async (tier, perDay) => {
    const house = aHouse(
      createLimitPolicy({ userPerHour: { free: 500, pro: 5_000, enterprise: undefined } }),
    );
    let admitted = 0;
    for (let minute = 0; minute < perDay / 10 + 5; minute += 1) {
      admitted += await admitTimes(10, house, aCaller({ tier }));
      house.pass(60_000);
    }
    const day = house.now().toISOString().slice(0, 10) === "2026-03-10";
    expect({ admitted, day }).toEqual({ admitted: perDay, day: true });
    expect(await house.limits.admit(aCaller({ tier }))).toMatchObject({ layer: "user day", limit: perDay });
  });

  test("the day ends at the person's own midnight, and the notice says so in their time", async () => {
    const policy = createLimitPolicy({ userPerDay: { free: 3, pro: 3, enterprise: 3 } });
    const house = aHouse(policy);
    const caller = aCaller({ timeZone: "Asia/Bangkok" });
    await admitTimes(3, house, caller);
    const verdict = await house.limits.admit(caller);
    expect(verdict).toMatchObject({ layer: "user day", resetsAt: new Date("2026-03-10T17:00:00Z") });
    expect(verdict).toMatchObject({
      notice:
        "You have used up today's 3 messages. Please write again tomorrow at 00:00 (Asia/Bangkok), or talk to a person.",
    });
    house.pass(7 * 60 * 60 * 1000);
    expect((await house.limits.admit(caller)).kind).toBe("allowed");
  });

  test("R251, R252: a person's hour, a company's minute and an endpoint's minute are kept", async () => {
    const none = { free: undefined, pro: undefined, enterprise: undefined };
    const two = { free: 2, pro: 2, enterprise: 2 };
    const cases = [
      [{ userPerHour: two }, "user hour"],
      [{ companyPerMinute: two }, "company minute"],
      [{ endpointPerMinute: two, userPerHour: none }, "endpoint minute"],
    ] as const;
    for (const [choices, layer] of cases) {
      const house = aHouse(createLimitPolicy(choices));
      await admitTimes(2, house, aCaller({ endpoint: "chat.say" }));
      expect(await house.limits.admit(aCaller({ endpoint: "chat.say" }))).toMatchObject({ layer, limit: 2 });
    }
  });

  test("R255: anonymous people behind one address share its limit, however many visitors they are", async () => {
    const house = aHouse(createLimitPolicy({ addressPerMinute: 20 }));
    let admitted = 0;
    for (let each = 0; each < 50; each += 1)
      admitted += await admitTimes(1, house, aCaller({ user: `web:${each}`, address: "192.0.2.7" }));
    expect(admitted).toBe(20);
    expect(await admitTimes(1, house, aCaller({ user: "web:x", address: "192.0.2.8" }))).toBe(1);
  });

  test("the limit that refuses longest is the one that is named", async () => {
    const house = aHouse(
      createLimitPolicy({ strict: true, userPerDay: { free: 10, pro: 10, enterprise: 10 } }),
    );
    await admitTimes(10, house);
    expect(await house.limits.admit(aCaller())).toMatchObject({ layer: "user day", limit: 10 });
  });

  test("refusals by the minute cost nothing of the day", async () => {
    const house = aHouse(createLimitPolicy({ userPerDay: { free: 30, pro: 30, enterprise: 30 } }));
    expect(await admitTimes(500, house)).toBe(15);
    house.pass(60_000);
    expect(await admitTimes(500, house)).toBe(10);
    house.pass(60_000);
    expect(await admitTimes(500, house)).toBe(5);
  });
});

describe("what a limited person is told", () => {
  test("all messages refused in one window name one notice, those of the next window another", async () => {
    const house = aHouse(minuteOnly({ strict: true }));
    await admitTimes(10, house);
    const keys = new Set<string | undefined>();
    for (let each = 0; each < 5; each += 1) {
      const verdict = await house.limits.admit(aCaller());
      if (verdict.kind === "limited") keys.add(verdict.noticeKey);
    }
    expect(keys.size).toBe(1);
    house.pass(61_000);
    await admitTimes(10, house);
    const later = await house.limits.admit(aCaller());
    expect(later.kind === "limited" && keys.has(later.noticeKey)).toBe(false);
  });

  test("a message that was let through stays so, however often work on it begins again", async () => {
    const house = aHouse(minuteOnly({ strict: true }));
    await admitTimes(9, house);
    for (let each = 0; each < 5; each += 1)
      expect((await house.limits.admit(aCaller({ message: "slack:C1:1.5" }))).kind).toBe("allowed");
    expect((await house.limits.admit(aCaller({ message: "slack:C1:1.6" }))).kind).toBe("limited");
  });

  test("what a door let in is not counted a second time, and only the short limits are kept there", async () => {
    const policy = createLimitPolicy({ strict: true, userPerDay: { free: 12, pro: 12, enterprise: 12 } });
    const house = aHouse(policy);
    const messages = Array.from({ length: 10 }, (_, at) => aCaller({ message: `web:${at}` }));
    for (const message of [...messages, ...messages]) await house.limits.require(message);
    for (const message of [...messages, ...messages])
      expect((await house.limits.admit(message)).kind).toBe("allowed");
    await expect(house.limits.require(aCaller({ message: "web:10" }))).rejects.toThrow(RateLimitExceeded);

    house.pass(60_000);
    const later = [11, 12, 13].map((at) => aCaller({ message: `web:${at}` }));
    const verdicts = [];
    for (const message of later) {
      await house.limits.require(message);
      verdicts.push(await house.limits.admit(message));
    }
    expect(verdicts).toMatchObject([{ kind: "allowed" }, { kind: "allowed" }, { layer: "user day" }]);
  });

  test("R254: who keeps writing against a limit is reported once, not with every message", async () => {
    const house = aHouse(minuteOnly({ strict: true }));
    await admitTimes(300, house);
    expect(house.insisting).toEqual([{ tenantId, conversationId, layer: "user minute", refusals: 50 }]);
  });
});

describe("the decision", () => {
  const policy = createLimitPolicy();
  const now = new Date("2026-03-10T10:00:00Z");

  test("allows exactly when every layer does, and never names a layer that allows", () => {
    const layers = layersOf(policy, aCaller({ address: "192.0.2.1", endpoint: "chat" }), now);
    expect(layers.map(({ name }) => name)).toEqual([
      "user minute",
      "endpoint minute",
      "company minute",
      "address minute",
      "user hour",
      "user day",
    ]);
    const reading = fc.record({ allowed: fc.boolean(), retryAfterMs: fc.integer({ min: 1, max: 1e8 }) });
    fc.assert(
      fc.property(fc.array(reading, { minLength: layers.length, maxLength: layers.length }), (said) => {
        const readings = layers.flatMap((layer, at) => {
          const one = said[at];
          return one === undefined ? [] : [{ layer, ...one }];
        });
        const decision = decideLimit(readings, now);
        const refusing = readings.filter(({ allowed }) => !allowed);
        if (decision.kind === "allowed") return refusing.length === 0;
        const longest = Math.max(...refusing.map(({ retryAfterMs }) => retryAfterMs));
        return (
          decision.retryAfterMs === Math.min(longest, 86_400_000) &&
          refusing.some(({ layer }) => layer.name === decision.layer)
        );
      }),
    );
  });

  test("no order of arrivals lets anyone have more than the burst and what filled since", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...roles),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 60 }),
        async (role, gaps) => {
          const house = aHouse(minuteOnly());
          const perMinute = minuteOnly().userPerMinute[role];
          let admitted = 0;
          let elapsed = 0;
          for (const gap of gaps) {
            house.pass(gap);
            elapsed += gap;
            admitted += await admitTimes(3, house, aCaller({ role }));
          }
          return admitted <= perMinute * 1.5 + (elapsed * perMinute) / 60_000;
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("a person's day", () => {
  test.each([
    ["Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29T22:00:00.000Z"], // 23 hours long
    ["Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T23:00:00.000Z"], // 25 hours long
    ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T18:15:00.000Z"],
    ["No/Such_Zone", "2026-01-01T05:00:00Z", "2026-01-02T00:00:00.000Z"],
  ])("in %s at %s ends at %s", (zone, at, ends) => {
    expect(nextLocalDay(new Date(at), zone).toISOString()).toBe(ends);
  });

  test("always ends later than now and within 26 hours, on another date", () => {
    const zones = fc.constantFrom(
      "UTC",
      "Asia/Bangkok",
      "America/New_York",
      "Pacific/Apia",
      "Australia/Lord_Howe",
    );
    const times = fc.date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(zones, times, (zone, at) => {
        const end = nextLocalDay(at, zone);
        const leftMs = end.getTime() - at.getTime();
        return leftMs > 0 && leftMs <= 26 * 3_600_000 && localDay(end, zone) > localDay(at, zone);
      }),
      { numRuns: 60 },
    );
  });
});

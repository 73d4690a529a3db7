import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isSameOwner,
  newBaton,
  reopenWindowMs,
  transition,
  type Baton,
  type BatonEvent,
  type Transition,
} from "../../src/core/conversation.ts";
import type { StaffId } from "../../src/core/ids.ts";

const ana = "00000000-0000-4000-8000-00000000000a" as StaffId;
const ben = "00000000-0000-4000-8000-00000000000b" as StaffId;
const start = new Date("2026-01-05T09:00:00Z");
const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);

function changed(result: Transition): Baton {
  if (result.kind !== "changed") throw new Error(`expected a change, got ${JSON.stringify(result)}`);
  return result.baton;
}

function pass(baton: Baton, ...events: readonly BatonEvent[]): Baton {
  return events.reduce((now, event) => {
    const result = transition(now, event);
    return result.kind === "refused" ? now : result.baton;
  }, baton);
}

const escalate = { kind: "escalate", reason: "asked", queue: "general_support", at: start } as const;

describe("the baton", () => {
  it("goes from bot to queue to human and back to the bot", () => {
    const queued = changed(transition(newBaton, escalate));
    expect(queued).toMatchObject({
      owner: { kind: "queue" },
      status: "escalated",
      epoch: 1,
      waitingSince: start,
    });
    const claimed = changed(transition(queued, { kind: "claim", by: ana, at: later(1) }));
    expect(claimed).toMatchObject({ owner: { kind: "human", staff: ana }, waitingSince: start });
    const answered = pass(claimed, { kind: "staff reply", by: ana, at: later(2) });
    expect(answered.waitingSince).toBeUndefined();
    const back = changed(transition(answered, { kind: "return to bot", by: ana, at: later(3) }));
    expect(back).toMatchObject({ owner: { kind: "bot" }, status: "active", epoch: 3 });
  });

  it("is taken by staff who simply speak, whoever had it", () => {
    const taken = changed(transition(newBaton, { kind: "staff reply", by: ana, at: start }));
    expect(taken.owner).toEqual({ kind: "human", staff: ana });
    const other = changed(transition(taken, { kind: "staff reply", by: ben, at: later(1) }));
    expect(other.owner).toEqual({ kind: "human", staff: ben });
  });

  it("waits for others when whoever has it is no colleague any more, and stays with anybody else", () => {
    const mine = pass(newBaton, escalate, { kind: "staff reply", by: ana, at: later(1) });
    const left = { kind: "holder left", staff: ana, queue: "billing", at: later(2) } as const;
    expect(changed(transition(mine, left))).toMatchObject({
      owner: { kind: "queue", queue: "billing" },
      status: "escalated",
      epoch: mine.epoch + 1,
      waitingSince: later(2),
    });
    expect(transition(mine, { ...left, staff: ben }).kind).toBe("unchanged");
    const asleep = pass(mine, { kind: "snooze", by: ana, until: later(120), at: later(2) });
    expect(transition(asleep, left).kind).toBe("unchanged");
    expect(changed(transition(pass(asleep, { kind: "snooze over", at: later(120) }), left)).owner.kind).toBe(
      "queue",
    );
    expect(transition(newBaton, left).kind).toBe("unchanged");
  });

  it("has one winner when two claim it", () => {
    const first = changed(transition(pass(newBaton, escalate), { kind: "claim", by: ana, at: later(1) }));
    expect(transition(first, { kind: "claim", by: ben, at: later(1) }).kind).toBe("refused");
    expect(transition(first, { kind: "claim", by: ana, at: later(1) }).kind).toBe("unchanged");
  });

  it("comes back to its previous owner after a snooze, by time or by the person's message", () => {
    const mine = pass(newBaton, { kind: "claim", by: ana, at: start });
    const asleep = changed(transition(mine, { kind: "snooze", by: ana, until: later(120), at: later(1) }));
    expect(changed(transition(asleep, { kind: "snooze over", at: later(120) })).owner).toEqual(mine.owner);
    const woken = transition(asleep, {
      kind: "user message",
      substantive: true,
      previousOnShift: true,
      at: later(5),
    });
    expect(changed(woken)).toMatchObject({
      owner: mine.owner,
      waitingSince: later(5),
      snoozedUntil: undefined,
    });
  });

  it.each([
    [
      "to the same person while at work, for seven days",
      true,
      7 * 24 * 60 * 60 * 1000,
      { kind: "human", staff: ana },
    ],
    ["to the queue while that person is away", false, 0, { kind: "queue", queue: "general_support" }],
    ["to the bot after a week", true, reopenWindowMs + 1, { kind: "bot" }],
  ])("reopens %s", (_, previousOnShift, afterMs, owner) => {
    const closed = pass(
      newBaton,
      { kind: "claim", by: ana, at: start },
      { kind: "resolve", by: ana, reason: "done", at: start },
    );
    const at = new Date(start.getTime() + afterMs);
    expect(
      changed(transition(closed, { kind: "user message", substantive: true, previousOnShift, at })).owner,
    ).toEqual(owner);
  });

  it("stays closed when somebody only says thanks", () => {
    const closed = pass(newBaton, { kind: "resolve", by: "bot", reason: "done", at: start });
    const thanks = { kind: "user message", substantive: false, previousOnShift: true, at: later(1) } as const;
    expect(transition(closed, thanks).kind).toBe("unchanged");
  });

  it("keeps the first waiting time until a person's public reply", () => {
    const waiting = pass(newBaton, escalate, {
      kind: "user message",
      substantive: true,
      previousOnShift: false,
      at: later(9),
    });
    expect(waiting.waitingSince).toEqual(start);
    expect(pass(waiting, { kind: "claim", by: ana, at: later(10) }).waitingSince).toEqual(start);
  });
});

const at = fc.integer({ min: 0, max: 20_000 }).map(later);
const staff = fc.constantFrom(ana, ben);
const anyEvent: fc.Arbitrary<BatonEvent> = fc.oneof(
  fc.record({
    kind: fc.constant("escalate" as const),
    reason: fc.constant("x"),
    queue: fc.constant("q"),
    at,
  }),
  fc.record({ kind: fc.constant("claim" as const), by: staff, at }),
  fc.record({ kind: fc.constant("assign" as const), to: staff, by: staff, at }),
  fc.record({ kind: fc.constant("staff reply" as const), by: staff, at }),
  fc.record({
    kind: fc.constant("return to bot" as const),
    by: fc.oneof(staff, fc.constant("idle rule" as const)),
    at,
  }),
  fc.record({ kind: fc.constant("switch off" as const), by: staff, at }),
  fc.record({ kind: fc.constant("snooze" as const), by: staff, until: at, at }),
  fc.record({ kind: fc.constant("snooze over" as const), at }),
  fc.record({ kind: fc.constant("holder left" as const), staff, queue: fc.constant("billing"), at }),
  fc.record({ kind: fc.constant("resolve" as const), by: staff, reason: fc.constant("done"), at }),
  fc.record({
    kind: fc.constant("user message" as const),
    substantive: fc.boolean(),
    previousOnShift: fc.boolean(),
    at,
  }),
);
const walk = fc.array(anyEvent, { maxLength: 60 });

/** Every step of a random walk, with what was there before. */
function steps(
  events: readonly BatonEvent[],
): readonly { before: Baton; event: BatonEvent; result: Transition }[] {
  let baton = newBaton;
  return events.map((event) => {
    const before = baton;
    const result = transition(before, event);
    if (result.kind !== "refused") baton = result.baton;
    return { before, event, result };
  });
}

describe("on any walk", () => {
  it("the epoch grows by one with every change and never otherwise", () => {
    fc.assert(
      fc.property(walk, (events) => {
        for (const { before, result } of steps(events)) {
          if (result.kind === "changed") expect(result.baton.epoch).toBe(before.epoch + 1);
          if (result.kind === "unchanged") expect(result.baton.epoch).toBe(before.epoch);
        }
      }),
    );
  });

  it("owner or status never change without a new epoch and one audit row that tells the truth", () => {
    fc.assert(
      fc.property(walk, (events) => {
        for (const { before, event, result } of steps(events)) {
          if (result.kind === "unchanged") {
            expect(isSameOwner(result.baton.owner, before.owner)).toBe(true);
            expect(result.baton.status).toBe(before.status);
          }
          if (result.kind === "changed")
            expect(result.audit).toMatchObject({
              action: event.kind,
              from: before.owner.kind,
              to: result.baton.owner.kind,
            });
        }
      }),
    );
  });

  it("whoever gets it, gets it in an epoch of its own: no turn of an older one may speak", () => {
    fc.assert(
      fc.property(walk, (events) => {
        for (const { before, result } of steps(events))
          if (result.kind !== "refused" && !isSameOwner(before.owner, result.baton.owner))
            expect(result.baton.epoch).toBeGreaterThan(before.epoch);
      }),
    );
  });

  it("status and owner fit together: closed and active belong to the bot, or to nobody", () => {
    fc.assert(
      fc.property(walk, (events) => {
        for (const { before, result } of steps(events)) {
          const now = result.kind === "refused" ? before : result.baton;
          if (now.status === "closed")
            expect(now).toMatchObject({ owner: { kind: "bot" }, waitingSince: undefined });
          if (now.status === "snoozed") expect(now.snoozedUntil).toBeDefined();
          else expect(now.snoozedUntil).toBeUndefined();
          expect(now.closedAt !== undefined).toBe(now.status === "closed");
          if (now.status === "escalated") expect(["queue", "human", "off"]).toContain(now.owner.kind);
        }
      }),
    );
  });

  it("only a person's public reply, a return to the bot or a resolution stops the waiting clock", () => {
    const stops = new Set<BatonEvent["kind"]>(["staff reply", "return to bot", "resolve"]);
    fc.assert(
      fc.property(walk, (events) => {
        for (const { before, event, result } of steps(events)) {
          if (result.kind === "refused" || before.waitingSince === undefined) continue;
          if (!stops.has(event.kind)) expect(result.baton.waitingSince).toEqual(before.waitingSince);
        }
      }),
    );
  });

  it("the same event twice changes hands once", () => {
    const repeatable = new Set<BatonEvent["kind"]>([
      "claim",
      "assign",
      "staff reply",
      "escalate",
      "resolve",
      "return to bot",
      "switch off",
    ]);
    fc.assert(
      fc.property(walk, anyEvent, (events, event) => {
        fc.pre(repeatable.has(event.kind));
        const once = transition(pass(newBaton, ...events), event);
        if (once.kind !== "changed") return;
        expect(transition(once.baton, event).kind).not.toBe("changed");
      }),
    );
  });
});

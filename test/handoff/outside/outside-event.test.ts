import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newBaton, transition, type Baton, type BatonEvent } from "../../../src/core/conversation.ts";
import type { StaffId } from "../../../src/core/ids.ts";
import { toOutsideData, toOutsideName } from "../../../src/handoff/outside/outside-event.ts";

const at = new Date("2026-01-05T10:00:00Z");
const [mia, ben] = ["mia", "ben"] as unknown as [StaffId, StaffId];

function after(before: Baton, event: BatonEvent): Baton {
  const result = transition(before, event);
  if (result.kind === "refused") throw new Error(result.reason);
  return result.baton;
}

const queued = after(newBaton, { kind: "escalate", reason: "asked", queue: "billing", at });
const claimed = after(queued, { kind: "claim", by: mia, at });

describe("what a change of hands is called outside", () => {
  it("names asking, taking, giving back and ending, each by what it is", () => {
    expect(toOutsideName(newBaton, queued)).toBe("handoff.requested");
    expect(toOutsideName(queued, claimed)).toBe("handoff.claimed");
    expect(toOutsideName(claimed, after(claimed, { kind: "assign", to: ben, by: mia, at }))).toBe(
      "handoff.claimed",
    );
    expect(toOutsideName(claimed, after(claimed, { kind: "return to bot", by: mia, at }))).toBe(
      "handoff.returned",
    );
    expect(toOutsideName(claimed, after(claimed, { kind: "resolve", by: mia, reason: "done", at }))).toBe(
      "conversation.resolved",
    );
  });

  it("says nothing of a snooze, of waking up, or of a bot that was switched off", () => {
    const snoozed = after(claimed, { kind: "snooze", by: mia, until: new Date(at.getTime() + 1), at });
    expect(toOutsideName(claimed, snoozed)).toBeUndefined();
    expect(toOutsideName(snoozed, after(snoozed, { kind: "snooze over", at }))).toBeUndefined();
    expect(toOutsideName(newBaton, after(newBaton, { kind: "switch off", by: mia, at }))).toBeUndefined();
  });

  it("tells who has it by ids alone", () => {
    expect(toOutsideData(queued)).toEqual({
      owner: "queue",
      queue: "billing",
      status: "escalated",
      epoch: 1,
      waiting_since: at.toISOString(),
    });
    expect(toOutsideData(claimed)).toMatchObject({ owner: "human", staff_id: "mia", epoch: 2 });
  });

  it("never tells twice what has not changed, and always tells that a conversation has ended", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("escalate", "claim", "bot", "resolve", "reopen")), (steps) => {
        let baton = newBaton;
        for (const step of steps) {
          const result = transition(baton, toEvent(step));
          if (result.kind !== "changed") continue;
          const name = toOutsideName(baton, result.baton);
          expect(toOutsideName(result.baton, result.baton)).toBeUndefined();
          if (result.baton.status === "closed") expect(name).toBe("conversation.resolved");
          baton = result.baton;
        }
      }),
    );
  });
});

function toEvent(step: string): BatonEvent {
  if (step === "escalate") return { kind: "escalate", reason: "asked", queue: "billing", at };
  if (step === "claim") return { kind: "claim", by: mia, at };
  if (step === "bot") return { kind: "return to bot", by: mia, at };
  if (step === "resolve") return { kind: "resolve", by: mia, reason: "done", at };
  return { kind: "reopen", by: mia, at };
}

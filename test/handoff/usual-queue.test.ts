import { describe, expect, it } from "vitest";
import type { BatonEvent } from "../../src/core/conversation.ts";
import type { StaffId } from "../../src/core/ids.ts";
import { inUsualQueue } from "../../src/handoff/usual-queue.ts";

const staff = "s" as StaffId;
const at = new Date();

const passing = (queue: string): readonly BatonEvent[] => [
  { kind: "escalate", reason: "asked for a human", queue, at },
  { kind: "transfer", queue, by: staff, at },
  { kind: "holder left", staff, queue, at },
];

const queueOf = (event: BatonEvent, usual?: string) =>
  "queue" in event ? [event.kind, (inUsualQueue(event, usual) as { queue: string }).queue] : [];

describe("the queue of whoever nothing sends elsewhere", () => {
  it("is the one the company names, whoever passes the baton", () => {
    expect(passing("general_support").map((event) => queueOf(event, "front_desk"))).toEqual([
      ["escalate", "front_desk"],
      ["transfer", "front_desk"],
      ["holder left", "front_desk"],
    ]);
  });

  it("leaves a queue that is named as it is", () => {
    for (const event of passing("billing"))
      expect(queueOf(event, "front_desk")).toEqual([event.kind, "billing"]);
  });

  it("has a name where the company gives none", () => {
    for (const event of passing("general_support"))
      expect(queueOf(event)).toEqual([event.kind, "general_support"]);
  });
});

import type { Baton } from "../../core/conversation.ts";
import { isSameOwner } from "../../core/conversation.ts";
import type { OutsideEventName } from "../../core/outside.ts";

/** What a change of hands is to those outside; undefined for what is none of their business. */
export function toOutsideName(before: Baton, after: Baton): OutsideEventName | undefined {
  if (after.status === "closed") return before.status === "closed" ? undefined : "conversation.resolved";
  if (after.status === "snoozed" || isSameOwner(before.owner, after.owner)) return undefined;
  switch (after.owner.kind) {
    case "queue":
      return "handoff.requested";
    case "human":
      return "handoff.claimed";
    case "bot":
      return before.owner.kind === "off" ? undefined : "handoff.returned";
    case "off":
      return undefined;
    default:
      throw new Error(`unknown owner: ${String(after.owner satisfies never)}`);
  }
}

/** Who has the conversation now, as far as those outside are told. */
export function toOutsideData({
  owner,
  status,
  epoch,
  waitingSince,
}: Baton): Readonly<Record<string, unknown>> {
  return {
    owner: owner.kind,
    status,
    epoch,
    ...(owner.kind === "queue" && { queue: owner.queue }),
    ...(owner.kind === "human" && { staff_id: owner.staff }),
    ...(waitingSince !== undefined && { waiting_since: waitingSince.toISOString() }),
  };
}

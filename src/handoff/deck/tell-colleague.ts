import type { Reply } from "../../core/reply.ts";
import type { Passing, Work } from "../baton-work.ts";
import { toRefusalReply } from "../notices.ts";
import type { StaffCall } from "./deck-call.ts";

/** Answers a colleague; where the person reads along, only who asked sees it. */
export function tellColleague(
  passing: Passing,
  work: Work,
  { control }: StaffCall,
  reply: Reply,
): Promise<void> {
  const isShared = work.room === undefined && work.conversation.audience !== "direct";
  return passing.answer(work, isShared ? { ...reply, onlyFor: control.sender_id } : reply, control.id);
}

/** Says in the same way why a command was not carried out. */
export function refuseColleague(
  passing: Passing,
  work: Work,
  call: StaffCall,
  reason: string,
): Promise<void> {
  return tellColleague(passing, work, call, toRefusalReply(call.command.name, reason));
}

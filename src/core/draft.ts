import type { Verdict } from "./approval.ts";

/** Names of the two buttons under an answer that waits for a colleague's word, and of the note that it will not be said. */
export const draftActions = {
  send: "baton.draft-send",
  discard: "baton.draft-discard",
  handOver: "baton.draft-hand-over",
} as const;

/** What a button under such an answer stands for; undefined for every other button. */
export function draftVerdictOf(action: string): Verdict | undefined {
  if (action === draftActions.send) return "approved";
  return action === draftActions.discard ? "refused" : undefined;
}

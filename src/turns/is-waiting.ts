import type { Claim } from "./claim.ts";

/** They wait for a person, whom nobody is yet, and may go on asking the bot. */
export function isWaiting({ owner }: Pick<Claim, "owner">): boolean {
  return owner.kind === "queue";
}

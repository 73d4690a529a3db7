import type { Accept } from "../core/envelope.ts";
import type { Limits } from "../guard/limits/limits.ts";
import type { Handoff } from "../handoff/handoff.ts";
import type { Rooms } from "../handoff/rooms/rooms.ts";
import type { Destination } from "../outbox/outbox.ts";
import type { Outcome } from "../outbox/outcome.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { TurnResult } from "./answer-turn.ts";
import { openLimit } from "./claim-store.ts";
import type { Claim } from "./claim.ts";
import type { FindAnswerMode } from "./answer-mode.ts";
import type { HeldLease } from "./lease.ts";
import { languageOf } from "./person-language.ts";
import type { AnswerParts } from "./workbench.ts";

/** What work on a conversation needs. */
export interface WorkParts extends AnswerParts {
  readonly sealer: Sealer;
  readonly handoff: Handoff;
  /** Where colleagues read what people write who are not the bot's now. */
  readonly rooms: Pick<Rooms, "bring" | "sent">;
  /** The way in, for what a thread held before we were called into it. */
  readonly accept: Accept;
  /** How much people may ask. */
  readonly limits: Pick<Limits, "admit">;
  readonly aiEnabled: boolean;
  readonly answerMode: FindAnswerMode;
  readonly maxAttempts: number;
}

/** How one look at a conversation ended: nothing is left to do, or it is to be looked at again. */
export type Handled =
  | { readonly kind: "settled"; readonly outcomes: readonly Outcome[]; readonly turn?: TurnResult }
  | { readonly kind: "changed"; readonly outcomes?: readonly Outcome[] }
  | { readonly kind: "backfilled" }
  | { readonly kind: "joined" };

/** A conversation in hand. */
export interface Situation {
  readonly lease: HeldLease;
  readonly claim: Claim;
  readonly seal: TenantSeal;
  readonly mayJoin: boolean;
  readonly backfilled: boolean;
  /** There is more to do than this process can, and what belongs to this company comes last. */
  readonly isShed: boolean;
}

/** A claim shows the oldest open messages only; with more behind them the conversation is not settled yet. */
export function isWhole(claim: Claim): boolean {
  return claim.open.length + claim.unreadable.length < openLimit;
}

/** Where what is said to this person goes. */
export function destinationOf(parts: WorkParts, claim: Claim, recipient: string): Destination {
  const channel = parts.outbox.channels.get(claim.channel);
  if (channel === undefined)
    throw new Error(`the channel ${claim.channel} is not configured here, but a conversation of it has work`);
  const { space, thread, audience, installation, returnPath } = claim;
  const target = { installation, place: { space, thread, audience }, recipient, returnPath };
  return { channel, target, language: languageOf(claim) };
}

/** The conversation, as the handoff knows it. */
export function subjectOf(lease: HeldLease, claim: Claim) {
  const correlationId = claim.open.at(-1)?.correlationId ?? "";
  return { tenantId: lease.tenantId, conversationId: lease.conversationId, correlationId };
}

import type { KeptCall } from "./kept-call.ts";

/** Where a request for a colleague's approval stands. `stood down`: the conversation changed hands first. */
export type ApprovalState = "pending" | "approved" | "refused" | "expired" | "stood down";

/** Names of the two buttons under a request, and of the note that tells a conversation to carry out what was approved. */
export const approvalActions = {
  approve: "baton.approve",
  refuse: "baton.refuse",
  carryOut: "baton.carry-out",
} as const;

/** What a colleague pressed. */
export type Verdict = "approved" | "refused";

/** The verdict a button stands for; undefined for every other button. */
export function verdictOf(action: string): Verdict | undefined {
  if (action === approvalActions.approve) return "approved";
  return action === approvalActions.refuse ? "refused" : undefined;
}

/** Where calls wait for approval. */
export interface ApprovalDesk {
  /**
   * Keeps the request and asks colleagues, in one transaction and once per key; the same call that waits already
   * is not asked for again. Throws PermanentError when the conversation changed hands or the arguments are too long to check.
   */
  request(request: KeptCall): Promise<{ readonly expiresAt: Date }>;
}

/** What the rules need to know of a kept request. */
export interface ApprovalFacts {
  readonly state: ApprovalState;
  /** The conversation's epoch when it was asked for. */
  readonly epoch: number;
  readonly expiresAt: Date;
}

/** A press on one of the buttons, with everything about it that was verified. */
export interface ApprovalPress {
  readonly verdict: Verdict;
  /** The person who pressed is a colleague who may decide; from their account, never from what they say. */
  readonly mayDecide: boolean;
  /** They asked for it themselves, and another colleague is needed. A refusal of their own withdraws the request. */
  readonly isOwnRequest?: boolean | undefined;
  /** The button's value is the one that was put there. */
  readonly isGenuine: boolean;
  /** The conversation as it is now. */
  readonly epoch: number;
  readonly botHasIt: boolean;
  readonly at: Date;
}

/** Why a press counts for nothing. */
export type DeniedPress = "not authorized" | "not genuine" | "already decided" | "own request";

/** What a press does to a request. */
export type ApprovalRuling =
  | { readonly kind: "decided"; readonly state: Verdict }
  /** Too late: the request ends, and nothing is carried out. */
  | { readonly kind: "ended"; readonly state: "expired" | "stood down" }
  /** The press counts for nothing. */
  | { readonly kind: "denied"; readonly reason: DeniedPress };

/** Rules on a press. Pure; the caller lets one of several presses win. */
export function decideApproval(approval: ApprovalFacts, press: ApprovalPress): ApprovalRuling {
  if (!press.isGenuine) return { kind: "denied", reason: "not genuine" };
  if (!press.mayDecide) return { kind: "denied", reason: "not authorized" };
  if (press.isOwnRequest === true && press.verdict === "approved")
    return { kind: "denied", reason: "own request" };
  if (approval.state !== "pending") return { kind: "denied", reason: "already decided" };
  if (press.at.getTime() >= approval.expiresAt.getTime()) return { kind: "ended", state: "expired" };
  if (!press.botHasIt || press.epoch !== approval.epoch) return { kind: "ended", state: "stood down" };
  return { kind: "decided", state: press.verdict };
}

/** The value of both buttons: which request, and a number nobody can guess. */
export function toApprovalValue(id: string, nonce: string): string {
  return `${id}.${nonce}`;
}

/** Takes a button's value apart; undefined for what no button of ours carries. */
export function parseApprovalValue(
  value: string,
): { readonly id: string; readonly nonce: string } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{22})$/.exec(value);
  const [, id, nonce] = match ?? [];
  return id === undefined || nonce === undefined ? undefined : { id, nonce };
}

/** A call that ran outside of the turn's thinking, approved or in the background: what the bot tells the person about. */
export interface CarriedOut {
  /** Approved by colleagues unless it says otherwise. */
  readonly how?: "background" | undefined;
  readonly tool: string;
  /** JSON text. */
  readonly arguments: string;
  readonly ok: boolean;
  /** The tool's result or its problem, as a model reads it. */
  readonly text: string;
}

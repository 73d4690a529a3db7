import type { StaffId } from "./ids.ts";

/** Which rule sent a conversation to people, and which value was held against which threshold; never anybody's words. */
export interface TriggerEvidence {
  readonly rule: string;
  readonly value?: number | string | undefined;
  readonly threshold?: number | undefined;
}

/** The queue of everybody whom nothing sends elsewhere, as long as the company gives it no name of its own. */
export const defaultQueue = "general_support";

/** Everything that can happen to the baton. */
export type BatonEvent =
  | {
      readonly kind: "escalate";
      readonly reason: string;
      readonly queue: string;
      readonly evidence?: TriggerEvidence | undefined;
      readonly at: Date;
    }
  | { readonly kind: "claim"; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "transfer"; readonly queue: string; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "reopen"; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "assign"; readonly to: StaffId; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "staff reply"; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "return to bot"; readonly by: StaffId | "idle rule" | "the person"; readonly at: Date }
  | { readonly kind: "switch off"; readonly by: StaffId; readonly at: Date }
  | { readonly kind: "snooze"; readonly by: StaffId; readonly until: Date; readonly at: Date }
  | { readonly kind: "snooze over"; readonly at: Date }
  /** Whoever has it is no colleague any more. */
  | { readonly kind: "holder left"; readonly staff: StaffId; readonly queue: string; readonly at: Date }
  | {
      readonly kind: "resolve";
      readonly by: StaffId | "bot" | "idle rule";
      readonly reason: string;
      /** It goes on elsewhere, or nobody is to be answered: the person is told nothing of its end. */
      readonly quietly?: boolean | undefined;
      readonly at: Date;
    }
  | {
      readonly kind: "user message";
      /** More than a thank-you: worth reopening a closed conversation. */
      readonly substantive: boolean;
      /** The staff member who had it is at work. */
      readonly previousOnShift: boolean;
      /** Where they wait while that member is away. */
      readonly queue?: string | undefined;
      readonly at: Date;
    };

import type { Attempt, MessageRef } from "../../src/core/channel.ts";
import { UncertainError } from "../../src/core/errors.ts";
import type { DeliveryId } from "../../src/core/ids.ts";
import { isFields, textAt } from "../kit/fields.ts";

/**
 * The delivery in the 25 characters Discord takes as a nonce. With `enforce_nonce` a second post with it, within a
 * few minutes, creates nothing and answers with the first one.
 */
export function toNonce(deliveryId: DeliveryId): string {
  return Buffer.from(deliveryId.replaceAll("-", ""), "hex").toString("base64url");
}

/** What every call of an attempt is bound to. */
export function guard(attempt: Attempt): Pick<Attempt, "signal" | "checkpoint"> {
  return { signal: attempt.signal, checkpoint: attempt.checkpoint };
}

/** The id of the message an answer speaks of. An answer without one leaves open what was made. */
export function refOf(answer: unknown): MessageRef {
  const id = isFields(answer) ? textAt(answer, "id") : undefined;
  if (id !== undefined) return { id };
  throw new UncertainError("discord: the answer names no message", { code: "bad_answer" });
}

import { createHash } from "node:crypto";
import { signWords } from "../../../src/handoff/triggers/sign-words.ts";
import { readTraining } from "./read-signs-set.ts";

/** Of what the classifier is trained with and of the kinds of words it sees: other words, another fingerprint. */
export function fingerprint(): string {
  const learnt = JSON.stringify([signWords, readTraining()]);
  return createHash("sha256").update(learnt).digest("hex").slice(0, 16);
}

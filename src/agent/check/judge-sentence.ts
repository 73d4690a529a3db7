import type { BusinessRules } from "./business-rules.ts";
import type { Sentence } from "./cut-sentences.ts";
import type { Evidence } from "./evidence.ts";
import type { LeakFinder } from "./find-leak.ts";
import { findPromise } from "./find-promise.ts";
import { isSupported } from "./find-support.ts";
import { readClaims, type Claim } from "./read-claims.ts";

/** Whether a sentence may be shown. `reason` is in words for the model that has to do without it. */
export type Verdict =
  | { readonly kind: "passed" }
  | {
      readonly kind: "held";
      readonly why: "claim" | "promise" | "rule" | "leak";
      readonly reason: string;
    };

/** What a sentence is held against. */
export interface Judging {
  /** Read when the first claim needs it: small talk needs none. */
  readonly evidence: () => Evidence;
  readonly rules: BusinessRules;
  readonly leaks: LeakFinder;
}

const passed: Verdict = { kind: "passed" };

/**
 * Judges one sentence. Prices, numbers, dates, links and promises need evidence; secrets and the prompt never go out;
 * what the company forbids is not said. Touches nothing: the same sentence after the same text gets the same verdict.
 */
export function judgeSentence({ text, code }: Sentence, before: string, judging: Judging): Verdict {
  const { evidence, rules, leaks } = judging;
  if (text.trim() === "") return passed;
  const leak = leaks.find(text, before);
  if (leak !== undefined) return { kind: "held", why: "leak", reason: `it gives away ${leak}` };
  const forbidden = rules.findForbidden(text);
  if (forbidden !== undefined) return { kind: "held", why: "rule", reason: forbidden };
  const claims = readClaims(code ? text : hideCode(text));
  const unsupported = claims
    .filter(({ kind }) => !code || kind === "price" || kind === "link" || kind === "email")
    .filter((claim) => !isExample(claim, text))
    .find((claim) => !isSupported(claim, text, evidence()) && !isOfCode(claim, before));
  if (unsupported !== undefined) {
    const reason = `nothing given says "${unsupported.text.trim()}"`;
    return { kind: "held", why: "claim", reason };
  }
  const promise = code ? undefined : findPromise(text, evidence, before);
  if (promise === undefined) return passed;
  const reason = promise === "availability" ? "nothing given says so" : "no tool has done that";
  return { kind: "held", why: "promise", reason };
}

/** Code in the middle of a sentence says nothing of the world; a number or a name between its marks does. */
function hideCode(text: string): string {
  return text.includes("`") ? text.replaceAll(/`[^`\n]*[[\]{}()\\=<>;|+*^][^`\n]*`/gu, " code ") : text;
}

/** What a person is shown so that they write theirs like it: `for example A-1042`. */
function isExample({ kind, text }: Claim, sentence: string): boolean {
  if (kind === "price" || kind === "link" || kind === "percent") return false;
  const before = sentence.slice(0, Math.max(0, sentence.indexOf(text.trim())));
  return (
    /\b(?:for example|for instance|e\.g\.|such as|like this|looks like|in the form(?:at)?)[^.]{0,40}$/iu.test(
      before,
    ) &&
    /\b(?:please|could you|can you|would you|give|send|tell|enter|type|provide|share|write)\b/iu.test(before)
  );
}

/** A sentence may speak of the numbers in the code above it. */
function isOfCode({ kind, text }: Claim, before: string): boolean {
  if (kind !== "number" || !/^(?:```|~~~)/mu.test(before)) return false;
  const code = before.match(/^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gmu) ?? [];
  return code.some((block) =>
    new RegExp(String.raw`(?<!\d)${text.trim().replaceAll(/\D/gu, "")}(?!\d)`, "u").test(block),
  );
}

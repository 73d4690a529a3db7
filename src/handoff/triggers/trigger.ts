import { readSigns, hasPhrase, namesHuman, type FoundSign } from "./read-signs.ts";
import { isBelieved, type GuessedSign, type SignGuess } from "./guess-signs.ts";
import type { Sign } from "./sign-patterns.ts";
import { defaultQueue } from "../../core/baton-event.ts";
import type { TriggerEvidence } from "../../core/conversation.ts";
import type { Understanding } from "../../core/understanding.ts";

/** What endangers somebody, or asks for what nobody may be told. */
export type Danger = Extract<Sign, "self-harm" | "violence" | "personal data">;

/** One rule of a company: these words, or these intents, go to this queue. */
export interface TriggerRule {
  readonly phrases?: readonly string[] | undefined;
  readonly intents?: readonly string[] | undefined;
  readonly queue: string;
}

/** When a company's conversations go to people by themselves. */
export interface TriggerPolicy {
  /** `meant` understands what is asked for; `strict` takes each "human" and "agent" for it; `off` leaves it to the button. */
  readonly asked: "meant" | "strict" | "off";
  readonly complaint: boolean;
  readonly safety: boolean;
  readonly payment: boolean;
  /** Below it people take over; 0: never. */
  readonly minSentiment: number;
  /** Below it people take over once a question back has not helped; 0: never. */
  readonly minConfidence: number;
  /** So many answers in a row that were none bring a person; 0: never. */
  readonly failures: number;
  /**
   * What a talk that is this long leads to: a person is offered, and again each time it has become as long; `auto`: once,
   * and with the next message people take over.
   */
  readonly longTalk: "offer" | "auto" | "off";
  readonly longTalkTurns: number;
  readonly rules: readonly TriggerRule[];
  /** Where it goes if no rule says so. */
  readonly queue: string;
}

/** What is known when it is decided; what nobody has found out is left out. Nothing in it is older than the last hand-back. */
export interface TriggerSignals {
  /** What the person wrote now, message by message, as long as nobody has looked at it. */
  readonly said?: readonly string[] | undefined;
  /** What a classifier makes of that, where one was asked; it is believed from its threshold on. */
  readonly guesses?: readonly SignGuess[] | undefined;
  /** What that means, where somebody has found it out. */
  readonly understood?: readonly Pick<Understanding, "intent" | "handling" | "confidence">[] | undefined;
  /** How the person's messages feel, oldest first: 0 furious to 1 delighted. */
  readonly sentiments?: readonly number[] | undefined;
  /** How sure it is what was asked, 0 to 1; left out where the answer rests on something written. */
  readonly confidence?: number | undefined;
  /** The answer before was a question back. */
  readonly askedBack?: boolean | undefined;
  /** Answers in a row that were none, this one included. */
  readonly failures?: number | undefined;
  /** A tool has said that a payment failed. */
  readonly paymentFailed?: boolean | undefined;
  /** How often the person has spoken, before this answer and with it. */
  readonly turns?: { readonly before: number; readonly after: number } | undefined;
}

/** What to do, for staff and the audit: why, by which rule, and what was held against what. */
export type TriggerDecision =
  | { readonly kind: "none" }
  | {
      readonly kind: "offer" | "escalate";
      readonly reason: string;
      readonly evidence: TriggerEvidence;
      readonly queue: string;
    }
  | {
      readonly kind: "safety";
      readonly reason: string;
      readonly evidence: TriggerEvidence;
      readonly queue: string;
      readonly danger: Danger;
      readonly language: FoundSign["language"];
    };

/** Up to which confidence a guess of the classifier is none. */
const sureFrom = 0.7;
/** How many of the last messages a mood is read from, and how many of them have to show it: one may be a joke. */
const moodMessages = 3;
const moodShownBy = 2;

const none: TriggerDecision = { kind: "none" };

/** The defaults: everything is on, as it is promised. */
export const usualTriggers: TriggerPolicy = {
  asked: "meant",
  complaint: true,
  safety: true,
  payment: true,
  minSentiment: 0.3,
  minConfidence: 0.7,
  failures: 2,
  longTalk: "auto",
  longTalkTurns: 10,
  rules: [],
  queue: defaultQueue,
};

/** Decides whether people are needed; what is most urgent comes first. Pure; takes microseconds where nothing is found. */
export function decideTrigger(signals: TriggerSignals, policy: TriggerPolicy): TriggerDecision {
  const signs = (signals.said ?? []).flatMap(readSigns);
  return (
    decideSafety(signs, policy) ??
    decideRules(signals, policy) ??
    decideAsked(signs, signals, policy) ??
    decideComplaint(signs, signals, policy) ??
    decidePayment(signs, signals, policy) ??
    decideFailures(signals, policy) ??
    decideConfidence(signals, policy) ??
    decideMood(signals, policy) ??
    decideLongTalk(signals, policy) ??
    none
  );
}

function decideSafety(
  signs: readonly FoundSign[],
  { safety, queue }: TriggerPolicy,
): TriggerDecision | undefined {
  if (!safety) return undefined;
  for (const danger of ["self-harm", "violence", "personal data"] as const) {
    const found = signs.find(({ sign }) => sign === danger);
    if (found === undefined) continue;
    const { language } = found;
    return {
      kind: "safety",
      reason: `safety: ${danger}`,
      evidence: { rule: `safety: ${danger}`, value: language },
      queue,
      danger,
      language,
    };
  }
  return undefined;
}

function decideRules({ said = [], understood = [] }: TriggerSignals, { rules }: TriggerPolicy) {
  for (const [index, { phrases = [], intents = [], queue }] of rules.entries()) {
    const rule = `handoff.rules ${index + 1}`;
    const reason = `a rule of the company sends it to ${queue}`;
    if (phrases.some((phrase) => said.some((text) => hasPhrase(text, phrase))))
      return escalate(reason, queue, { rule, value: "phrase" });
    const meant = understood.find(
      ({ intent, confidence }) => intent !== undefined && intents.includes(intent) && confidence >= sureFrom,
    );
    if (meant !== undefined)
      return escalate(reason, queue, { rule, value: meant.confidence, threshold: sureFrom });
  }
  return undefined;
}

function decideAsked(
  signs: readonly FoundSign[],
  { said = [], understood = [], guesses = [] }: TriggerSignals,
  { asked, queue }: TriggerPolicy,
): TriggerDecision | undefined {
  if (asked === "off") return undefined;
  const reason = "asked for a human";
  if (asked === "strict" && said.some(namesHuman))
    return escalate(reason, queue, { rule: "asked for a human", value: "strict" });
  const found = signs.find(({ sign }) => sign === "asks for a person");
  if (found !== undefined)
    return escalate(reason, queue, { rule: "asked for a human", value: found.language });
  const guessed = believe(guesses, "asks for a person");
  if (guessed !== undefined)
    return escalate(reason, queue, { rule: "asked for a human: classifier", ...guessed });
  const meant = understood.find(
    ({ intent, handling, confidence }) =>
      intent === "human" && handling === "human" && confidence >= sureFrom,
  );
  return (
    meant &&
    escalate(reason, queue, { rule: "asked for a human", value: meant.confidence, threshold: sureFrom })
  );
}

function decideComplaint(
  signs: readonly FoundSign[],
  { understood = [], guesses = [] }: TriggerSignals,
  { complaint, queue }: TriggerPolicy,
): TriggerDecision | undefined {
  if (!complaint) return undefined;
  const found = signs.find(({ sign }) => sign === "complaint");
  if (found !== undefined) return escalate("complaint", queue, { rule: "complaint", value: found.language });
  const guessed = believe(guesses, "complaint");
  if (guessed !== undefined)
    return escalate("complaint", queue, { rule: "complaint: classifier", ...guessed });
  const meant = understood.find(({ intent, confidence }) => intent === "complaint" && confidence >= sureFrom);
  return (
    meant && escalate("complaint", queue, { rule: "complaint", value: meant.confidence, threshold: sureFrom })
  );
}

function decidePayment(
  signs: readonly FoundSign[],
  { paymentFailed, guesses = [] }: TriggerSignals,
  { payment, queue }: TriggerPolicy,
): TriggerDecision | undefined {
  if (!payment) return undefined;
  const reason = "a payment failed";
  if (paymentFailed === true) return escalate(reason, queue, { rule: "payment failed" });
  const found = signs.find(({ sign }) => sign === "payment failed");
  if (found !== undefined) return escalate(reason, queue, { rule: "payment failed", value: found.language });
  const guessed = believe(guesses, "payment failed");
  return guessed && escalate(reason, queue, { rule: "payment failed: classifier", ...guessed });
}

function decideFailures({ failures = 0 }: TriggerSignals, policy: TriggerPolicy) {
  const threshold = policy.failures;
  return threshold > 0 && failures >= threshold
    ? escalate("the bot failed repeatedly", policy.queue, {
        rule: "repeated failure",
        value: failures,
        threshold,
      })
    : undefined;
}

function decideConfidence({ confidence, askedBack }: TriggerSignals, policy: TriggerPolicy) {
  const threshold = policy.minConfidence;
  if (askedBack !== true || confidence === undefined || confidence >= threshold) return undefined;
  const reason = "still not understood after a question back";
  return escalate(reason, policy.queue, { rule: "confidence", value: confidence, threshold });
}

function decideMood({ sentiments = [] }: TriggerSignals, { minSentiment: threshold, queue }: TriggerPolicy) {
  const value = sentiments
    .slice(-moodMessages)
    .toSorted((a, b) => a - b)
    .at(moodShownBy - 1);
  return value !== undefined && value < threshold
    ? escalate("the person is upset", queue, { rule: "sentiment", value, threshold })
    : undefined;
}

function decideLongTalk(
  { turns }: TriggerSignals,
  { longTalk, longTalkTurns, queue }: TriggerPolicy,
): TriggerDecision | undefined {
  if (turns === undefined || longTalk === "off" || longTalkTurns <= 0) return undefined;
  const { before, after } = turns;
  const evidence = { rule: "long talk", value: after, threshold: longTalkTurns };
  const reason = "a long talk without a solution";
  if (longTalk === "auto" && after > longTalkTurns) return escalate(reason, queue, evidence);
  if (Math.floor(after / longTalkTurns) === Math.floor(before / longTalkTurns)) return undefined;
  return { kind: "offer", reason, evidence, queue };
}

/** The surest guess that is sure enough, as evidence. */
function believe(guesses: readonly SignGuess[], sign: GuessedSign) {
  const sure = guesses.filter((guess) => guess.sign === sign && isBelieved(guess));
  const [best] = sure.toSorted((a, b) => b.score - a.score);
  return best && { value: Number(best.score.toFixed(2)), threshold: best.threshold };
}

function escalate(reason: string, queue: string, evidence: TriggerEvidence): TriggerDecision {
  return { kind: "escalate", reason, queue, evidence };
}

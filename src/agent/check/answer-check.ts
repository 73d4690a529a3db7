import type { BusinessRules } from "./business-rules.ts";
import { cutSentences, cutStart, type Sentence } from "./cut-sentences.ts";
import { readEvidence, type Evidence, type EvidenceParts } from "./evidence.ts";
import type { LeakFinder } from "./find-leak.ts";
import { judgeSentence, type Verdict } from "./judge-sentence.ts";
import { createShowAhead } from "./show-ahead.ts";

/** A sentence that was not shown, and why. */
export interface HeldSentence {
  readonly text: string;
  readonly why: Extract<Verdict, { kind: "held" }>["why"];
  readonly reason: string;
}

/** What became of an answer. What stands in `shown` was passed. */
export interface GateEnd {
  readonly shown: string;
  /** The first time: the sentence that stopped the answer. The second time: all that were left out. */
  readonly held: readonly HeldSentence[];
}

/** Lets an answer through sentence by sentence while it is written. */
export interface SentenceGate {
  /**
   * Takes the whole text so far and gives what of it may be shown, exactly as written: the sentences that passed, and
   * of the one that is being written the words before the first that can claim anything. Passed sentences stay; the
   * beginning of one that is held in the end is not in what is given next. A text that begins differently is judged anew.
   */
  push(text: string): string;
  /** Takes the whole text, complete. */
  finish(text: string): GateEnd;
}

/** What to do with an answer when the model has ended. */
export type NextStep =
  | { readonly kind: "answer"; readonly body: string }
  /** Ask once more, with `shown` as the answer's beginning; what comes goes through a second gate behind it. */
  | { readonly kind: "ask again"; readonly shown: string; readonly instruction: string }
  /** Nothing is left that helps, or something is missing: `body` says so, and a person should look. */
  | { readonly kind: "escalate"; readonly body: string };

/** The check of one turn's answer. */
export interface AnswerCheck {
  /** Call it when evidence grew: after each tool call. Sentences judged before keep their verdict. */
  rest(parts: EvidenceParts): void;
  /**
   * `first`: the first sentence that is held stops the answer, so that the model can be asked again from there.
   * `last`: sentences that are held are left out and the rest goes on. `before` is what is shown already.
   */
  open(pass: "first" | "last", before?: string): SentenceGate;
  /** Chooses what follows the first pass. */
  afterFirst(end: GateEnd): NextStep;
  /** Chooses what follows the last pass: an answer, or a person. `before` is what was shown before it. */
  afterLast(end: GateEnd, before: string): Exclude<NextStep, { kind: "ask again" }>;
}

export interface AnswerCheckParts {
  readonly rules: BusinessRules;
  readonly leaks: LeakFinder;
  readonly evidence: EvidenceParts;
  /** Said in the person's language where something is not known; without it in English. */
  readonly lines?: UnknownLines | undefined;
}

/** What is said when too little is left, and when something was left out of an answer that otherwise stands. */
export interface UnknownLines {
  readonly unknown: string;
  readonly partlyUnknown: string;
}

const englishLines: UnknownLines = {
  unknown: "I don't know that for certain, and I'd rather not guess. A person can help you with it.",
  partlyUnknown: "I don't have confirmed information on the rest; a person can help you with it.",
};

/** A check needs no model and keeps nothing between turns. */
export function createAnswerCheck({
  rules,
  leaks,
  evidence: parts,
  lines = englishLines,
}: AnswerCheckParts): AnswerCheck {
  const read = (from: EvidenceParts): Evidence =>
    readEvidence({ ...from, facts: [...from.facts, ...rules.facts] });
  let current: EvidenceParts = parts;
  let known: Evidence | undefined;
  const evidence = (): Evidence => (known ??= read(current));
  /** A short answer is asked for again once; the model that keeps to it means it. After a tool, `Done.` says enough. */
  let wasShort = false;
  const mayBeShort = (): boolean => wasShort || current.toolResults.length > 0 || isBrief(parts.said);
  const isEnough = (text: string): boolean =>
    isLongEnough(text) || (/[\p{L}\p{N}]/u.test(text) && mayBeShort());

  function conclude(shown: string): Exclude<NextStep, { kind: "ask again" }> {
    const body = shown.trim();
    if (!isEnough(body) || beginsUnsure(body)) return { kind: "escalate", body: lines.unknown };
    return { kind: "answer", body: [body, ...rules.missingLines(body)].join("\n\n") };
  }

  function open(pass: "first" | "last", before = ""): SentenceGate {
    let judged = startOf();
    function startOf() {
      return { state: cutStart, read: "", shown: "", held: [] as HeldSentence[] };
    }
    function take(text: string, isWhole: boolean): void {
      if (!text.startsWith(judged.read)) judged = startOf();
      if (pass === "first" && judged.held.length > 0) return;
      const { sentences, state } = cutSentences(text, judged.state, isWhole);
      judged.state = state;
      judged.read = text.slice(0, state.at);
      for (const sentence of sentences) {
        const verdict = judge(sentence, before + judged.shown);
        if (verdict.kind === "passed") judged.shown += sentence.text;
        else judged.held.push({ text: sentence.text.trim(), why: verdict.why, reason: verdict.reason });
        if (verdict.kind === "held" && pass === "first") return;
      }
    }
    const ahead = createShowAhead(
      (word, earlier, sentence) =>
        leaks.find(word, earlier) === undefined && rules.findForbidden(sentence) === undefined,
    );
    function lookAhead(text: string): string {
      const { at, code } = judged.state;
      if (code || (pass === "first" && judged.held.length > 0)) return "";
      if ((before + judged.shown).trim() === "" && mayBecomeUnsure(text.slice(at))) return "";
      return text.slice(at, ahead.upTo(text, at));
    }
    return {
      push(text) {
        take(text, false);
        return judged.shown + lookAhead(text);
      },
      finish(text) {
        take(text, true);
        const { shown, held } = judged;
        if (held.length > 0 || isEnough(before + shown)) return { shown, held };
        wasShort = true;
        return { shown: "", held: [{ text: shown.trim(), why: "rule", reason: tooShort }] };
      },
    };
  }

  function judge(sentence: Sentence, before: string): Verdict {
    if (before.trim() === "" && beginsUnsure(sentence.text.trimStart()))
      return { kind: "held", why: "rule", reason: unsure };
    return judgeSentence(sentence, before, { evidence, rules, leaks });
  }

  return {
    rest(next) {
      current = next;
      known = undefined;
    },
    open,
    afterFirst: ({ shown, held }) =>
      held.length === 0
        ? conclude(shown)
        : { kind: "ask again", shown, instruction: writeInstruction(shown, held) },
    afterLast: ({ shown, held }, before) => {
      const body = join(before, shown);
      if (held.length === 0) return conclude(body);
      const step = isLongEnough(body) ? conclude(body) : undefined;
      if (step?.kind === "answer")
        return { kind: "escalate", body: `${step.body}\n\n${lines.partlyUnknown}` };
      // A greeting may have been read already; what follows on not being sure says nothing.
      const stands = held.some(({ reason }) => reason === unsure) ? "" : body.trim();
      return { kind: "escalate", body: stands === "" ? lines.unknown : `${stands}\n\n${lines.unknown}` };
    },
  };
}

const tooShort = "it is too short to be an answer: write a full sentence";
const unsure = "an answer does not begin like that: say what is known, or that it is not known";

function isLongEnough(text: string): boolean {
  return text.trim().length > 10;
}

function beginsUnsure(text: string): boolean {
  return text.replaceAll("’", "'").startsWith(unsureStart);
}

const unsureStart = "I'm not sure";

/** What begins like this may still become an answer that is not sure. */
function mayBecomeUnsure(text: string): boolean {
  const said = text.trimStart().replaceAll("’", "'");
  return unsureStart.startsWith(said.trimEnd()) || said.startsWith(unsureStart);
}

/** Small talk and sums are answered in a word. */
function isBrief(said: readonly string[]): boolean {
  const last = said.at(-1) ?? "";
  return last.trim().split(/\s+/u).length <= 3 || /\d\s*[-+*/x×÷^]\s*\d/u.test(last);
}

function join(before: string, after: string): string {
  if (before === "" || after === "" || /\s$/u.test(before)) return before + after;
  return `${before} ${after}`;
}

function writeInstruction(shown: string, held: readonly HeldSentence[]): string {
  const problems = held.map(({ text, why, reason }) =>
    // What must not be said is not repeated, not even to the model.
    why === "leak" ? `- A sentence was held back: ${reason}.` : `- "${text.slice(0, 200)}": ${reason}.`,
  );
  const task =
    shown.trim() === ""
      ? "Write the answer again without it."
      : "Your answer stands up to there. Continue it from there, without repeating what stands.";
  return [
    "Part of your answer was held back because it does not rest on what you were given:",
    ...problems,
    `${task} Say only what the conversation, your tools' results and the company's own information say. If something is not known, say that you don't know it and offer to bring in a person.`,
  ].join("\n");
}

import { LRUCache } from "lru-cache";
import type { AgentRequest } from "../../core/agent.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { createPhrases } from "../phrases/phrases.ts";
import { createAnswerCheck, type AnswerCheck, type HeldSentence } from "./answer-check.ts";
import type { BusinessRules } from "./business-rules.ts";
import type { EvidenceParts } from "./evidence.ts";
import { createLeakFinder, type LeakFinder } from "./find-leak.ts";

/** How one company's answers are checked. */
export interface CheckPolicy {
  /** `observe` counts what would be held and changes nothing; `off` does not look. */
  readonly mode: "enforce" | "observe" | "off";
  readonly rules: BusinessRules;
  /** What the company says of itself, beside its rules' own facts: written answers. */
  readonly facts: readonly string[];
}

/** The check of one turn, from the question to the answer. */
export interface TurnCheck {
  readonly mode: "enforce" | "observe";
  readonly answer: AnswerCheck;
  /** Tools gave something: the answer may rest on it from now on. `acted`: it changed something. */
  learn(results: readonly string[], acted: boolean): void;
  /** Tells the counters what was held; the log learns how much and why, never the words. */
  tell(held: readonly HeldSentence[]): void;
}

/** The checks of all companies. */
export interface AnswerChecks {
  /** `prompt` is what the agent is told each turn, with its rules; undefined where nothing is to be checked. */
  open(request: AgentRequest, prompt: string): TurnCheck | undefined;
}

export interface AnswerChecksParts {
  readonly policyOf: (tenantId: TenantId) => CheckPolicy;
  readonly onHeld?: ((held: HeldSentence) => void) | undefined;
  readonly log: Log;
}

/** Keeps nothing between turns but what it has read of prompts. */
export function createAnswerChecks({ policyOf, onHeld, log }: AnswerChecksParts): AnswerChecks {
  const leakFinders = new LRUCache<string, LeakFinder>({ max: 500 });
  const leaksOf = (prompt: string): LeakFinder => {
    const known = leakFinders.get(prompt) ?? createLeakFinder({ instructions: readInstructions(prompt) });
    leakFinders.set(prompt, known);
    return known;
  };
  return {
    open(request, prompt) {
      const { context, language = "en" } = request;
      const { mode, rules, facts } = policyOf(context.tenantId);
      if (mode === "off") return undefined;
      let evidence = toEvidence(request, [prompt, ...facts]);
      const phrases = createPhrases(undefined, language);
      const answer = createAnswerCheck({
        rules,
        leaks: leaksOf(prompt),
        evidence,
        lines: language === "en" ? undefined : linesOf(phrases.say("dontKnow")),
      });
      return {
        mode,
        answer,
        learn(results, acted) {
          evidence = {
            ...evidence,
            toolResults: [...evidence.toolResults, ...results],
            acted: evidence.acted || acted,
          };
          answer.rest(evidence);
        },
        tell(held) {
          if (held.length === 0) return;
          for (const sentence of held) onHeld?.(sentence);
          const why = [...new Set(held.map((sentence) => sentence.why))];
          log.info(
            { turnId: context.turnId, company_id: context.tenantId, held: held.length, why, mode },
            "answer held back in part",
          );
        },
      };
    },
  };
}

function linesOf(dontKnow: string): { readonly unknown: string; readonly partlyUnknown: string } {
  return { unknown: dontKnow, partlyUnknown: dontKnow };
}

function toEvidence(request: AgentRequest, facts: readonly string[]): EvidenceParts {
  const { company, history, questions, summary, profile, done = [], context } = request;
  const isPerson = ({ role }: (typeof history)[number]): boolean => role === "user";
  return {
    toolResults: done.map(({ text }) => text),
    acted: done.some(({ ok }) => ok),
    sources: [],
    facts,
    earlier: [
      company,
      ...history.filter((message) => !isPerson(message)).map(({ text }) => text),
      ...(summary === undefined ? [] : [summary]),
      ...(profile === undefined ? [] : [JSON.stringify(profile)]),
    ],
    // What is asked now stands last.
    said: [...history.filter(isPerson), ...questions].map(({ text }) => text),
    now: context.now,
    timeZone: context.timeZone,
  };
}

/** The lines of a prompt that tell how to behave; the others say what is, and may be said. */
function readInstructions(prompt: string): readonly string[] {
  return prompt.split("\n").filter((line) => instruction.test(line));
}

const instruction =
  /^\W*(?:always|never|do not|don't|before|after|if|unless|be|use|ask|offer|answer|show|keep|say|tell|repeat|refuse|only|when|bring|help|take|what people|lines of|reply|write|confirm|mention)\b/iu;

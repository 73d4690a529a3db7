import { noRules } from "../../src/agent/check/business-rules.ts";
import { cutSentences, cutStart } from "../../src/agent/check/cut-sentences.ts";
import { readEvidence } from "../../src/agent/check/evidence.ts";
import { createLeakFinder } from "../../src/agent/check/find-leak.ts";
import { judgeSentence } from "../../src/agent/check/judge-sentence.ts";
import { checkNow, checkTimeZone, linesOf, type CheckedScene } from "./check-set.ts";

/** One labelled line and what the check made of it. */
export interface TriedLine {
  readonly scene: string;
  readonly line: string;
  readonly isFine: boolean;
  /** Why it was held; undefined when it passed. */
  readonly held: string | undefined;
}

/** Judges every line of a scene by itself, as it would be judged in an answer. */
export function tryScene(scene: CheckedScene): readonly TriedLine[] {
  const { toolResults = [], acted = false, sources = [], facts = [], earlier = [], said } = scene;
  const evidence = readEvidence({
    toolResults,
    acted,
    sources,
    facts,
    earlier,
    said,
    now: checkNow,
    timeZone: checkTimeZone,
  });
  const leaks = createLeakFinder({ instructions: [] });
  const judge = (line: string, isFine: boolean): TriedLine => {
    const verdicts = cutSentences(line, cutStart, true).sentences.map((sentence) =>
      judgeSentence(sentence, "", { evidence: () => evidence, rules: noRules, leaks }),
    );
    const held = verdicts.find((verdict) => verdict.kind === "held");
    return { scene: scene.name, line, isFine, held: held?.kind === "held" ? held.reason : undefined };
  };
  return [
    ...linesOf(scene.fine).map((line) => judge(line, true)),
    ...linesOf(scene.invented).map((line) => judge(line, false)),
  ];
}

import { loadSignGuesser } from "../../src/handoff/triggers/sign-model.ts";
import {
  guessedSigns,
  guessSigns,
  isBelieved,
  type GuessedSign,
} from "../../src/handoff/triggers/guess-signs.ts";
import { readSigns } from "../../src/handoff/triggers/read-signs.ts";
import { toTable } from "../support/figures.ts";
import { readBanking } from "./read-banking.ts";
import { readHeldOut, setLanguages, type SignExample } from "./signs/read-signs-set.ts";

/** How a sign is found in some messages, by patterns or the classifier, and how often by patterns alone. */
export interface SignFigures {
  readonly meant: number;
  readonly right: number;
  readonly byPatterns: number;
  /** Others it is not meant in, and how many of these are taken for it. */
  readonly others: number;
  readonly wrong: number;
}

const guesser = await loadSignGuesser();

/** Counts as triggers do: what patterns find, or else the classifier from its threshold on. */
export function countSign(examples: readonly SignExample[], sign: GuessedSign): SignFigures {
  const meant = examples.filter((example) => example.sign === sign);
  const others = examples.filter((example) => example.sign !== sign);
  return {
    meant: meant.length,
    right: meant.filter(({ text }) => shows(text, sign)).length,
    byPatterns: meant.filter(({ text }) => matches(text, sign)).length,
    others: others.length,
    wrong: others.filter(({ text }) => shows(text, sign)).length,
  };
}

/** On the set written before the classifier, and on real questions to a bank, which ask for nobody. */
export function benchSigns(): string {
  const { lookedAt, unseen } = readHeldOut();
  const rows = guessedSigns.flatMap((sign) => [
    ...setLanguages.map((language) => {
      const own = unseen.filter((example) => example.language === language);
      return [sign, `unseen, ${language}`, ...toCells(countSign(own, sign))];
    }),
    [sign, "unseen", ...toCells(countSign(unseen, sign))],
    [sign, "looked at", ...toCells(countSign(lookedAt, sign))],
  ]);
  for (const sign of ["asks for a person", "complaint", "upset"] as const) {
    const { others, wrong } = countSign(bankQuestions(), sign);
    rows.push([sign, "BANKING77 test", "0", "–", "–", "–", `${wrong} of ${others}`]);
  }
  return toTable(
    ["Classifier of signs", "set", "meant", "precision", "recall", "by patterns alone", "wrong"],
    rows,
  );
}

/** The test questions of BANKING77: taken for none of the signs, though some of them are upset. */
export function bankQuestions(): readonly SignExample[] {
  return readBanking("test").map(({ text }) => ({ sign: undefined, language: "en", text }));
}

function toCells({ meant, right, byPatterns, others, wrong }: SignFigures): readonly string[] {
  return [
    String(meant),
    (right / Math.max(right + wrong, 1)).toFixed(2),
    (right / meant).toFixed(2),
    (byPatterns / meant).toFixed(2),
    `${wrong} of ${others}`,
  ];
}

function shows(text: string, sign: GuessedSign): boolean {
  return (
    matches(text, sign) || guessSigns(guesser, text).some((guess) => guess.sign === sign && isBelieved(guess))
  );
}

function matches(text: string, sign: GuessedSign): boolean {
  return readSigns(text).some((found) => found.sign === sign);
}

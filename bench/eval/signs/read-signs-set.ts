import { readFileSync } from "node:fs";
import { createRandom } from "../../../src/guard/understanding/linear-model.ts";
import type { GuessedSign } from "../../../src/handoff/triggers/guess-signs.ts";

/** The languages the sets are written in. */
export const setLanguages = ["en", "de", "es", "fr"] as const;

/** A message and what it says; undefined for one that is nothing of this, though it may look alike. */
export interface SignExample {
  readonly sign: GuessedSign | undefined;
  readonly language: string;
  readonly text: string;
}

const signs: Readonly<Record<string, GuessedSign | undefined>> = {
  human: "asks for a person",
  complaint: "complaint",
  payment: "payment failed",
  upset: "upset",
};
const perLine = 12;

/**
 * The messages that were written before the classifier. Every other one was looked at once the whole set had been
 * measured, and the training was mended after it; the other half is measured only as a whole.
 */
export function readHeldOut(): {
  readonly lookedAt: readonly SignExample[];
  readonly unseen: readonly SignExample[];
} {
  const all = setLanguages.flatMap((language) => readSet(`held-out.${language}.txt`, language));
  return { lookedAt: all.filter((_, at) => at % 2 === 0), unseen: all.filter((_, at) => at % 2 === 1) };
}

/** What the classifier is trained with: each line of the files written out up to twelve times. */
export function readTraining(): readonly SignExample[] {
  const random = createRandom(7);
  return setLanguages
    .flatMap((language) => readSet(`train.${language}.txt`, language))
    .flatMap((example) => {
      const texts = new Set<string>();
      for (let tried = 0; tried < 3 * perLine && texts.size < perLine; tried += 1)
        texts.add(writeOut(example.text, random));
      return [...texts].map((text) => ({ ...example, text }));
    });
}

/** Takes one of the ways of each `(one|another)`. */
function writeOut(line: string, random: () => number): string {
  return line
    .replaceAll(/\(([^()]*)\)/gu, (_, ways: string) => {
      const all = ways.split("|");
      return all[Math.floor(random() * all.length)] ?? "";
    })
    .replaceAll(/ +(?=[ ,])/gu, "")
    .trim();
}

function readSet(file: string, language: string): readonly SignExample[] {
  const examples: SignExample[] = [];
  let sign: GuessedSign | undefined;
  for (const line of readFileSync(new URL(file, import.meta.url), "utf8").split("\n")) {
    if (line.startsWith("## ")) sign = signs[line.slice(3).trim()];
    else if (line.trim() !== "" && !line.startsWith("#")) examples.push({ sign, language, text: line });
  }
  return examples;
}

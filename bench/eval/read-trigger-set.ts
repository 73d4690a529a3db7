import { readFileSync } from "node:fs";
import { readSigns } from "../../src/handoff/triggers/read-signs.ts";
import type { Sign } from "../../src/handoff/triggers/sign-patterns.ts";

/** A labelled message: what it says by itself that is for people; undefined for a near miss. */
interface LabelledMessage {
  readonly sign: Sign | undefined;
  readonly language: string;
  readonly text: string;
}

/** How a sign is found in a set of messages. */
export interface Found {
  readonly meant: number;
  readonly right: number;
  /** Found where it was not meant. */
  readonly wrong: readonly string[];
}

const signs: Readonly<Record<string, Sign>> = {
  human: "asks for a person",
  complaint: "complaint",
  payment: "payment failed",
  "self-harm": "self-harm",
  violence: "violence",
  "personal data": "personal data",
};

/** The set written before the patterns were read, and two written when they stood. */
export const triggerSets = {
  heldOut: readSet("held-out.txt"),
  fresh: readSet("fresh.txt"),
  unseen: readSet("unseen.txt"),
} as const;

/** The signs that are looked for, by what they are called in the sets. */
export const allSigns: readonly Sign[] = Object.values(signs);

/** Counts how often a sign is found in a set where it is meant, and where it is not. */
export function weighSign(set: readonly LabelledMessage[], sign: Sign): Found {
  const finds = ({ text }: LabelledMessage) => readSigns(text).some((found) => found.sign === sign);
  const meant = set.filter((message) => message.sign === sign);
  const wrong = set.filter((message) => message.sign !== sign && finds(message));
  return { meant: meant.length, right: meant.filter(finds).length, wrong: wrong.map(({ text }) => text) };
}

function readSet(file: string): readonly LabelledMessage[] {
  return readFileSync(new URL(`triggers/${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [label = "", language = "", ...words] = line.split("|").map((part) => part.trim());
      return { sign: signs[label], language, text: words.join("|") };
    });
}

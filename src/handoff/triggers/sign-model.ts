import { readFile } from "node:fs/promises";
import {
  createSignGuesser,
  guessedSigns,
  signCount,
  type SignGuesser,
  type SignModel,
} from "./guess-signs.ts";
import { kindOf, kindSpace, nearOf, pairOf } from "./sign-features.ts";

const file = new URL("sign-weights.txt", import.meta.url);
/** Weights are whole hundredths in the file. */
const unit = 100;

let loading: Promise<SignGuesser> | undefined;

/** The guesser that comes with Baton, one for all. Its file takes some milliseconds: ask before it is needed. */
export function loadSignGuesser(): Promise<SignGuesser> {
  return (loading ??= load());
}

async function load(): Promise<SignGuesser> {
  return createSignGuesser(parseSignModel(await readFile(file, "utf8")));
}

/**
 * Reads what was learnt: a line for each sign, each kind of words, each pair of them and each word, with what it adds to
 * each sign. Throws for a line that is none of these.
 */
export function parseSignModel(text: string): SignModel {
  const biases = new Float32Array(signCount);
  const thresholds = guessedSigns.map(() => 1);
  const kinds = new Float32Array(kindSpace * signCount);
  const words = new Map<string, number>();
  const wordWeights: number[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [sort = "", name = "", ...numbers] = line.split("\t");
    const values = numbers.map((number) => Number(number) / unit);
    if (values.some((value) => !Number.isFinite(value))) throw new Error(`sign weights: ${line}`);
    if (sort === "sign") {
      const sign = guessedSigns.findIndex((one) => one === name);
      [biases[sign], thresholds[sign]] = [values[0] ?? 0, values[1] ?? 1];
    } else if (sort === "word") {
      words.set(name, wordWeights.length);
      wordWeights.push(...values);
    } else kinds.set(values, toPlace(sort, name) * signCount);
  }
  return { biases, thresholds, kinds, words, wordWeights: Float32Array.from(wordWeights) };
}

function toPlace(sort: string, name: string): number {
  const [first = "", second = ""] = name.split(" ");
  const place =
    sort === "kind" ? kindOf(first) : sort === "pair" ? pairOf(first, second) : nearOf(first, second);
  if (place < 0) throw new Error(`sign weights: ${sort} ${name} is not known`);
  return place;
}

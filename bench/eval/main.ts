import { cpus, loadavg } from "node:os";
import { readFile, writeFile } from "node:fs/promises";
import { createIntentClassifier, type IntentGuess } from "../../src/guard/understanding/intent-classifier.ts";
import type { IntentExample } from "../../src/guard/understanding/intent-model.ts";
import { parseModelBytes, toModelBytes } from "../../src/guard/understanding/intent-model-bytes.ts";
import { decideLanguage, hearLanguage } from "../../src/guard/understanding/language.ts";
import { decideRoute } from "../../src/guard/understanding/route.ts";
import { measureSentiment } from "../../src/guard/understanding/sentiment.ts";
import { trainIntents } from "../../src/guard/understanding/train-intents.ts";
import { createUnderstander } from "../../src/guard/understanding/understand.ts";
import { toTable } from "../support/figures.ts";
import { benchAddressed } from "./addressed-table.ts";
import { playWorkload } from "./cache-workload.ts";
import { checkScenes } from "./check-set.ts";
import { areaUnderRoc, calibrationError, reliability, type Judged } from "./measures.ts";
import { generalSet } from "./general-set.ts";
import { firstOfEach, intentsOf, readBanking } from "./read-banking.ts";
import { routerSets } from "./router-set.ts";
import { benchSigns } from "./signs-table.ts";
import { benchTriggers } from "./triggers-table.ts";
import { tryScene } from "./try-check.ts";

// `npm run eval`: how well Baton understands without a model, on BANKING77 and on sets of our own.
// `-- --write` puts the tables into bench/eval/README.md.

const startedAt = performance.now();
const train = readBanking("train");
const test = readBanking("test");
const intents = intentsOf(train);
// Every third intent is held out, in the set's own (alphabetical by topic) order: neighbours of known intents, the hard case.
const known = intents.filter((_, at) => at % 3 !== 2).slice(0, 50);

const full = tryIntents("all examples, 77 intents", train);
const tables = [
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown CPU"}, Node ${process.version}, load average ${loadavg()[0]?.toFixed(1)}. Times are of the processor; accuracy does not depend on the machine.`,
  benchIntents(),
  benchOutside(),
  benchReliability(full.judged),
  benchLanguage(),
  benchRouter(),
  benchGeneral(),
  benchCheck(),
  benchAddressed(),
  benchTriggers(),
  benchSigns(),
  await benchCache(),
];
tables.push(`Took ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
await publish(tables.join("\n\n"));

interface Tried {
  readonly row: string[];
  readonly judged: Judged[];
  readonly inside: IntentGuess[];
  readonly outside: IntentGuess[];
}

function tryIntents(name: string, examples: readonly IntentExample[]): Tried {
  const names = new Set(intentsOf(examples));
  const begun = processorMs();
  const model = trainIntents({ examples });
  const trainMs = processorMs() - begun;
  const bytes = toModelBytes(model);
  const classifier = createIntentClassifier(parseModelBytes(bytes));
  const asked = test.filter(({ intent }) => names.has(intent));
  const before = processorMs();
  const inside = asked.map(({ text }) => classifier.classify(text));
  const eachMs = (processorMs() - before) / asked.length;
  const judged = inside.map(({ confidence, candidates }, at) => ({
    confidence,
    isRight: candidates[0]?.intent === asked[at]?.intent,
  }));
  const outside = test
    .filter(({ intent }) => !names.has(intent))
    .map(({ text }) => classifier.classify(text));
  const accuracy = share(judged, ({ isRight }) => isRight);
  const row = [name, accuracy.toFixed(3), calibrationError(judged).toFixed(3)];
  row.push(trainMs.toFixed(0), eachMs.toFixed(2), (bytes.byteLength / 1_000_000).toFixed(2));
  tell(`${name}: ${accuracy.toFixed(3)}`);
  return { row, judged, inside, outside };
}

function benchIntents(): string {
  const rows = [
    full,
    tryIntents("first 10 examples, 77 intents", firstOfEach(train, intents, 10)),
    tryIntents("first 10 examples, first 40 intents", firstOfEach(train, intents.slice(0, 40), 10)),
    tryIntents("first 10 examples, first 20 intents", firstOfEach(train, intents.slice(0, 20), 10)),
    tryIntents("first 10 examples, first 10 intents", firstOfEach(train, intents.slice(0, 10), 10)),
  ].map(({ row }) => row);
  return toTable(["Intents", "accuracy", "calibration error", "train ms", "classify ms", "model MB"], rows);
}

function benchOutside(): string {
  const sets = [
    ["all examples, 50 of 77 intents known", train.filter(({ intent }) => known.includes(intent))],
    ["first 10 examples, 50 of 77 intents known", firstOfEach(train, known, 10)],
    ["first 10 examples, 20 of 77 intents known", firstOfEach(train, known.slice(0, 20), 10)],
  ] as const;
  const rows = sets.map(([name, examples]) => {
    const { inside, outside } = tryIntents(name, examples);
    const isCaught = ({ intent }: IntentGuess): boolean => intent === undefined;
    const [caught, kept] = [share(outside, isCaught), 1 - share(inside, isCaught)];
    const rightly = outside.length * caught;
    const f1 = (2 * rightly) / (2 * rightly + inside.length * (1 - kept) + outside.length * (1 - caught));
    const area = areaUnderRoc(
      inside.map(({ belonging }) => belonging),
      outside.map(({ belonging }) => belonging),
    );
    return [name, area.toFixed(3), f1.toFixed(3), caught.toFixed(3), kept.toFixed(3)];
  });
  return toTable(["Out of scope", "AUROC", "F1", "outside caught", "inside kept"], rows);
}

function benchReliability(judged: readonly Judged[]): string {
  return toTable(
    ["Confidence (all examples)", "guesses", "mean confidence", "right"],
    reliability(judged, 10).map(({ from, to, count, confidence, right }) => [
      `${from.toFixed(1)}–${to.toFixed(1)}`,
      String(count),
      confidence.toFixed(3),
      right.toFixed(3),
    ]),
  );
}

function benchLanguage(): string {
  const messages = [...train, ...test].map(({ text }) => text);
  return toTable(
    ["Language, 13 083 English messages", "English"],
    [
      ["detector alone", share(messages, (text) => hearLanguage(text).language === "en").toFixed(4)],
      [
        "decided, nothing known",
        share(messages, (text) => decideLanguage(text).language === "en").toFixed(4),
      ],
      [
        "decided, of a person with a German locale",
        share(messages, (text) => decideLanguage(text, { locale: "de-DE" }).language === "en").toFixed(4),
      ],
      [
        "calm by sentiment (≥ 0.3)",
        share(messages, (text) => measureSentiment(text).score >= 0.3).toFixed(4),
      ],
    ],
  );
}

function benchRouter(): string {
  const rows = Object.entries({ "made on": routerSets.chosenOn, unseen: routerSets.unseen }).map(
    ([name, set]) => {
      const simple = set.filter(({ tier }) => tier === "simple");
      const complex = set.filter(({ tier }) => tier === "complex");
      const agrees = ({ text, tier }: (typeof set)[number]): boolean => decideRoute(text).tier === tier;
      return [
        name,
        String(set.length),
        ...[set, simple, complex].map((part) => share(part, agrees).toFixed(3)),
      ];
    },
  );
  const cheap = share(test, ({ text }) => decideRoute(text).tier === "simple");
  rows.push(["BANKING77 test, taken as simple", String(test.length), "–", cheap.toFixed(3), "–"]);
  return toTable(["Router", "messages", "agreement", "of simple", "of complex"], rows);
}

function benchGeneral(): string {
  const { understand } = createUnderstander();
  const guesses = generalSet.map(({ text, intent }) => ({
    ...understand(text, { now: new Date(0) }),
    wanted: intent,
  }));
  const told = guesses.filter(({ intent }) => intent !== undefined);
  return toTable(
    ["General intents, messages of our own", "messages", "share"],
    [
      [
        "best guess right",
        String(guesses.length),
        share(guesses, (each) => each.candidates[0]?.intent === each.wanted).toFixed(3),
      ],
      ["told an intent", String(guesses.length), (told.length / guesses.length).toFixed(3)],
      [
        "right where one was told",
        String(told.length),
        share(told, (each) => each.intent === each.wanted).toFixed(3),
      ],
    ],
  );
}

function benchCheck(): string {
  const names = { madeOn: "made on", secondLook: "second look", unseen: "unseen" };
  const rows = Object.entries(checkScenes).map(([name, scenes]) => {
    const tried = scenes.flatMap((scene) => tryScene(scene));
    const fine = tried.filter(({ isFine }) => isFine);
    const invented = tried.filter(({ isFine }) => !isFine);
    const isHeld = ({ held }: (typeof tried)[number]): boolean => held !== undefined;
    const [mistaken, caught] = [share(fine, isHeld), share(invented, isHeld)];
    return [names[name as keyof typeof names], String(tried.length), mistaken.toFixed(3), caught.toFixed(3)];
  });
  return toTable(["Answer check", "sentences", "fine ones held", "invented ones caught"], rows);
}

async function benchCache(): Promise<string> {
  const questions = Array.from(new Set(test.map(({ text }) => text))).filter((_, at) => at % 15 === 0);
  const loads = [
    { name: "1 000 asks of 100 questions in an hour", asks: 1_000, hours: 1, count: 100 },
    { name: "20 000 asks of 100 questions in a day", asks: 20_000, hours: 24, count: 100 },
    { name: "20 000 asks of 200 questions in a day", asks: 20_000, hours: 24, count: 200 },
    { name: "2 000 asks of 200 questions in a day", asks: 2_000, hours: 24, count: 200 },
  ];
  const rows: string[][] = [];
  for (const { name, asks, hours, count } of loads) {
    const workload = { name, asks, hours, questions: questions.slice(0, count), personalShare: 0.2 };
    const { cacheable, hitRate, ofAll } = await playWorkload(workload);
    rows.push([name, String(cacheable), hitRate.toFixed(3), ofAll.toFixed(3)]);
  }
  return toTable(["Answer cache, kept for an hour", "cacheable", "of these from the cache", "of all"], rows);
}

function share<T>(all: readonly T[], is: (each: T) => boolean): number {
  return all.filter((each) => is(each)).length / Math.max(all.length, 1);
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function tell(line: string): void {
  console.error(`… ${line}`);
}

async function publish(report: string): Promise<void> {
  console.log(`\n${report}`);
  if (!process.argv.includes("--write")) return;
  const readme = new URL("README.md", import.meta.url);
  const [begin, end] = ["<!-- eval -->", "<!-- /eval -->"];
  const text = await readFile(readme, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error("bench/eval/README.md has no section eval");
  await writeFile(readme, `${text.slice(0, from + begin.length)}\n\n${report}\n\n${text.slice(to)}`);
}

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import {
  largeInfrastructure,
  seedFigures,
  smallInfrastructure,
  toDayCost,
  toInfrastructureCost,
  toMonthCost,
  toQuestionCost,
  type Load,
} from "../src/insights/cost/calculator.ts";
import { costTargets } from "../src/insights/cost/unit-economics.ts";
import { toTable } from "./support/figures.ts";

// `npm run cost`: what a load costs by config/prices.yaml, and the seeds' own arithmetic done again.
// `npm run cost -- --questions 5000 --input 400 --output 150 --cache 0.5 --cheap 0.7`

const priceFile = z.object({
  prices: z.array(
    z.object({ model: z.string(), inputPer1k: z.number(), outputPer1k: z.number(), asOf: z.string() }),
  ),
});
const { prices } = priceFile.parse(
  parse(readFileSync(new URL("../config/prices.yaml", import.meta.url), "utf8")),
);

const questions = option("questions", 1_000);
const load = {
  questionsPerDay: questions,
  inputTokens: option("input", 160),
  outputTokens: option("output", 60),
  cacheHitRate: option("cache", 0),
  searchesPerQuestion: option("searches", 1),
};
const cheapShare = option("cheap", 0.7);
const cheapest = prices.find(({ model }) => model === "gpt-4o-mini") ?? prices[0];

console.log("What the seeds compute, and the same computed\n");
console.log(
  toTable(
    ["Figure", "seed", "computed", "note"],
    seedFigures().map(({ name, seed, computedUsd, note }) => [name, seed, dollars(computedUsd), note]),
  ),
);
console.log(
  `\n${questions} questions a day, ${load.inputTokens} tokens in, ${load.outputTokens} out, ${percent(load.cacheHitRate)} from the cache, ${load.searchesPerQuestion} search each; prices of config/prices.yaml\n`,
);
console.log(
  toTable(
    ["Model", "looked up", "a question", "a day", "a month", `${percent(cheapShare)} of it cheap, a month`],
    prices
      .filter(({ model, outputPer1k }) => model !== "*" && outputPer1k > 0)
      .map((price) => priceRow(price)),
  ),
);
console.log(
  `\nA month holds 30 days and infrastructure of ${dollars(toInfrastructureCost(smallInfrastructure))} to ${dollars(toInfrastructureCost(largeInfrastructure))}: compute $20 to $100, storage at $0.023 a GB, monitoring $10; the table has the smaller one.`,
);
console.log(
  `Targets: at most ${dollars(costTargets.costPerQuery)} and fewer than ${costTargets.tokensPerQuery} tokens a question, fewer than ${costTargets.tokensPerRequest} tokens a request.`,
);

function priceRow(price: (typeof prices)[number]): string[] {
  const alone: Load = { ...load, traffic: [{ share: 1, price }] };
  const mixed: Load = {
    ...load,
    traffic: [
      { share: cheapShare, price: cheapest ?? price },
      { share: 1 - cheapShare, price },
    ],
  };
  const month = (of: Load): string => dollars(toMonthCost(toDayCost(of), 30, smallInfrastructure));
  return [
    price.model,
    price.asOf,
    dollars(toQuestionCost(alone)),
    dollars(toDayCost(alone)),
    month(alone),
    month(mixed),
  ];
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  if (at < 0) return otherwise;
  const value = Number(process.argv[at + 1]);
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number`);
  return value;
}

function dollars(usd: number): string {
  const digits = Math.abs(usd) < 1 ? 5 : Math.abs(usd) < 100 ? 2 : 0;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

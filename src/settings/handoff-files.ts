import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readYaml } from "./config-files.ts";

const part = z.number("must be between 0 and 1").min(0).max(1);
const whether = z.boolean("must be true or false");
const queue = z
  .string("must be the name of a queue")
  .regex(/^[a-z][a-z0-9_-]{0,39}$/, "must be a queue named by a-z, 0-9, - and _");

const rule = z
  .strictObject({
    phrases: z.array(z.string("must be words").min(1).max(200)).min(1).max(200).optional(),
    intents: z.array(z.string("must be names of intents")).min(1).optional(),
    queue,
  })
  .refine(({ phrases, intents }) => phrases !== undefined || intents !== undefined, {
    message: "must have phrases or intents",
  });

/** When a company's conversations go to people by themselves, as its file has it; what it leaves out is as usual. */
export const handoffFile = z.strictObject({
  asked: z.enum(["meant", "strict", "off"], "must be meant, strict or off").optional(),
  complaint: whether.optional(),
  safety: whether.optional(),
  payment: whether.optional(),
  minSentiment: part.optional(),
  minConfidence: part.optional(),
  failures: z.number("must be how many in a row").int().min(0).max(100).optional(),
  longTalk: z.enum(["offer", "auto", "off"], "must be offer, auto or off").optional(),
  longTalkTurns: z.number("must be messages of the person").int().min(1).max(1_000).optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be a country such as DE")
    .optional(),
  queue: queue.optional(),
  suggest: whether.optional(),
  rules: z.array(rule).max(100).optional(),
});

const country = z.strictObject({
  selfHarm: z.string().min(1).max(300).optional(),
  violence: z.string().min(1).max(300).optional(),
  /** Where the numbers stand, for whoever checks them. */
  source: z.string().min(1),
});
const hotlineFile = z.strictObject({
  /** The day somebody looked the numbers up. */
  asOf: z.iso.date("must be a day such as 2025-01-31").optional(),
  countries: z.record(z.string().regex(/^[A-Z]{2}$/, "must be a country such as DE"), country),
});

/** Whom people in need can call, by country. */
export type Hotlines = Readonly<Record<string, Omit<z.output<typeof country>, "source">>>;

/** Reads `config/hotlines.yaml`; without it people are told to look for help where they are. Adds to `problems`. */
export function readHotlines(folder: string, problems: string[]): Hotlines {
  const name = "config/hotlines.yaml";
  if (!existsSync(join(folder, name))) return {};
  return readYaml(folder, name, hotlineFile, problems)?.countries ?? {};
}

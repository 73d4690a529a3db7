import { type ApiCall, sendBody } from "./api-call.ts";
import {
  checkArray,
  checkObject,
  checkOneOf,
  checkString,
  missing,
  refuseUnknown,
  requireField,
  wrongType,
} from "./field-check.ts";
import { newId } from "./ids.ts";
import { findModel, type ModelCard } from "./model-card.ts";
import { checkBody } from "./parse-chat-request.ts";
import { countTokens } from "./tokens.ts";

const categories = [
  "harassment",
  "harassment/threatening",
  "hate",
  "hate/threatening",
  "illicit",
  "illicit/violent",
  "self-harm",
  "self-harm/instructions",
  "self-harm/intent",
  "sexual",
  "sexual/minors",
  "violence",
  "violence/graphic",
] as const;

/** A category of the moderation API. */
export type ModerationCategory = (typeof categories)[number];

/** Substrings, in lower case, that flag a text under a category. */
export type ModerationTerms = Readonly<Partial<Record<ModerationCategory, readonly string[]>>>;

/** The terms used when none are configured. */
export const defaultModerationTerms: ModerationTerms = {
  harassment: ["you idiot", "you are worthless", "shut up, stupid"],
  "harassment/threatening": ["i will hurt you", "i will kill you", "i'm going to kill you"],
  hate: ["i hate all immigrants", "subhuman"],
  illicit: ["how to make meth", "how to pick a lock to steal", "buy stolen cards"],
  "illicit/violent": ["how to build a bomb", "how to make a bomb"],
  "self-harm": ["kill myself", "hurt myself", "end my life", "suicide"],
  "self-harm/instructions": ["how to kill myself", "best way to die"],
  "self-harm/intent": ["i want to die", "i will kill myself", "i want to kill myself", "end my life"],
  sexual: ["explicit sex"],
  violence: ["i will hurt you", "i will kill you", "i'm going to kill you", "how to build a bomb"],
};

const knownFields = new Set(["input", "model"]);

/** Answers `POST /v1/moderations` by terms: the same text is always judged the same. */
export async function answerModerations(
  call: ApiCall,
  { models, terms }: { models: readonly ModelCard[]; terms: ModerationTerms },
): Promise<void> {
  const raw = checkBody(call.body);
  if (raw["input"] === undefined) throw missing("input");
  refuseUnknown(raw, knownFields);
  const model = checkString(raw["model"] ?? "omni-moderation-latest", "model");
  findModel(models, model, "moderation");
  const inputs = readInputs(raw["input"]);
  call.entry.promptTokens = inputs.reduce((sum, text) => sum + countTokens(text), 0);
  await sendBody(call, { id: newId("modr-"), model, results: inputs.map((text) => judge(text, terms)) });
}

function readInputs(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value))
    throw wrongType("input", "one of a string or array of strings or objects", value);
  const items = checkArray(value, "input", { min: 1 });
  if (items.every((item) => typeof item === "string")) return items;
  // Parts of one message are judged together.
  return [items.map((item, index) => readPart(item, `input[${index}]`)).join("\n")];
}

function readPart(value: unknown, path: string): string {
  const part = checkObject(value, path);
  const type = checkOneOf(requireField(part, "type", `${path}.type`), ["text", "image_url"], `${path}.type`);
  return type === "text" ? checkString(requireField(part, "text", `${path}.text`), `${path}.text`) : "";
}

function judge(text: string, terms: ModerationTerms): object {
  const plain = text.toLowerCase();
  const isHit = (category: ModerationCategory): boolean =>
    (terms[category] ?? []).some((term) => plain.includes(term));
  const hits = new Set(categories.filter(isHit));
  return {
    flagged: hits.size > 0,
    categories: byCategory((category) => hits.has(category)),
    category_scores: byCategory((category) => (hits.has(category) ? 0.98 : 0.0001)),
    category_applied_input_types: byCategory(() => ["text"]),
  };
}

function byCategory<Value>(toValue: (category: ModerationCategory) => Value): Record<string, Value> {
  return Object.fromEntries(categories.map((category) => [category, toValue(category)]));
}

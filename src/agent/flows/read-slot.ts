import type { Entity, Understanding } from "../../core/understanding.ts";
import { lookUp, type Scope } from "../phrases/template.ts";
import { chooseItems } from "./choose-items.ts";
import { chooseOption } from "./choose-option.ts";
import { readEntries, toOption } from "./entries.ts";
import type { Slot } from "./flow-file.ts";
import { isNo, isYes } from "./said.ts";

/** What a message says about one slot. */
export type Heard =
  | { readonly kind: "value"; readonly value: unknown }
  /** Said, but it does not fit; `problem` names why. */
  | { readonly kind: "wrong"; readonly problem: SlotProblem }
  /** One of these entries, but which? */
  | { readonly kind: "several"; readonly indices: readonly number[] }
  | { readonly kind: "nothing" };

/** Why a value was not taken; the words for it are the phrases'. */
export type SlotProblem =
  | { readonly kind: "short name" }
  | { readonly kind: "no phone" }
  | { readonly kind: "no email" }
  | { readonly kind: "out of range"; readonly min: number; readonly max: number }
  | { readonly kind: "past date" }
  | { readonly kind: "no date" }
  | { readonly kind: "too long"; readonly max: number }
  | { readonly kind: "wrong count"; readonly count: number }
  | { readonly kind: "not free"; readonly labels: readonly string[] };

/** One message and what is known when it comes. */
export interface Hearing {
  readonly text: string;
  readonly understood: Understanding;
  /** YYYY-MM-DD, where the person is. */
  readonly today: string;
  readonly values: Scope;
  /** The entries named last, where the list was narrowed. */
  readonly shown?: readonly number[] | undefined;
}

const nothing: Heard = { kind: "nothing" };

/** Reads one slot from a message. `asked`: the person was just asked for it, so a bare word may be the answer. */
export function readSlot(name: string, slot: Slot, hearing: Hearing, asked: boolean): Heard {
  const fromIntent = asked ? undefined : hearing.understood.slots[name];
  switch (slot.type) {
    case "text":
      return asked ? readText(hearing.text, slot.min, slot.max) : toHeard(fromIntent);
    case "keywords":
      return asked ? readText(hearing.text, 1, 200) : readKeywords(hearing, slot.ignore);
    case "name":
      return readName(hearing.text, asked);
    case "phone":
      return readPhone(hearing, asked);
    case "email":
      return readEmail(hearing, asked);
    case "code":
      return readCode(hearing, slot.pattern);
    case "number":
      return readNumber(hearing, slot, asked);
    case "date":
      return readDate(hearing, slot, asked);
    case "time":
      return readTime(hearing, asked);
    case "choice":
      return readChoice(hearing.text, slot.values);
    case "item":
      return readItem(hearing, slot);
    case "items":
      return readItems(hearing, slot);
    default:
      throw new Error(`unknown slot: ${JSON.stringify(slot satisfies never)}`);
  }
}

function toHeard(value: unknown): Heard {
  return value === undefined ? nothing : { kind: "value", value };
}

function readText(text: string, min: number, max: number): Heard {
  const said = text.trim();
  if (said.length > max) return { kind: "wrong", problem: { kind: "too long", max } };
  return said.length < min ? nothing : { kind: "value", value: said };
}

const fillers = new Set(
  `a an and any are at be book buy can could do does find for get give go good got have hello help hey hi i i'd i'm i'll
  im in is it like looking me movie movies my near need of on or our please see show showing shows some something film
  films cinema theater theatre tell ticket tickets that the there this to today tonight tomorrow want wanna watch we
  we'd what what's whats which with would you your us about playing play evening morning afternoon night`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** What is left of a message without its dates, numbers and everyday words. */
function readKeywords({ text, understood }: Hearing, ignore: readonly string[]): Heard {
  const without = understood.entities.reduce(
    (rest, { start, end }) => rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end),
    text.slice(0, 500),
  );
  const ignored = new Set(ignore.map((word) => word.toLowerCase()));
  const words = (without.match(/[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? []).filter((word) => {
    const low = word.toLowerCase().replaceAll("’", "'");
    return !fillers.has(low) && !ignored.has(low);
  });
  return words.length === 0 ? nothing : { kind: "value", value: words.slice(0, 8).join(" ") };
}

const nameBefore =
  /(?:^|[\s,.!])(?:my name is|my name's|the name is|name is|i am called|i'm called|call me|this is|it's|it is|i am|i'm|ich heiße|mein name ist|me llamo|je m'appelle|ผมชื่อ|ฉันชื่อ|ดิฉันชื่อ)\s+/iu;
const namePlainly =
  /(?:my name is|my name's|the name is|call me|ich heiße|mein name ist|me llamo|je m'appelle)\s+/iu;
const afterName =
  /[,.;!?()\n]|\s(?:and|my|phone|number|from|here|speaking|you can|i'd|i'm|i want|thanks?|please)(?!\p{L}).*$/iu;
const longestName = 80;
const notAName =
  /(?<!\p{L})(?:what|where|when|how|why|who|which|is|are|do|does|can|could|will|would|want|need|the|a|an|please|later|why|help|have|there|thanks|hello|hi)(?!\p{L})/iu;

function readName(text: string, asked: boolean): Heard {
  const said = text.replaceAll("’", "'").trim();
  const marker = (asked ? nameBefore : namePlainly).exec(said);
  if (marker === null && !asked) return nothing;
  const rest = marker === null ? said : said.slice(marker.index + marker[0].length);
  const name = rest
    .slice(0, afterName.exec(rest)?.index ?? rest.length)
    .replace(/\s+/gu, " ")
    .trim();
  if (name.length < 2) return asked ? { kind: "wrong", problem: { kind: "short name" } } : nothing;
  if (marker === null && (isYes(name) || isNo(name) || notAName.test(name))) return nothing;
  const isName = /^[\p{L}\p{M}][\p{L}\p{M}'’. -]*$/u.test(name) && name.split(" ").length <= 5;
  return isName && name.length <= longestName ? { kind: "value", value: name } : nothing;
}

function readPhone({ text, understood }: Hearing, asked: boolean): Heard {
  const entity = find(understood.entities, "phone");
  const [run = ""] = asked ? (/\+?[\d][\d\s().-]{2,24}/u.exec(text) ?? []) : [];
  const said = entity?.value ?? run.trim();
  if (said === "") return nothing;
  const digits = said.replaceAll(/\D/g, "");
  if (digits.length >= 10 && digits.length <= 15)
    return { kind: "value", value: said.startsWith("+") ? `+${digits}` : digits };
  return asked ? { kind: "wrong", problem: { kind: "no phone" } } : nothing;
}

function readEmail({ text, understood }: Hearing, asked: boolean): Heard {
  const entity = find(understood.entities, "email");
  if (entity !== undefined) return { kind: "value", value: entity.value };
  return asked && text.includes("@") ? { kind: "wrong", problem: { kind: "no email" } } : nothing;
}

function readCode({ text, understood }: Hearing, pattern: string | undefined): Heard {
  if (pattern === undefined) return toHeard(find(understood.entities, "code")?.value);
  const found = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${pattern})(?![\p{L}\p{N}])`, "iu").exec(
    text.slice(0, 500),
  );
  return toHeard(found?.[0].toUpperCase());
}

const few: readonly (readonly [RegExp, number])[] = [
  [/\b(?:just me|only me|myself|one|a single|a ticket|solo|eins|una?|une?)\b/iu, 1],
  [/\b(?:a couple|the two of us|both of us|me and (?:my|a) \w+|a pair|zwei|dos|deux)\b/iu, 2],
];

function readNumber(
  { text, understood }: Hearing,
  { min, max, near }: Extract<Slot, { type: "number" }>,
  asked: boolean,
): Heard {
  const numbers = understood.entities.filter((each) => each.kind === "number");
  const beside = numbers.find((each) => isBeside(text, each, near));
  const value = beside?.value ?? (asked ? (numbers[0]?.value ?? readFew(text)) : undefined);
  if (value === undefined) return nothing;
  const fits = Number.isInteger(value) && value >= min && value <= max;
  return fits ? { kind: "value", value } : { kind: "wrong", problem: { kind: "out of range", min, max } };
}

function readFew(text: string): number | undefined {
  return few.find(([pattern]) => pattern.test(text))?.[1];
}

/** The word right behind the number, or a "for" or "party of" right before it where that is listed. */
function isBeside(text: string, { start, end }: Entity, near: readonly string[]): boolean {
  const before = text.slice(Math.max(0, start - 20), start).toLowerCase();
  const after = text.slice(end, end + 25).toLowerCase();
  return near.some((word) => {
    const low = word.toLowerCase();
    const isAfter = new RegExp(String.raw`^[\s-]*(?:\p{L}+\s+)?${escape(low)}`, "u").test(after);
    return isAfter || before.trimEnd().endsWith(low);
  });
}

function readDate(
  { understood, today, text }: Hearing,
  { past }: Extract<Slot, { type: "date" }>,
  asked: boolean,
): Heard {
  const said = find(understood.entities, "date");
  if (said !== undefined) {
    return said.date < today && !past
      ? { kind: "wrong", problem: { kind: "past date" } }
      : { kind: "value", value: said.date };
  }
  return asked && /\d/u.test(text) ? { kind: "wrong", problem: { kind: "no date" } } : nothing;
}

function readTime({ text, understood }: Hearing, asked: boolean): Heard {
  const said = understood.entities.find((each) => each.kind === "date" && each.time !== undefined);
  if (said?.kind === "date" && said.time !== undefined) return { kind: "value", value: said.time };
  const [, hour, minute = "00", half = ""] =
    /(?<![\d:])(\d{1,2})(?::(\d{2}))?\s*(am|pm)?(?![\d:])/iu.exec(asked ? text : "") ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return nothing;
  const shift = /pm/iu.test(half) && Number(hour) < 12 ? 12 : 0;
  return { kind: "value", value: `${String(Number(hour) + shift).padStart(2, "0")}:${minute}` };
}

function readChoice(text: string, values: Readonly<Record<string, readonly string[]>>): Heard {
  const found = Object.entries(values).find(([value, others]) =>
    [value, ...others].some((each) =>
      new RegExp(String.raw`(?<![\p{L}\p{N}])${escape(each)}(?![\p{L}\p{N}])`, "iu").test(text),
    ),
  );
  return toHeard(found?.[0]);
}

function readItem({ text, values, shown }: Hearing, slot: Extract<Slot, { type: "item" }>): Heard {
  const entries = readEntries(slot, values);
  const indices = shown ?? entries.map((_, index) => index);
  const options = indices.flatMap((index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [toOption(slot, entry)];
  });
  const choice = chooseOption(text, options);
  if (choice.kind === "none") return nothing;
  if (choice.kind === "one") return toHeard(entries[indices[choice.index] ?? -1]);
  return { kind: "several", indices: choice.indices.flatMap((index) => indices[index] ?? []) };
}

function readItems({ text, values }: Hearing, slot: Extract<Slot, { type: "items" }>): Heard {
  const entries = readEntries(slot, values);
  const labels = entries.map((entry) => String(lookUp(entry, slot.label)));
  const wanted = slot.count === undefined ? undefined : lookUp(values, slot.count);
  const count = typeof wanted === "number" ? wanted : undefined;
  const picked = chooseItems(text, labels, count);
  switch (picked.kind) {
    case "none":
      return nothing;
    case "not free":
      return { kind: "wrong", problem: { kind: "not free", labels: picked.labels } };
    case "wrong count":
      return { kind: "wrong", problem: { kind: "wrong count", count: count ?? 1 } };
    case "picked":
      return { kind: "value", value: picked.indices.map((index) => entries[index]) };
    default:
      throw new Error(`unknown pick: ${JSON.stringify(picked satisfies never)}`);
  }
}

function find<K extends Entity["kind"]>(
  entities: readonly Entity[],
  kind: K,
): Extract<Entity, { kind: K }> | undefined {
  return entities.find((each): each is Extract<Entity, { kind: K }> => each.kind === kind);
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

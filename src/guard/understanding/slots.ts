import type { Entity, FilledSlots } from "../../core/understanding.ts";

/** What a flow needs to know, described as data. */
export type SlotSpec =
  /** An entity; `near` are words that stand beside it ("people"), to tell several of a kind apart. */
  | { readonly name: string; readonly kind: Entity["kind"]; readonly near?: readonly string[] | undefined }
  /** A name or a few words behind one of these ("from", "to"). */
  | { readonly name: string; readonly kind: "words"; readonly after: readonly string[] }
  /** One of a list; a value counts when it or one of its other names is said. */
  | {
      readonly name: string;
      readonly kind: "choice";
      readonly values: Readonly<Record<string, readonly string[]>>;
    };

const readCharacters = 2_000;
// Where a name ends: the next thing that is about something else.
const stop =
  /\s+(?:from|to|on|at|in|for|by|with|next|this|the|and|or|please|today|tomorrow|tonight|then|leaving|returning|via|um|am|nach|von|für)(?!\p{L})|[.,;:!?()\n]|\s+\d/iu;
const longestName = 60;
const farthest = 25;
const beforeCosts = 5;

/** Reads slots from a message and the entities found in it. Pure; the same entity never fills two slots. */
export function fillSlots(
  text: string,
  slots: readonly SlotSpec[],
  entities: readonly Entity[],
): FilledSlots {
  const used = new Set<Entity>();
  const filled: Record<string, string | number> = {};
  for (const slot of slots) {
    const value = fillSlot(text.slice(0, readCharacters), slot, { entities, used });
    if (value !== undefined) filled[slot.name] = value;
  }
  return filled;
}

interface Found {
  readonly entities: readonly Entity[];
  readonly used: Set<Entity>;
}

function fillSlot(text: string, slot: SlotSpec, { entities, used }: Found): string | number | undefined {
  switch (slot.kind) {
    case "words":
      return readWordsAfter(text, slot.after, entities);
    case "choice":
      return Object.entries(slot.values).find(([value, others]) =>
        [value, ...others].some((said) => isSaid(text, said)),
      )?.[0];
    default: {
      const free = entities.filter((each) => each.kind === slot.kind && !used.has(each));
      const chosen = slot.near === undefined ? free[0] : findNearest(text, free, slot.near);
      if (chosen === undefined) return undefined;
      used.add(chosen);
      return toValue(chosen);
    }
  }
}

/** Behind the marker that is followed by a capital, as names are; else behind the last one. */
function readWordsAfter(
  text: string,
  markers: readonly string[],
  entities: readonly Entity[],
): string | undefined {
  const pattern = new RegExp(String.raw`(?<!\p{L})(?:${markers.map(escapePattern).join("|")})\s+`, "giu");
  const names = Array.from(text.matchAll(pattern), (match) => {
    const from = match.index + match[0].length;
    const nextEntity =
      entities.find(({ start, end }) => end > from && start < from + longestName)?.start ?? Infinity;
    const rest = text.slice(from, Math.min(from + longestName, nextEntity));
    return rest.slice(0, stop.exec(rest)?.index ?? rest.length).trim();
  }).filter((name) => name !== "");
  return names.find((name) => /^\p{Lu}/u.test(name)) ?? names.at(-1);
}

function isSaid(text: string, phrase: string): boolean {
  return new RegExp(whole(phrase), "iu").test(text);
}

function whole(phrase: string): string {
  return String.raw`(?<![\p{L}\p{N}])${escapePattern(phrase)}(?![\p{L}\p{N}])`;
}

/** The entity with one of the words closest to it. A word behind ("2 kids") is closer than one before. */
function findNearest(text: string, free: readonly Entity[], words: readonly string[]): Entity | undefined {
  const measured = free
    .map((entity) => ({ entity, distance: Math.min(...words.map((word) => distanceTo(text, entity, word))) }))
    .filter(({ distance }) => distance <= farthest)
    .toSorted((a, b) => a.distance - b.distance);
  return measured[0]?.entity;
}

function distanceTo(text: string, { start, end }: Entity, word: string): number {
  const pattern = new RegExp(whole(word), "giu");
  const distances = Array.from(text.matchAll(pattern), ({ index, 0: said }) =>
    index >= end ? index - end : index < start ? start - index - said.length + beforeCosts : 0,
  );
  return Math.min(Infinity, ...distances);
}

function toValue(entity: Entity): string | number {
  switch (entity.kind) {
    case "date":
      return entity.date;
    case "money":
      return entity.amount;
    case "number":
    case "email":
    case "phone":
    case "code":
      return entity.value;
    default:
      throw new Error(`unknown entity: ${JSON.stringify(entity satisfies never)}`);
  }
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

import { lookUp } from "../phrases/template.ts";
import type { Condition, Slot } from "./flow-file.ts";
import type { Option } from "./choose-option.ts";

type Entry = Readonly<Record<string, unknown>>;

/**
 * The entries of the list an `item` or `items` slot chooses from: `found.movies[].shows` gives each show with the
 * plain values of its movie beside its own.
 */
export function readEntries(slot: Extract<Slot, { type: "item" | "items" }>, values: Entry): Entry[] {
  const [first = "", ...inner] = slot.from.split("[].");
  const entries = inner.reduce<Entry[]>(
    (outer, path) =>
      outer.flatMap((entry) => toEntries(lookUp(entry, path)).map((each) => ({ ...plain(entry), ...each }))),
    toEntries(lookUp(values, first)),
  );
  const { where } = slot;
  return where === undefined ? entries : entries.filter((entry) => holds(where, entry));
}

/** How one entry of an `item` slot can be named. */
export function toOption(slot: Extract<Slot, { type: "item" }>, entry: Entry): Option {
  const facets = slot.match.flatMap((path) => {
    const value = lookUp(entry, path);
    return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string");
  });
  const time = slot.time === undefined ? undefined : lookUp(entry, slot.time);
  const price = slot.price === undefined ? undefined : lookUp(entry, slot.price);
  return {
    facets,
    ...(typeof time === "string" && { time }),
    ...(typeof price === "number" && { price }),
  };
}

/** Does a condition hold for what is known? */
export function holds(condition: Condition, values: Entry): boolean {
  const value = lookUp(values, condition.path);
  const { is, equals, above, below } = condition;
  if (equals !== undefined) return value === equals;
  if (above !== undefined) return typeof value === "number" && value > above;
  if (below !== undefined) return typeof value === "number" && value < below;
  switch (is) {
    case "present":
      return value !== undefined && value !== null && value !== "";
    case "missing":
      return value === undefined || value === null || value === "";
    case "empty":
      return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    case "true":
      return value === true;
    case "false":
      return value === false;
    case undefined:
      return true;
    default:
      throw new Error(`unknown test: ${String(is satisfies never)}`);
  }
}

function toEntries(value: unknown): Entry[] {
  if (!Array.isArray(value)) return [];
  return value.map((each: unknown) =>
    typeof each === "object" && each !== null ? (each as Entry) : { value: each },
  );
}

/** Not the lists inside: what they hold stands in the entries themselves. */
function plain(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => !Array.isArray(value)));
}

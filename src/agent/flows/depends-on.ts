import { namesIn, type Template } from "../phrases/template.ts";
import type { Flow, Slot, Step } from "./flow-file.ts";

type Arguments = NonNullable<Step["call"]>["with"][string];

/** The first names of all paths in a call's arguments. */
export function namesInArguments(value: Readonly<Record<string, Arguments>>): string[] {
  return [...new Set(Object.values(value).flatMap(namesInArgument))];
}

function namesInArgument(value: Arguments): string[] {
  if (typeof value === "number" || typeof value === "boolean") return [];
  if (isTemplate(value)) return namesIn(value);
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(namesInArgument);
}

/** Is this argument a template, rather than a list or an object of them? */
export function isTemplate(value: Arguments): value is Template {
  return typeof value === "object" && "source" in value && "parts" in value;
}

/** What must be found out again once a slot has another value, and the first step that does so. */
export interface Consequence {
  readonly stale: ReadonlySet<string>;
  readonly step: number;
}

/**
 * Follows a changed slot through its flow: calls that were made with it, lists that came from those calls, choices
 * out of those lists. Steps before the first of them stay done.
 */
export function findConsequence(flow: Flow, changed: string): Consequence {
  const stale = new Set<string>();
  const isTouched = (names: readonly string[]) => names.some((name) => name === changed || stale.has(name));
  for (let size = -1; size !== stale.size;) {
    size = stale.size;
    for (const { call } of flow.steps)
      if (call !== undefined && isTouched(namesInArguments(call.with))) stale.add(call.save);
    for (const [name, slot] of Object.entries(flow.slots))
      if (name !== changed && isTouched(namesOfSlot(slot))) stale.add(name);
  }
  const first = flow.steps.findIndex(
    ({ ask, call }) =>
      (ask !== undefined && stale.has(ask)) || (call !== undefined && isTouched(namesInArguments(call.with))),
  );
  return { stale, step: first };
}

function namesOfSlot(slot: Slot): string[] {
  if (slot.type === "item") return [slot.from.split(/[.[]/)[0] ?? ""];
  if (slot.type === "items")
    return [slot.from, slot.count ?? ""]
      .map((path) => path.split(/[.[]/)[0] ?? "")
      .filter((name) => name !== "");
  return [];
}

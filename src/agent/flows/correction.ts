import type { Run } from "./dialogue.ts";
import type { Flow, Slot } from "./flow-file.ts";
import { readSlot, type Hearing, type SlotProblem } from "./read-slot.ts";

/** A slot that a message gives another value. */
export type Correction =
  | { readonly kind: "value"; readonly slot: string; readonly value: unknown }
  | { readonly kind: "wrong"; readonly problem: SlotProblem };

/**
 * What a message changes of what was said before. With a cue ("actually", "make it") bare numbers, dates and choices
 * count as well; without one only what names itself, such as "3 tickets".
 */
export function readCorrection(
  flow: Flow,
  run: Run,
  hearing: Hearing,
  cued: boolean,
): Correction | undefined {
  const numbers = Object.values(flow.slots).filter(({ type }) => type === "number").length;
  for (const [name, slot] of Object.entries(flow.slots)) {
    const before = run.values[name];
    if (before === undefined || slot.type === "text" || slot.type === "keywords") continue;
    if (isChoice(slot) && !cued) continue;
    const asked = cued && slot.type === "number" && numbers === 1;
    const heard = readSlot(name, slot, hearing, asked);
    if (heard.kind === "wrong" && asked) return heard;
    if (heard.kind === "value" && !isSame(heard.value, before))
      return { kind: "value", slot: name, value: heard.value };
  }
  return undefined;
}

/** Entries of a list are named by words that stand in many other messages. */
function isChoice({ type }: Slot): boolean {
  return type === "item" || type === "items" || type === "choice" || type === "time";
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

import type { Dialogue, Run } from "./dialogue.ts";
import type { FlowBook } from "./flow-book.ts";
import type { Flow } from "./flow-file.ts";
import type { SlotProblem } from "./read-slot.ts";
import { renderTemplate, type Template } from "../phrases/template.ts";
import { advance, askAgain, toMemory, type FlowSurroundings, type Next, type Said } from "./run-flow.ts";

/** Everything the engine goes by besides the state: fixed while one message is dealt with. */
export interface FlowHouse extends Omit<FlowSurroundings, "memory"> {
  readonly book: FlowBook;
}

/** The state after, what is said, and what is needed to go on. */
export interface Move {
  readonly dialogue: Dialogue;
  readonly said: readonly Said[];
  readonly next: Next;
}

/** Leaves what was going on, and goes back to what was before it. */
export function dropRun(dialogue: Dialogue, house: FlowHouse): Move {
  const { active: _, ...rest } = dialogue;
  const said = [{ body: house.phrases.say("cancelled") }];
  return resume({ ...rest, phase: "GREETING" }, said, house);
}

/** The last subject that was left for another one. */
function resume(dialogue: Dialogue, said: readonly Said[], house: FlowHouse): Move {
  const run = dialogue.paused.at(-1);
  const flow = run && house.book.find(run.flow);
  if (run === undefined || flow === undefined) return { dialogue, said, next: { kind: "wait" } };
  const back: Dialogue = {
    ...dialogue,
    active: run,
    paused: dialogue.paused.slice(0, -1),
    phase: "COLLECTING_INFO",
  };
  const question = askAgain(run, flow, aroundOf(back, house));
  const line = { body: house.phrases.say("back", { title: flow.title }) };
  return {
    dialogue: back,
    said: [...said, line, ...(question === undefined ? [] : [question])],
    next: { kind: "wait" },
  };
}

/** Goes on from here as far as it goes, and keeps what became of it. */
export function moveOn(dialogue: Dialogue, from: Run, flow: Flow, house: FlowHouse): Move {
  const around = aroundOf(dialogue, house);
  const { run, said, next } = advance(from, flow, around);
  switch (next.kind) {
    case "wait":
      return { dialogue: { ...dialogue, active: run, phase: "COLLECTING_INFO" }, said, next };
    case "call":
      return { dialogue: { ...dialogue, active: run, phase: "PROCESSING" }, said, next };
    case "hand over": {
      const { active: _, ...rest } = dialogue;
      const memory = toMemory(run, flow, around);
      return { dialogue: { ...rest, memory, paused: [], phase: "COMPLETE" }, said, next };
    }
    case "end": {
      const { active: _, ...rest } = dialogue;
      const done: Dialogue = { ...rest, memory: toMemory(run, flow, around), phase: "COMPLETE" };
      return resume(done, said, house);
    }
    case "broken":
      return breakOff(dialogue, house, undefined, said);
    default:
      throw new Error(`unknown next: ${JSON.stringify(next satisfies never)}`);
  }
}

/** Nothing sensible follows: it is said, and everything starts over. */
export function breakOff(
  dialogue: Dialogue,
  house: FlowHouse,
  problem: string | undefined,
  said: readonly Said[] = [],
): Move {
  const { active: _, ...rest } = dialogue;
  const why = problem === undefined ? [] : [{ body: problem }];
  return {
    dialogue: { ...rest, paused: [], phase: "ERROR" },
    said: [...said, ...why, { body: house.phrases.say("startOver") }],
    next: { kind: "wait" },
  };
}

/** What flows may speak of in this conversation. */
export function aroundOf(dialogue: Dialogue, { phrases, company, today }: FlowHouse): FlowSurroundings {
  return { phrases, company, today, memory: dialogue.memory };
}

/** What is said where a value was not taken. */
export function toProblemWords(problem: SlotProblem, { phrases }: FlowHouse, own?: Template): string {
  if (own !== undefined) return renderTemplate(own, { ...problem }, phrases.language);
  switch (problem.kind) {
    case "short name":
      return phrases.say("shortName");
    case "no phone":
      return phrases.say("noPhone");
    case "no email":
      return phrases.say("noEmail");
    case "out of range":
      return phrases.say("outOfRange", { min: problem.min, max: problem.max });
    case "past date":
      return phrases.say("pastDate");
    case "no date":
      return phrases.say("noDate");
    case "too long":
      return phrases.say("tooLong", { max: problem.max });
    case "wrong count":
      return phrases.say("wrongCount", { count: problem.count });
    case "not free":
      return phrases.say("notFree", { labels: problem.labels.join(", ") });
    default:
      throw new Error(`unknown problem: ${JSON.stringify(problem satisfies never)}`);
  }
}

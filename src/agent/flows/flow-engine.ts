import { defaultQueue } from "../../core/baton-event.ts";
import type { Understanding } from "../../core/understanding.ts";
import { readCorrection } from "./correction.ts";
import type { Dialogue, Run } from "./dialogue.ts";
import { findConsequence } from "./depends-on.ts";
import { findFlow } from "./flow-book.ts";
import type { Flow } from "./flow-file.ts";
import { readSlot, type Hearing } from "./read-slot.ts";
import {
  aroundOf,
  breakOff,
  dropRun,
  moveOn,
  toProblemWords,
  type FlowHouse,
  type Move,
} from "./flow-moves.ts";
import { askAgain, findKnown, scopeOf, type Next, type Said } from "./run-flow.ts";
import { correctsSomething, isCancel, isNo, isYes } from "./said.ts";

/** One message as the engine takes it. */
export interface FlowMessage {
  readonly text: string;
  readonly understood: Understanding;
}

/** What a tool gave, or the words of its refusal. */
export type ToolResult =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/**
 * Takes one message: an answer to what was asked, a correction, a "never mind", another subject, or the beginning of
 * a flow. Undefined where it is none of these. Pure, like everything here: what comes out depends on nothing else.
 */
export function takeMessage(dialogue: Dialogue, message: FlowMessage, house: FlowHouse): Move | undefined {
  const { active } = dialogue;
  const flow = active && house.book.find(active.flow);
  if (active === undefined || flow === undefined) return takeOpening(dialogue, message, house);
  return (
    takeReply(dialogue, { run: active, flow }, message, house) ??
    (isCancel(message.text) ? dropRun(dialogue, house) : takeOpening(dialogue, message, house))
  );
}

/** Begins a flow with what the message says already; what was going on is left for later. */
export function startFlow(dialogue: Dialogue, flow: Flow, message: FlowMessage, house: FlowHouse): Move {
  const around = aroundOf(dialogue, house);
  const values: Record<string, unknown> = {};
  const wrong: Said[] = [];
  for (const [name, slot] of Object.entries(flow.slots)) {
    const heard = readSlot(name, slot, hearingOf(message, values, house), false);
    const value = heard.kind === "value" ? heard.value : findKnown(slot, around);
    if (value !== undefined) values[name] = value;
    if (heard.kind === "wrong") wrong.push({ body: toProblemWords(heard.problem, house, slot.wrong) });
  }
  const { active } = dialogue;
  const left = active === undefined || house.book.isOffer(active.flow) ? [] : [active];
  const paused = [...dialogue.paused, ...left].filter((run) => run.flow !== flow.name).slice(-mostPaused);
  const run: Run = { flow: flow.name, version: house.book.versionOf(flow.name), step: 0, values, misses: 0 };
  const move = moveOn({ ...dialogue, paused, misses: 0 }, run, flow, house);
  return { ...move, said: [...wrong, ...move.said] };
}

/** Goes on with what a tool gave. Call it only after a move whose `next` was a call. */
export function takeResult(dialogue: Dialogue, result: ToolResult, house: FlowHouse): Move {
  const { active } = dialogue;
  const flow = active && house.book.find(active.flow);
  const call = active && flow?.steps[active.step]?.call;
  if (active === undefined || flow === undefined || call === undefined)
    return breakOff(dialogue, house, undefined);
  if (result.ok) {
    const values = { ...active.values, [call.save]: result.value };
    return moveOn(dialogue, { ...active, step: active.step + 1, values, misses: 0 }, flow, house);
  }
  if (call.failed === undefined) return breakOff(dialogue, house, result.problem);
  const step = flow.steps.findIndex(({ id }) => id === call.failed);
  const values = { ...active.values, problem: result.problem };
  return moveOn(dialogue, { ...active, step, values }, flow, house);
}

/** The open question once more, for after something else was answered in between. */
export function remind(dialogue: Dialogue, house: FlowHouse): Said | undefined {
  const { active } = dialogue;
  const flow = active && house.book.find(active.flow);
  if (active === undefined || flow === undefined || house.book.isOffer(flow.name)) return undefined;
  return askAgain(active, flow, aroundOf(dialogue, house));
}

/** Nobody insists on an offer: unless the message takes it up, it is gone. */
export function dropIgnoredOffer(dialogue: Dialogue, message: FlowMessage, house: FlowHouse): Dialogue {
  const { active, ...rest } = dialogue;
  if (active === undefined || !house.book.isOffer(active.flow)) return dialogue;
  const flow = house.book.find(active.flow);
  const isTaken =
    flow !== undefined && takeReply(dialogue, { run: active, flow }, message, house) !== undefined;
  return isTaken ? dialogue : { ...rest, phase: "GREETING" };
}

/**
 * A message that nobody understood while something was asked: the question again, in other words first; then a
 * person. An offer that is not taken up is dropped without a word. Undefined where nothing is open.
 */
export function missReply(dialogue: Dialogue, house: FlowHouse): Move | undefined {
  const { active } = dialogue;
  if (active === undefined) return undefined;
  if (house.book.isOffer(active.flow)) return undefined;
  const misses = active.misses + 1;
  const missed: Dialogue = { ...dialogue, active: { ...active, misses } };
  if (misses >= mostMisses) {
    const said = [{ body: house.phrases.say("lowConfidence") }];
    return {
      dialogue: missed,
      said,
      next: { kind: "hand over", reason: "not understood", queue: defaultQueue },
    };
  }
  const names = ["fallback1", "fallback2", "fallback3"] as const;
  const words = house.phrases.say(names[dialogue.fallbacks % names.length] ?? "fallback1");
  const question = remind(missed, house);
  return {
    dialogue: { ...missed, fallbacks: dialogue.fallbacks + 1 },
    said: [{ body: words }, ...(question === undefined ? [] : [question])],
    next: { kind: "wait" },
  };
}

/** A run of a flow that has changed since, or is gone, cannot go on: it is put away, kindly. */
export function putAwayStale(
  dialogue: Dialogue,
  house: FlowHouse,
): { dialogue: Dialogue; said: readonly Said[] } {
  const isCurrent = (run: Run) => house.book.versionOf(run.flow) === run.version;
  const paused = dialogue.paused.filter(isCurrent);
  const { active, ...rest } = dialogue;
  if (active === undefined || isCurrent(active)) return { dialogue: { ...dialogue, paused }, said: [] };
  const title = house.book.find(active.flow)?.title;
  const said = title === undefined ? [] : [{ body: house.phrases.say("renewed", { title }) }];
  return { dialogue: { ...rest, paused, phase: "GREETING" }, said };
}

const mostPaused = 3;
const mostMisses = 3;
const sureFrom = 0.7;

interface Open {
  readonly run: Run;
  readonly flow: Flow;
}

function takeReply(dialogue: Dialogue, open: Open, message: FlowMessage, house: FlowHouse): Move | undefined {
  const { waiting } = open.run;
  switch (waiting?.kind) {
    case "slot":
      return takeAnswer(dialogue, { ...open, slot: waiting.slot, shown: waiting.shown }, message, house);
    case "confirm":
      return takeConfirmation(dialogue, { ...open, input: waiting.input }, message, house);
    case "change":
      return takeChange(dialogue, open, message, house);
    case undefined:
      return undefined;
    default:
      throw new Error(`unknown wait: ${JSON.stringify(waiting satisfies never)}`);
  }
}

function takeAnswer(
  dialogue: Dialogue,
  {
    run,
    flow,
    slot: name,
    shown,
  }: Open & { readonly slot: string; readonly shown: readonly number[] | undefined },
  message: FlowMessage,
  house: FlowHouse,
): Move | undefined {
  const slot = flow.slots[name];
  if (slot === undefined || isCancel(message.text)) return undefined;
  const isLoose = slot.type === "text" || slot.type === "keywords" || slot.type === "name";
  if (isLoose && isAboutElse(message, flow, house)) return undefined;
  const around = aroundOf(dialogue, house);
  const hearing = { ...hearingOf(message, scopeOf(run, around), house), shown };
  const heard = readSlot(name, slot, hearing, true);
  const { waiting: _, ...freed } = run;
  switch (heard.kind) {
    case "value": {
      const values = {
        ...run.values,
        [name]: heard.value,
        ...hearOthers(name, { run, flow }, message, house),
      };
      return moveOn(dialogue, { ...freed, values, misses: 0 }, flow, house);
    }
    case "several": {
      const narrowed: Run = { ...run, waiting: { kind: "slot", slot: name, shown: [...heard.indices] } };
      const question = askAgain(narrowed, flow, around);
      const said = [{ body: house.phrases.say("several") }, ...(question === undefined ? [] : [question])];
      return { dialogue: { ...dialogue, active: narrowed }, said, next: { kind: "wait" } };
    }
    case "wrong": {
      const other = correct(dialogue, { run, flow }, message, house);
      if (other !== undefined && correctsSomething(message.text)) return other;
      const body = toProblemWords(heard.problem, house, slot.wrong);
      return { dialogue: { ...dialogue, active: run }, said: [{ body }], next: { kind: "wait" } };
    }
    case "nothing":
      return correct(dialogue, { run, flow }, message, house);
    default:
      throw new Error(`unknown hearing: ${JSON.stringify(heard satisfies never)}`);
  }
}

/** What a message says beside its answer: "two tickets for Friday". */
function hearOthers(
  answered: string,
  { run, flow }: Open,
  message: FlowMessage,
  house: FlowHouse,
): Record<string, unknown> {
  const hearing = hearingOf(message, run.values, house);
  return Object.fromEntries(
    Object.entries(flow.slots).flatMap(([name, slot]) => {
      const isOpen = name !== answered && run.values[name] === undefined;
      if (!isOpen || slot.type === "item" || slot.type === "items" || slot.type === "keywords") return [];
      const heard = readSlot(name, slot, hearing, false);
      return heard.kind === "value" ? [[name, heard.value]] : [];
    }),
  );
}

function takeConfirmation(
  dialogue: Dialogue,
  { run, flow, input }: Open & { readonly input: Readonly<Record<string, unknown>> },
  message: FlowMessage,
  house: FlowHouse,
): Move | undefined {
  const call = flow.steps[run.step]?.call;
  if (call === undefined) return undefined;
  const { waiting: _, ...freed } = run;
  const corrected = correct(dialogue, { run, flow }, message, house);
  if (corrected !== undefined) return corrected;
  if (isYes(message.text, call.yes)) {
    const next: Next = { kind: "call", tool: call.tool, input, confirmed: true };
    return { dialogue: { ...dialogue, active: freed, phase: "PROCESSING" }, said: [], next };
  }
  if (isCancel(message.text)) return dropRun(dialogue, house);
  if (!isNo(message.text)) return undefined;
  const changing: Run = { ...freed, waiting: { kind: "change" } };
  return {
    dialogue: { ...dialogue, active: changing },
    said: [{ body: house.phrases.say("declined") }],
    next: { kind: "wait" },
  };
}

function takeChange(
  dialogue: Dialogue,
  open: Open,
  message: FlowMessage,
  house: FlowHouse,
): Move | undefined {
  const corrected = correct(dialogue, open, { ...message, text: `instead ${message.text}` }, house, message);
  if (corrected !== undefined) return corrected;
  if (isNo(message.text) || isCancel(message.text)) return dropRun(dialogue, house);
  return undefined;
}

/** Another value for something said before: what followed from it is found out again, the rest stays. */
function correct(
  dialogue: Dialogue,
  { run, flow }: Open,
  cue: FlowMessage,
  house: FlowHouse,
  message: FlowMessage = cue,
): Move | undefined {
  const around = aroundOf(dialogue, house);
  const hearing = hearingOf(message, scopeOf(run, around), house);
  const found = readCorrection(flow, run, hearing, correctsSomething(cue.text));
  if (found === undefined) return undefined;
  if (found.kind === "wrong") {
    const said = [{ body: toProblemWords(found.problem, house) }];
    return { dialogue: { ...dialogue, active: run }, said, next: { kind: "wait" } };
  }
  const { stale, step } = findConsequence(flow, found.slot);
  const { waiting: _, ...freed } = run;
  const values = Object.fromEntries(Object.entries(run.values).filter(([name]) => !stale.has(name)));
  const from: Run = {
    ...freed,
    values: { ...values, [found.slot]: found.value },
    step: step === -1 ? run.step : Math.min(step, run.step),
    misses: 0,
  };
  const move = moveOn(dialogue, from, flow, house);
  return { ...move, said: [{ body: house.phrases.say("noted") }, ...move.said] };
}

function takeOpening(dialogue: Dialogue, message: FlowMessage, house: FlowHouse): Move | undefined {
  const found = findFlow(message, house.book);
  if (found === undefined || found.confidence < sureFrom) return undefined;
  if (found.flow.name === dialogue.active?.flow && dialogue.active.waiting !== undefined && !found.byPhrase)
    return undefined;
  return startFlow(dialogue, found.flow, message, house);
}

/** Is a message about another subject than the flow that waits for some words? */
function isAboutElse(message: FlowMessage, flow: Flow, house: FlowHouse): boolean {
  const found = findFlow(message, house.book);
  if (found !== undefined && found.flow.name !== flow.name && (found.byPhrase || found.confidence >= 0.9))
    return true;
  return /\?\s*$/u.test(message.text);
}

function hearingOf({ text, understood }: FlowMessage, values: Hearing["values"], house: FlowHouse): Hearing {
  return { text, understood, today: house.today, values };
}

import { defaultQueue } from "../../core/baton-event.ts";
import type { Phrases } from "../phrases/phrases.ts";
import {
  evaluateTemplate,
  lookUp,
  namesIn,
  renderTemplate,
  type Scope,
  type Template,
} from "../phrases/template.ts";
import { isTemplate, namesInArguments } from "./depends-on.ts";
import type { Dialogue, Run } from "./dialogue.ts";
import { holds, readEntries, toOption } from "./entries.ts";
import type { Flow, Slot, Step } from "./flow-file.ts";

/** Something said on the way; one after the other they are the answer. */
export interface Said {
  readonly body: string;
  readonly suggestions?: readonly string[] | undefined;
}

/** What has to happen before the dialogue goes on. */
export type Next =
  | { readonly kind: "wait" }
  /** The write was confirmed with exactly this input; a read needs no confirmation. */
  | {
      readonly kind: "call";
      readonly tool: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly confirmed: boolean;
    }
  | { readonly kind: "hand over"; readonly reason: string; readonly queue: string }
  | { readonly kind: "end" }
  /** The flow cannot go on: it was written so that it turns in circles. */
  | { readonly kind: "broken" };

/** One run, moved as far as it goes by itself. */
export interface Progress {
  readonly run: Run;
  readonly said: readonly Said[];
  readonly next: Next;
}

/** What flows may speak of besides their own values. */
export interface FlowSurroundings {
  readonly phrases: Phrases;
  readonly company: string;
  /** YYYY-MM-DD, where the person is. */
  readonly today: string;
  readonly memory: Dialogue["memory"];
}

const mostSteps = 200;
const mostListed = 10;
const mostSuggested = 5;
const longestSuggestion = 75;

/** Goes on until something is needed from outside: an answer, a tool, a person; or until the end. */
export function advance(start: Run, flow: Flow, around: FlowSurroundings): Progress {
  let run: Run = start;
  const said: Said[] = [];
  for (let turn = 0; turn < mostSteps; turn += 1) {
    const step = flow.steps[run.step];
    if (step === undefined) return { run, said, next: { kind: "end" } };
    const taken = takeStep(run, step, flow, around);
    run = taken.run;
    said.push(...taken.said);
    if (taken.next !== undefined) return { run, said, next: taken.next };
  }
  return { run, said, next: { kind: "broken" } };
}

/** The question that is open, as it is put again. */
export function askAgain(run: Run, flow: Flow, around: FlowSurroundings): Said | undefined {
  const { waiting } = run;
  const step = flow.steps[run.step];
  if (waiting === undefined) return undefined;
  if (waiting.kind === "slot") return toQuestion(waiting.slot, run, flow, around);
  if (waiting.kind === "change") return { body: around.phrases.say("declined") };
  return step?.call?.confirm === undefined ? undefined : toConfirmation(step.call.confirm, run, around);
}

/** What templates of this run may speak of. */
export function scopeOf(run: Run, { memory, company, today }: FlowSurroundings): Scope {
  return { ...run.values, memory, company, today };
}

interface Taken {
  readonly run: Run;
  readonly said: readonly Said[];
  readonly next?: Next;
}

function takeStep(run: Run, step: Step, flow: Flow, around: FlowSurroundings): Taken {
  const scope = scopeOf(run, around);
  const onward = { ...run, step: run.step + 1 };
  if (step.when !== undefined && !holds(step.when, scope)) return { run: onward, said: [] };
  if (step.say !== undefined)
    return { run: onward, said: [toSaid(step.say, step.suggestions, scope, around)] };
  if (step.forget !== undefined) return { run: without(onward, step.forget), said: [] };
  if (step.goto !== undefined) return { run: { ...run, step: findStep(flow, step.goto) }, said: [] };
  if (step.end === true) return { run, said: [], next: { kind: "end" } };
  if (step.ask !== undefined) return takeQuestion(run, step.ask, flow, around);
  if (step.call !== undefined) return takeCall(run, step.call, flow, around);
  const { say, reason = "the flow ends with a person", queue = defaultQueue } = step.handOver ?? {};
  const words =
    say === undefined ? around.phrases.say("escalation") : renderTemplate(say, scope, languageOf(around));
  return { run, said: [{ body: words }], next: { kind: "hand over", reason, queue } };
}

function takeQuestion(run: Run, slot: string, flow: Flow, around: FlowSurroundings): Taken {
  if (run.values[slot] !== undefined) return { run: { ...run, step: run.step + 1 }, said: [] };
  const waiting: Run = { ...run, waiting: { kind: "slot", slot } };
  const question = toQuestion(slot, waiting, flow, around);
  return { run: waiting, said: [question], next: { kind: "wait" } };
}

/** Nothing is called with a slot missing that the flow asks for: it is asked for first, however it was passed by. */
function takeCall(run: Run, call: NonNullable<Step["call"]>, flow: Flow, around: FlowSurroundings): Taken {
  if (run.values[call.save] !== undefined) return { run: { ...run, step: run.step + 1 }, said: [] };
  const used = [...namesInArguments(call.with), ...(call.confirm === undefined ? [] : namesIn(call.confirm))];
  const missing = flow.steps.findIndex(
    ({ ask, when }) =>
      ask !== undefined && when === undefined && used.includes(ask) && run.values[ask] === undefined,
  );
  if (missing !== -1) return { run: { ...run, step: missing }, said: [] };
  const scope = scopeOf(run, around);
  const input = evaluateAll(call.with, scope);
  if (call.confirm === undefined)
    return { run, said: [], next: { kind: "call", tool: call.tool, input, confirmed: false } };
  return {
    run: { ...run, waiting: { kind: "confirm", input } },
    said: [toConfirmation(call.confirm, run, around)],
    next: { kind: "wait" },
  };
}

function toConfirmation(confirm: Template, run: Run, around: FlowSurroundings): Said {
  const { phrases } = around;
  return {
    body: renderTemplate(confirm, scopeOf(run, around), languageOf(around)),
    suggestions: [phrases.say("yes"), phrases.say("no")],
  };
}

function toQuestion(name: string, run: Run, flow: Flow, around: FlowSurroundings): Said {
  const slot = flow.slots[name];
  if (slot?.ask === undefined) return { body: around.phrases.say("fallback3") };
  const scope = scopeOf(run, around);
  const question = toSaid(slot.ask, slot.suggestions, scope, around);
  if (slot.type === "choice" && slot.suggestions.length === 0)
    return { ...question, suggestions: Object.keys(slot.values).slice(0, mostSuggested) };
  if (slot.type !== "item") return question;
  const shown = run.waiting?.kind === "slot" ? run.waiting.shown : undefined;
  return toList(slot, { question, scope, shown }, around);
}

/** The entries, numbered, with the question under them. */
function toList(
  slot: Extract<Slot, { type: "item" }>,
  { question, scope, shown }: { question: Said; scope: Scope; shown: readonly number[] | undefined },
  around: FlowSurroundings,
): Said {
  const all = readEntries(slot, scope);
  const entries = shown === undefined ? all : all.filter((_, index) => shown.includes(index));
  const language = languageOf(around);
  const lines = entries
    .slice(0, mostListed)
    .map((entry, index) => `${index + 1}. ${renderTemplate(slot.line, { ...scope, ...entry }, language)}`);
  const count = entries.length - lines.length;
  const more = count > 0 ? [around.phrases.say("more", { count })] : [];
  const { intro } = slot;
  const above =
    intro === undefined || shown !== undefined
      ? []
      : [renderTemplate(intro, { ...scope, count: entries.length }, language).trim()];
  const names = entries.slice(0, mostSuggested).map((entry) => toName(slot, entry, language));
  return {
    body: [...above, lines.join("\n"), ...more, question.body].join("\n\n"),
    suggestions: question.suggestions ?? (new Set(names).size === names.length ? names : undefined),
  };
}

/** Short words that mean this entry and no other. */
function toName(slot: Extract<Slot, { type: "item" }>, entry: Scope, language: string): string {
  const { facets, time } = toOption(slot, entry);
  const at = time === undefined ? [] : [renderTemplate(timeOnly, { time }, language)];
  return [...facets.slice(0, 2), ...at].join(" ").slice(0, longestSuggestion);
}

const timeOnly: Template = {
  source: "{{{time | time}}}",
  parts: [{ kind: "value", expression: { paths: ["time"], filter: "time", words: [] }, raw: true }],
};

function toSaid(
  body: Template,
  suggestions: readonly Template[],
  scope: Scope,
  around: FlowSurroundings,
): Said {
  const language = languageOf(around);
  const chips = suggestions
    .map((each) => renderTemplate(each, scope, language))
    .filter((each) => each !== "");
  return {
    body: renderTemplate(body, scope, language).trim(),
    ...(chips.length > 0 && { suggestions: chips }),
  };
}

function evaluateAll(
  given: NonNullable<Step["call"]>["with"],
  scope: Scope,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(given)
      .map(([name, value]) => [name, evaluateArgument(value, scope)] as const)
      .filter(([, value]) => value !== undefined && value !== ""),
  );
}

function evaluateArgument(value: NonNullable<Step["call"]>["with"][string], scope: Scope): unknown {
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (isTemplate(value)) return evaluateTemplate(value, scope);
  if (Array.isArray(value)) return value.map((each) => evaluateArgument(each, scope));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, evaluateArgument(each, scope)]),
  );
}

function findStep(flow: Flow, id: string): number {
  const index = flow.steps.findIndex((step) => step.id === id);
  return index === -1 ? flow.steps.length : index;
}

function without(run: Run, names: readonly string[]): Run {
  return {
    ...run,
    values: Object.fromEntries(Object.entries(run.values).filter(([name]) => !names.includes(name))),
  };
}

function languageOf({ phrases }: FlowSurroundings): string {
  return phrases.language;
}

/** What a finished run leaves to those that follow. */
export function toMemory(run: Run, flow: Flow, around: FlowSurroundings): Dialogue["memory"] {
  const scope = scopeOf(run, around);
  const kept = Object.entries(flow.remember)
    .map(([name, value]) => [name, evaluateTemplate(value, scope)] as const)
    .filter(([, value]) => value !== undefined && value !== "");
  return { ...around.memory, ...Object.fromEntries(kept) };
}

/** A slot's value that is known before the flow begins. */
export function findKnown(slot: Slot, around: FlowSurroundings): unknown {
  const known = slot.known === undefined ? undefined : lookUp({ memory: around.memory }, slot.known);
  if (known !== undefined) return known;
  return slot.type === "date" && slot.default === "today" ? around.today : undefined;
}

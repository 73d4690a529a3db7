import type { Tool } from "../../core/tool.ts";
import { namesIn } from "../phrases/template.ts";
import type { Flow, Step } from "./flow-file.ts";
import { namesInArguments } from "./depends-on.ts";

/**
 * Everything wrong with flows that their shape does not show: steps and slots that do not exist, tools that nobody
 * has, a tool that writes without a confirmation. One sentence each, with the remedy; empty when all is well.
 */
export function findFlowProblems(
  flows: readonly Flow[],
  tools: readonly Tool[],
  intents: readonly string[],
): string[] {
  return flows.flatMap((flow) => [
    ...findIntentProblems(flow, intents),
    ...flow.steps.flatMap((step, index) =>
      findStepProblems(flow, step, tools).map(
        (problem) => `${flow.name}, step ${step.id ?? index + 1}: ${problem}`,
      ),
    ),
    ...findNameProblems(flow),
  ]);
}

function findIntentProblems(flow: Flow, intents: readonly string[]): string[] {
  const unknown = flow.intents.filter((intent) => !intents.includes(intent));
  const problems = unknown.map(
    (intent) => `${flow.name}: there is no intent ${intent}. Describe it in config/intents`,
  );
  const starts = flow.intents.length > 0 || flow.phrases.length > 0 || flow.after !== undefined;
  return starts ? problems : [...problems, `${flow.name}: nothing starts it. Give it intents or phrases`];
}

function findStepProblems(flow: Flow, step: Step, tools: readonly Tool[]): string[] {
  const targets = [step.goto, step.call?.failed].filter((target) => target !== undefined);
  const problems = targets
    .filter((target) => flow.steps.every(({ id }) => id !== target))
    .map((target) => `there is no step ${target}. Give a step this id`);
  if (step.ask !== undefined && flow.slots[step.ask]?.ask === undefined)
    problems.push(`there is no question for ${step.ask}. Describe the slot, with ask`);
  if (step.call === undefined) return problems;
  const tool = tools.find((each) => each.name === step.call?.tool);
  if (tool === undefined) {
    problems.push(
      `there is no tool ${step.call.tool}. There are ${tools.map((each) => each.name).join(", ")}`,
    );
  } else if (tool.effect === "write" && step.call.confirm === undefined) {
    problems.push(
      `${tool.name} changes something. Add confirm, which repeats what matters and asks for a yes`,
    );
  }
  return problems;
}

const given = new Set(["memory", "problem", "company", "today", "problem", "person"]);

/** Names that no slot and no step before could have filled. */
function findNameProblems(flow: Flow): string[] {
  const known = new Set([
    ...given,
    ...Object.keys(flow.slots),
    ...flow.steps.flatMap(({ call }) => (call === undefined ? [] : [call.save])),
  ]);
  const used = flow.steps.flatMap((step) => [
    ...(step.when === undefined ? [] : [step.when.path.split(".")[0] ?? ""]),
    ...(step.call === undefined ? [] : namesInArguments(step.call.with)),
  ]);
  const lists = Object.values(flow.slots).flatMap((slot) =>
    slot.type === "item" || slot.type === "items" ? [slot.from.split(/[.[]/)[0] ?? ""] : [],
  );
  const remembered = Object.values(flow.remember).flatMap(namesIn);
  return [...new Set([...used, ...lists, ...remembered])]
    .filter((name) => !known.has(name))
    .map((name) => `${flow.name}: nothing fills ${name}. Name a slot or the save of a call`);
}

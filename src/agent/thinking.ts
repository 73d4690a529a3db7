import type { Tool } from "../core/tool.ts";
import { askAgent } from "./ask-agent.ts";
import type { CheckedTry } from "./check/answer-checked.ts";
import { thinkChecked } from "./checked-thinking.ts";
import { createConversationPrompt } from "./conversation-prompt.ts";
import type { Course, Thinking } from "./course.ts";
import { decideDelegates, handToAgent } from "./delegation.ts";
import type { ModelOutcome, ModelReply } from "./model-reply.ts";
import { modelOutcome } from "./model-reply.ts";
import type { PromptMessage } from "./prompt-message.ts";
import type { ToolOutcome } from "./run-tool.ts";
import { askWithinBudget } from "./spend.ts";
import type { Thought } from "./thought.ts";
import { runToolCalls } from "./tool-belt.ts";

/** Thinks one turn to its end, checked where there is a check. */
export function runThinking(thinking: Thinking): Promise<Thought> {
  const learn: Course["learn"] = (texts, acted) => thinking.check?.learn(texts, acted);
  const pace = { written: new Map(), iterations: 0 };
  return runAgent(thinking, { pace, prefix: "", learn });
}

async function runAgent(thinking: Thinking, begun: Omit<Course, "prompt">): Promise<Thought> {
  const { chain, request, settings, prompts } = thinking;
  const role = chain.at(-1) ?? request.context.role;
  const isOwn = role === request.context.role;
  const told = isOwn ? request : { ...request, context: { ...request.context, role } };
  const prompt = await createConversationPrompt(told, settings, prompts, thinking.closeness);
  const course: Course = { ...begun, prompt };
  const { check, feed, spoken, clock } = thinking;
  if (check === undefined) return think(thinking, course);
  return thinkChecked({
    think: (own, again) => {
      if (again !== undefined) prompt.add(toAgain(again));
      return think({ ...thinking, spoken: own }, course);
    },
    check,
    feed,
    spoken,
    isOver: clock.isOver,
  });
}

/** Asks, runs the tools asked for, and asks again, until the model answers without a tool or a limit is reached. */
async function think(thinking: Thinking, course: Course): Promise<Thought> {
  const { settings, spoken, belt } = thinking;
  const { prompt, pace } = course;
  while (pace.iterations < settings.maxIterations) {
    const iteration = pace.iterations;
    pace.iterations += 1;
    thinking.clock.signal.throwIfAborted();
    const outcome = await askModel(thinking, course, iteration);
    if (outcome.kind === "failed") return toFailure(outcome);
    const { reply } = outcome;
    const isAnswer = reply.toolCalls.length === 0;
    spoken.finish(isAnswer && reply.cut ? `${reply.text.trimEnd()} …` : reply.text);
    if (isAnswer) return { kind: "thought", model: reply.model };
    if (pace.iterations === settings.maxIterations) break;
    const outcomes = await callTools(thinking, course, { reply, iteration });
    const unsure = outcomes.find(({ kind }) => kind === "uncertain");
    if (unsure !== undefined) return { kind: "failed", reason: "needs a person", detail: unsure.text };
    const acted = reply.toolCalls.some(({ name }, index) => hasActed(belt.find(name), outcomes[index]));
    course.learn(toEvidence(reply, outcomes), acted);
    prompt.add(toThought(reply, outcomes));
  }
  return {
    kind: "failed",
    reason: "too many steps",
    detail: `no answer after ${settings.maxIterations} model calls`,
  };
}

/** What another agent says is no evidence; what its tools gave has been learnt when they gave it. */
function toEvidence({ toolCalls }: ModelReply, outcomes: readonly ToolOutcome[]): readonly string[] {
  return outcomes.filter((_, index) => toolCalls[index]?.name !== handToAgent).map(({ text }) => text);
}

/** It changed something. What waits for a colleague, or goes on in the background, has done nothing yet. */
function hasActed(tool: Tool | undefined, outcome: ToolOutcome | undefined): boolean {
  return tool?.effect === "write" && outcome?.kind === "result" && !begunOnly.test(outcome.text);
}

const begunOnly = /^\{"(?:approval":"waiting|background":"running)"/u;

/** What stands already, as the model said it, and what was wrong with the rest. */
function toAgain({ shown, instruction = "" }: CheckedTry): PromptMessage[] {
  const stands = shown.trim();
  return [
    ...(stands === "" ? [] : [{ role: "assistant", text: stands } as const]),
    { role: "user", text: `[${instruction}]` },
  ];
}

async function askModel(
  thinking: Thinking,
  { prompt, prefix }: Course,
  iteration: number,
): Promise<ModelOutcome> {
  const { request, usage } = thinking;
  const step = await request.journal.step(
    {
      key: `${prefix}model:${iteration}`,
      kind: "model",
      name: thinking.ladder.name,
      // The rest of what is asked later stands in the steps before.
      input: iteration === 0 ? prompt.messages() : { messages: prompt.messages().length },
      repeatable: true,
    },
    async () => {
      const started = performance.now();
      const outcome = await askLadder(thinking, prompt);
      return {
        output: outcome,
        ok: outcome.kind === "replied",
        durationMs: performance.now() - started,
        costUsd: usage.costOf(outcome),
      };
    },
  );
  const outcome = modelOutcome.parse(step.output);
  usage.addModelCall(outcome);
  return outcome;
}

async function askLadder(thinking: Thinking, prompt: Course["prompt"]): Promise<ModelOutcome> {
  const { belt, clock, spoken, settings, request, purse, prices, mayAsk } = thinking;
  const onText = settings.enableStreaming ? spoken.show : undefined;
  const ask = () => {
    const question = { messages: prompt.messages(), tools: belt.definitions, onText, signal: clock.signal };
    const { context, history } = request;
    const call = { purse, prices, context, isFirst: history.length === 0, question, ...mayAsk };
    return askWithinBudget(call, (tier, bill) =>
      (tier === "cheap" ? thinking.cheap : thinking.ladder).ask({ ...question, ...bill }, clock.remainingMs),
    );
  };
  const outcome = await ask();
  const tooLong = outcome.kind === "failed" && outcome.reason === "too long";
  return tooLong && prompt.halveHistory() ? addBroken(outcome, await ask()) : outcome;
}

/** What the first try used is paid for, too. */
function addBroken({ broken = [] }: ModelOutcome, outcome: ModelOutcome): ModelOutcome {
  return broken.length === 0 ? outcome : { ...outcome, broken: [...broken, ...(outcome.broken ?? [])] };
}

function callTools(
  thinking: Thinking,
  course: Course,
  { reply, iteration }: { readonly reply: ModelReply; readonly iteration: number },
): Promise<ToolOutcome[]> {
  const { request, belt, clock, settings, mayCall, log, usage, cited } = thinking;
  const { prefix, pace } = course;
  const open = decideDelegates(thinking.delegates, thinking.chain);
  return runToolCalls(reply.toolCalls, iteration, {
    request,
    belt,
    clock,
    settings,
    mayCall,
    log,
    written: pace.written,
    ownWords: thinking.ownWords,
    prefix,
    delegate:
      open.length === 0
        ? undefined
        : (text, key) => askAgent(runAgent, { thinking, course }, { open, text, key }),
    onCall: usage.addToolCall,
    onOutcome: cited.add,
  });
}

function toThought(reply: ModelReply, outcomes: readonly ToolOutcome[]) {
  const results = reply.toolCalls.map((call, index) => {
    const outcome = outcomes[index];
    const text = outcome?.kind === "result" ? outcome.text : `Error: ${outcome?.text ?? "not run"}`;
    return { role: "tool", text, toolCallId: call.id } as const;
  });
  return [{ role: "assistant", text: reply.text, toolCalls: reply.toolCalls } as const, ...results];
}

function toFailure({ reason, detail }: Extract<ModelOutcome, { kind: "failed" }>): Thought {
  return { kind: "failed", reason: reason === "too long" ? "model unavailable" : reason, detail };
}

import type { AgentRequest } from "../core/agent.ts";
import type { Log } from "../core/log.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentSettings, ModelSettings } from "./agent-settings.ts";
import type { CheckedTry } from "./check/answer-checked.ts";
import type { TurnCheck } from "./check/answer-checks.ts";
import { thinkChecked } from "./checked-thinking.ts";
import type { ConversationPrompt } from "./conversation-prompt.ts";
import { createConversationPrompt } from "./conversation-prompt.ts";
import type { ModelLadder } from "./model-ladder.ts";
import type { ModelOutcome, ModelReply } from "./model-reply.ts";
import { modelOutcome } from "./model-reply.ts";
import type { MayCall, ToolOutcome } from "./run-tool.ts";
import type { Prices } from "./prices.ts";
import type { PromptMessage } from "./prompt-message.ts";
import { askWithinBudget, type Purse } from "./spend.ts";
import type { SpokenText } from "./spoken-text.ts";
import type { SystemPrompts } from "./system-prompt.ts";
import type { TextFeed } from "./text-feed.ts";
import type { Thought } from "./thought.ts";
import type { ToolBelt } from "./tool-belt.ts";
import { runToolCalls } from "./tool-belt.ts";
import type { TurnClock } from "./turn-clock.ts";
import type { CollectedCitations } from "./collect-citations.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** What one turn's thinking works with. */
interface Thinking {
  readonly request: AgentRequest;
  readonly settings: AgentSettings;
  readonly ladder: ModelLadder;
  /** The ladder that begins with the cheap models. */
  readonly cheap: ModelLadder;
  readonly mayAsk: { readonly wanted: readonly ModelSettings[]; readonly cheap: readonly ModelSettings[] };
  readonly purse: Purse | undefined;
  readonly prices: Prices;
  readonly belt: ToolBelt;
  readonly clock: TurnClock;
  /** Where the text goes while it is written, and the answer that stands in the end. */
  readonly feed: TextFeed;
  readonly spoken: SpokenText;
  /** Undefined where answers are not checked. */
  readonly check: TurnCheck | undefined;
  readonly usage: UsageMeter;
  readonly cited: CollectedCitations;
  readonly mayCall: MayCall | undefined;
  readonly log: Log;
  readonly prompts: SystemPrompts;
}

/** What a turn has thought so far; a second try goes on from it. */
interface Course {
  readonly prompt: ConversationPrompt;
  /** Write calls that were made: the same one again has no second effect. */
  readonly written: Map<string, ToolOutcome>;
  /** Model calls so far. */
  iterations: number;
}

/** Thinks one turn to its end, checked where there is a check. */
export async function runThinking(thinking: Thinking): Promise<Thought> {
  const prompt = await createConversationPrompt(thinking.request, thinking.settings, thinking.prompts);
  const course: Course = { prompt, written: new Map(), iterations: 0 };
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
  const { settings, spoken, check, belt } = thinking;
  const { prompt, written } = course;
  while (course.iterations < settings.maxIterations) {
    const iteration = course.iterations;
    course.iterations += 1;
    thinking.clock.signal.throwIfAborted();
    const outcome = await askModel(thinking, prompt, iteration);
    if (outcome.kind === "failed") return toFailure(outcome);
    const { reply } = outcome;
    const isAnswer = reply.toolCalls.length === 0;
    spoken.finish(isAnswer && reply.cut ? `${reply.text.trimEnd()} …` : reply.text);
    if (isAnswer) return { kind: "thought", model: reply.model };
    if (course.iterations === settings.maxIterations) break;
    const outcomes = await callTools(thinking, reply, iteration, written);
    const unsure = outcomes.find(({ kind }) => kind === "uncertain");
    if (unsure !== undefined) return { kind: "failed", reason: "needs a person", detail: unsure.text };
    const acted = reply.toolCalls.some(({ name }, index) => hasActed(belt.find(name), outcomes[index]));
    const texts = outcomes.map(({ text }) => text);
    check?.learn(texts, acted);
    prompt.add(toThought(reply, outcomes));
  }
  return {
    kind: "failed",
    reason: "too many steps",
    detail: `no answer after ${settings.maxIterations} model calls`,
  };
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
  prompt: ConversationPrompt,
  iteration: number,
): Promise<ModelOutcome> {
  const { request, usage } = thinking;
  const step = await request.journal.step(
    {
      key: `model:${iteration}`,
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

async function askLadder(thinking: Thinking, prompt: ConversationPrompt): Promise<ModelOutcome> {
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
  { request, belt, clock, settings, mayCall, log, usage, cited }: Thinking,
  reply: ModelReply,
  iteration: number,
  written: Map<string, ToolOutcome>,
): Promise<ToolOutcome[]> {
  const onCall = usage.addToolCall;
  return runToolCalls(reply.toolCalls, iteration, {
    request,
    belt,
    clock,
    settings,
    mayCall,
    log,
    written,
    onCall,
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

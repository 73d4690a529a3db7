import type { Agent, AgentAnswer, AgentRequest } from "../core/agent.ts";
import { StoodDownError } from "../core/errors.ts";
import { UnrepeatableStepError } from "../core/journal.ts";
import type { Log } from "../core/log.ts";
import type { Role, Tool } from "../core/tool.ts";
import type { AgentModels, AgentSettings, ModelSettings } from "./agent-settings.ts";
import type { AnswerChecks } from "./check/answer-checks.ts";
import type { AgentOutfit, Thinking } from "./course.ts";
import { decideDelegates, type Delegates } from "./delegation.ts";
import { createEditions, type Candidates } from "./editions.ts";
import { createAskOnce, type AnsweredOnce } from "./ask-once.ts";
import { sameForAll } from "./agent-settings.ts";
import { collectCitations } from "./collect-citations.ts";
import { createModelHealth } from "./model-health.ts";
import type { ModelCondition } from "./model-rung.ts";
import { createModelTiers, type Tier } from "./model-tiers.ts";
import { createPrices } from "./prices.ts";
import type { Closeness } from "./memory.ts";
import { hearOwnWords } from "./own-words.ts";
import type { MayCall } from "./run-tool.ts";
import type { Purse } from "./spend.ts";
import { createSpokenText } from "./spoken-text.ts";
import { createSummarizer, type SummarizeRequest, type WrittenSummary } from "./summarizer.ts";
import { createTextFeed } from "./text-feed.ts";
import type { AgentPrompts } from "./system-prompt.ts";
import { runThinking } from "./thinking.ts";
import type { Thought } from "./thought.ts";
import { createToolBelts } from "./tool-belt.ts";
import type { TurnClock } from "./turn-clock.ts";
import { createTurnClock } from "./turn-clock.ts";
import { createUsageMeter } from "./usage-meter.ts";

/** What an agent is made of. */
export interface AgentParts {
  readonly settings: AgentSettings;
  /** By agent and tier, or one chain for all. None is allowed and answers `no model configured`. */
  readonly models: AgentModels | readonly ModelSettings[];
  readonly tools: readonly Tool[];
  /** What each agent is told beside the general rules. */
  readonly prompts?: AgentPrompts | undefined;
  /** What some conversations try; see `AgentModels.candidates` for its models. */
  readonly candidates?: Candidates | undefined;
  /** Which agents may ask which others for help; without it none may. */
  readonly delegates?: Delegates | undefined;
  readonly log: Log;
  /** Asked before each tool call; without it all calls are allowed. */
  readonly mayCall?: MayCall;
  /** What model calls are paid from; without it nothing is counted or refused. */
  readonly purse?: Purse | undefined;
  /** Finds what of a long conversation is about the same as a question; without it only the newest is told. */
  readonly closeness?: Closeness | undefined;
  /** What each answer is held against before it counts as one; without it none is. */
  readonly checks?: AnswerChecks | undefined;
  /** How hard a question is; asked only for agents whose cheap model is another one. Without it: complex. */
  readonly routeOf?: ((request: AgentRequest) => Tier) | undefined;
  /** Milliseconds, for the health cache. */
  readonly now?: () => number;
}

/** An agent that can also prepare itself and shorten a history. */
export interface PreparedAgent extends Agent {
  /** Loads the model clients' code, so that the first turn does not pay for it. */
  warmUp(): Promise<void>;
  /** Names the prompt a conversation is answered with: part of the key of a cached answer. */
  promptVersion(context: AgentRequest["context"], persona: string): string;
  /** A summary that replaces older messages: by the cheap models within the day's money, or by picking sentences. Never rejects. */
  summarize(request: SummarizeRequest): Promise<WrittenSummary>;
  /** Whether there is a model at all. */
  readonly hasModels: boolean;
  /** Asks the cheap models something about a turn before it is answered, at temperature 0; see `createAskOnce`. */
  askOnce(request: AgentRequest, key: string, prompt: string): Promise<AnsweredOnce>;
  /** By name, how each model is doing right now. */
  conditions(): ReadonlyMap<string, ModelCondition>;
}

/**
 * The brain: a small loop over chat models and tools in which every model call and every tool call is a journaled
 * step. `onText` gets texts that only grow, but for the beginning of a sentence that the check holds. A model call that failed after some of its text was shown is gone on with
 * by the next model; only a half word or a half sentence that cannot be gone on with is replaced. The last text given of an answered turn is its body.
 */
export function createAgent({
  settings,
  models,
  tools,
  prompts: given,
  candidates = {},
  delegates = {},
  log,
  mayCall,
  purse,
  checks,
  routeOf,
  closeness,
  now = Date.now,
}: AgentParts): PreparedAgent {
  const tiers = createModelTiers({ models: isChain(models) ? sameForAll(models) : models, settings, log });
  const beltFor = createToolBelts(settings.enableToolCalling ? tools : []);
  const editionOf = createEditions(given, candidates);
  const prices = createPrices(settings.prices);
  const health = createModelHealth(tiers.models, now);
  const summarize = createSummarizer({
    ladder: tiers.ladderFor("customer", "simple"),
    models: tiers.modelsFor("customer", "simple"),
    purse,
    prices,
  });

  /** The last agent of the chain, with no more tools than the caller may use. */
  function outfitOf(chain: readonly Role[], request: AgentRequest): AgentOutfit {
    const { role: within, tenantId } = request.context;
    const role = chain.at(-1) ?? within;
    const { prompts, isCandidate } = editionOf(role, request.context);
    const route = () => (tiers.hasCheap(role, isCandidate) ? routeOf?.(request) : undefined);
    const tier = request.tier ?? route() ?? "complex";
    return {
      ladder: tiers.ladderFor(role, tier, isCandidate),
      cheap: tiers.ladderFor(role, "simple", isCandidate),
      mayAsk: {
        wanted: tiers.modelsFor(role, tier, isCandidate),
        cheap: tiers.modelsFor(role, "simple", isCandidate),
      },
      belt: beltFor({ role, tenantId, within, delegates: decideDelegates(delegates, chain) }),
      prompts,
      check: checks?.open(request, prompts.wordsOf(role, request.persona)),
    };
  }

  async function answer(request: AgentRequest): Promise<AgentAnswer> {
    const usage = createUsageMeter(prices);
    const clock = createTurnClock(request.signal, settings.turnTimeoutMs);
    const feed = createTextFeed(request.onText, clock.stop);
    const spoken = createSpokenText(feed);
    const cited = collectCitations();
    const { role } = request.context;
    const chain = [role];
    const outfit = outfitOf(chain, request);
    const ownWords = hearOwnWords(request, outfit.belt.find);
    const thinking: Thinking = {
      ...outfit,
      request,
      settings,
      purse,
      closeness,
      prices,
      clock,
      feed,
      spoken,
      usage,
      cited,
      ownWords,
      mayCall,
      log,
      chain,
      delegates,
      outfitOf,
    };
    const { name: edition, prompts } = editionOf(role, request.context);
    const promptVersion = prompts.versionOf(role, request.persona);
    try {
      const thought = tiers.models.length === 0 ? noModel : await endWell(runThinking(thinking), clock);
      await feed.settle();
      if (thought.kind === "thought") {
        const { model, heldBack } = thought;
        const body = spoken.whole();
        return {
          kind: "answered",
          body,
          citations: cited.read(body),
          dialogue: ownWords.proposed(),
          model,
          promptVersion,
          edition,
          heldBack,
          usage: usage.read(),
        };
      }
      log.warn({ turnId: request.context.turnId, ...thought }, "turn not answered");
      return { ...thought, promptVersion, edition, usage: usage.read() };
    } finally {
      clock.end();
    }
  }

  return {
    answer,
    health,
    conditions: tiers.conditions,
    askOnce: createAskOnce({ tiers, purse, prices }),
    promptVersion: (context, persona) =>
      editionOf(context.role, context).prompts.versionOf(context.role, persona),
    async warmUp() {
      await tiers.load();
    },
    summarize,
    hasModels: tiers.models.length > 0,
  };
}

function isChain(models: AgentModels | readonly ModelSettings[]): models is readonly ModelSettings[] {
  return Array.isArray(models);
}

const noModel: Thought = {
  kind: "failed",
  reason: "no model configured",
  detail: "no model is set: set OPENAI_API_KEY",
};

/** Tells the ends that are an outcome of the turn from those that stop it. */
async function endWell(thinking: Promise<Thought>, clock: TurnClock): Promise<Thought> {
  try {
    return await thinking;
  } catch (cause) {
    if (cause instanceof StoodDownError) throw cause;
    if (cause instanceof UnrepeatableStepError) {
      return { kind: "failed", reason: "needs a person", detail: cause.message };
    }
    if (clock.isOver()) return { kind: "failed", reason: "out of time", detail: "the turn's time is over" };
    clock.signal.throwIfAborted();
    throw cause;
  }
}

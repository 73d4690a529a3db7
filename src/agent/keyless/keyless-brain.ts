import type { AgentAnswer, AgentRequest, Usage } from "../../core/agent.ts";
import type { Citation } from "../../core/reply.ts";
import { StoodDownError } from "../../core/errors.ts";
import { UnrepeatableStepError } from "../../core/journal.ts";
import type { Log } from "../../core/log.ts";
import { parseJson } from "../../core/parse-json.ts";
import type { Tool } from "../../core/tool.ts";
import type { Understand } from "../../core/understanding.ts";
import { createFaqIndex } from "../faq/faq-index.ts";
import { parseDialogue, type Dialogue } from "../flows/dialogue.ts";
import { putAwayStale, startFlow, takeResult, type FlowMessage } from "../flows/flow-engine.ts";
import type { Move } from "../flows/flow-moves.ts";
import type { Next, Said } from "../flows/run-flow.ts";
import { createPhrases } from "../phrases/phrases.ts";
import { lookUp } from "../phrases/template.ts";
import { askedText } from "../asked-text.ts";
import type { MayCall } from "../run-tool.ts";
import { createTurnClock } from "../turn-clock.ts";
import { createPrices } from "../prices.ts";
import { createUsageMeter } from "../usage-meter.ts";
import type { BrainConfig } from "./brain-config.ts";
import { decideAnswer } from "./decide-answer.ts";
import type { BrainHouse, Decided } from "./decided.ts";
import { createFlowTools } from "./flow-tools.ts";

/** What one company's brain is made of. */
export interface BrainParts {
  readonly config: BrainConfig;
  /**
   * What this turn's messages are understood with. Loaded when the first one comes: it costs more memory than
   * everything else. `onUsed` is told what a model's help in it used.
   */
  readonly understand: (request: AgentRequest, onUsed: (used: Usage) => void) => Promise<Understand>;
  readonly tools: readonly Tool[];
  readonly turnTimeoutMs: number;
  /** The company's language, for whoever tells none. */
  readonly language?: string | undefined;
  /** Where the company is, and what its flows are about happens; where nothing is said, the person's days count. */
  readonly timeZone?: string | undefined;
  readonly mayCall?: MayCall | undefined;
  /** Looks in the company's documents for what nothing was written for. A failure is no answer and not thrown. */
  readonly lookUp?: LookUp | undefined;
  readonly log: Log;
}

/** What a company's documents say to a question, for those who read along; undefined where they say nothing. */
export type LookUp = (question: string, request: AgentRequest) => Promise<FoundAnswer | undefined>;

export interface FoundAnswer {
  readonly body: string;
  readonly citations: readonly Citation[];
  /** The documents contradict each other, and the body has both. */
  readonly disagree: boolean;
}

/** Answers without a model: from flows, written answers and templates. */
export interface KeylessBrain {
  /** `limited`: models there are, but none answers; the person is told. Rejects like an agent. */
  answer(request: AgentRequest, options?: { readonly limited?: boolean }): Promise<AgentAnswer>;
}

const mostCalls = 10;
const nameOfBrain = "flows";

/** Made once for a company, used by all its conversations; it keeps nothing between turns. */
export function createKeylessBrain(parts: BrainParts): KeylessBrain {
  const { config, log } = parts;
  const faq = config.faq && createFaqIndex(config.faq);
  const callTool = createFlowTools(parts);

  async function answer(request: AgentRequest, { limited = false } = {}): Promise<AgentAnswer> {
    const usage = createUsageMeter(createPrices([]));
    const clock = createTurnClock(request.signal, parts.turnTimeoutMs);
    try {
      const news = toNews(request);
      if (request.questions.length === 0 && news.length > 0) return tellNews(request, news);
      const understand = await parts.understand(request, usage.add);
      const { message, house, dialogue } = prepare(request, understand, limited);
      const stale = putAwayStale(dialogue, house);
      const decided = await lookBeforeMissing(decideAnswer(stale.dialogue, message, house), {
        before: stale.dialogue,
        request,
        message,
        house,
      });
      tell(request, message, decided);
      const said: Said[] = [...news.map((body) => ({ body })), ...stale.said, ...decided.said];
      let move: Move = decided;
      for (let place = 0; move.next.kind === "call"; place += 1) {
        if (place === mostCalls) return fail("too many steps", `no answer after ${mostCalls} tool calls`);
        clock.signal.throwIfAborted();
        const call = move.next;
        const outcome = await callTool({ request, call, place, clock, onCall: usage.addToolCall });
        if (outcome.ok === "uncertain") return fail("needs a person", outcome.problem);
        move = takeResult(move.dialogue, outcome, house);
        said.push(...move.said);
      }
      const ended = offer(move, message, house);
      return toAnswer({ said: [...said, ...ended.said], move: ended.move, decided, message, house });
    } catch (cause) {
      if (cause instanceof StoodDownError) throw cause;
      if (cause instanceof UnrepeatableStepError) return fail("needs a person", cause.message);
      if (clock.isOver()) return fail("out of time", "the turn's time is over");
      throw cause;
    } finally {
      clock.end();
    }

    function fail(reason: Extract<AgentAnswer, { kind: "failed" }>["reason"], detail: string): AgentAnswer {
      log.warn({ turnId: request.context.turnId, reason, detail }, "turn not answered");
      return { kind: "failed", reason, detail, usage: usage.read() };
    }

    function tellNews({ dialogue }: AgentRequest, news: readonly string[]): AgentAnswer {
      const body = news.join("\n\n");
      return { kind: "answered", body, citations: [], dialogue, model: nameOfBrain, usage: usage.read() };
    }

    function toAnswer(ended: Ended): AgentAnswer {
      return { ...toReply(ended, request), usage: usage.read() };
    }
  }

  /** What became of calls that colleagues approved, in the tools' own words for people. */
  function toNews({ done = [], language = parts.language ?? "en" }: AgentRequest): string[] {
    const phrases = createPhrases(config.phrases, language);
    return done.map(({ ok, text }) => {
      if (!ok) return phrases.say("notDone", { problem: text });
      const message = lookUp(parseJson(text), "message");
      return typeof message === "string" ? message : phrases.say("doneForYou");
    });
  }

  /** What is not written anywhere else may stand in a document. */
  async function lookBeforeMissing(
    decided: Decided,
    { before, request, message, house }: Looking,
  ): Promise<Decided> {
    const found = decided.missed === true ? await parts.lookUp?.(message.text, request) : undefined;
    if (found === undefined) return decided;
    const body = found.disagree ? `${house.phrases.say("disagree")}\n\n${found.body}` : found.body;
    const dialogue = { ...before, misses: 0 };
    return {
      dialogue,
      said: [{ body }],
      next: { kind: "wait" },
      citations: found.citations,
      because: "documents",
    };
  }

  function prepare(request: AgentRequest, understand: Understand, limited: boolean) {
    const { now } = request.context;
    // What a company's flows are about happens where the company is: tonight is tonight there.
    const timeZone = parts.timeZone ?? request.context.timeZone;
    const dialogue = parseDialogue(request.dialogue, now);
    const context = {
      now,
      timeZone,
      locale: request.locale,
      knownLanguage: request.language,
      fallbackLanguage: parts.language,
      sentimentBefore: dialogue.sentiment,
    };
    const text = askedText(request);
    const understood = understand(text, context);
    const house: BrainHouse = {
      book: config.book,
      faq,
      phrases: createPhrases(config.phrases, understood.language),
      starters: config.phrases?.starters ?? [],
      company: request.company,
      today: toDay(now, timeZone),
      limited,
      understandAgain: (earlier) => understand(earlier, context),
    };
    return { message: { text, understood }, house, dialogue };
  }

  /** One line a turn: what was meant, never what was said. */
  function tell({ context }: AgentRequest, { understood }: FlowMessage, decided: Decided): void {
    const { intent, confidence, language, sentiment, route, source } = understood;
    log.info(
      {
        conversation_id: context.conversationId,
        company_id: context.tenantId,
        intent: intent ?? "none",
        confidence: round(confidence),
        language,
        sentiment: round(sentiment),
        route,
        source,
        decision: decided.because,
        phase: decided.dialogue.phase,
      },
      "understood",
    );
  }

  return { answer };
}

interface Looking {
  readonly before: Dialogue;
  readonly request: AgentRequest;
  readonly message: FlowMessage;
  readonly house: BrainHouse;
}

interface Ended {
  readonly said: readonly Said[];
  readonly move: Move;
  readonly decided: Decided;
  readonly message: FlowMessage;
  readonly house: BrainHouse;
}

/** A flow that begins by itself, once, where nothing else is going on. */
function offer(move: Move, message: FlowMessage, house: BrainHouse): { move: Move; said: readonly Said[] } {
  const answered = move.dialogue.answered + 1;
  const counted: Move = { ...move, dialogue: { ...move.dialogue, answered } };
  const isIdle =
    move.next.kind === "wait" && move.dialogue.active === undefined && move.dialogue.unsure === undefined;
  const flow = house.book.flows.find(
    ({ name, after, unless }) =>
      after !== undefined &&
      answered >= after &&
      !move.dialogue.offered.includes(name) &&
      (unless === undefined || lookUp({ memory: move.dialogue.memory }, unless) === undefined),
  );
  if (!isIdle || flow === undefined) return { move: counted, said: [] };
  const offered = [...move.dialogue.offered, flow.name];
  const begun = startFlow({ ...counted.dialogue, offered }, flow, { ...message, text: "" }, house);
  return begun.next.kind === "wait" ? { move: begun, said: begun.said } : { move: counted, said: [] };
}

function toReply(
  { said, move, decided, message, house }: Ended,
  { context }: AgentRequest,
): Omit<Extract<AgentAnswer, { kind: "answered" }>, "usage"> {
  const { language, conversationSentiment } = message.understood;
  const suggestions = said.findLast((each) => each.suggestions !== undefined)?.suggestions ?? [];
  const limited = house.limited ? [house.phrases.say("limited")] : [];
  const { next } = move;
  const dialogue: Dialogue = {
    ...move.dialogue,
    // After an error everything begins anew.
    phase: move.dialogue.phase === "ERROR" ? "GREETING" : move.dialogue.phase,
    sentiment: next.kind === "hand over" ? 0.5 : conversationSentiment,
    at: context.now.getTime(),
  };
  return {
    kind: "answered",
    body: [...limited, ...said.map(({ body }) => body)].filter((body) => body.trim() !== "").join("\n\n"),
    citations: decided.citations,
    suggestions,
    ...(next.kind === "hand over" && { handOver: toHandOver(next) }),
    ...(house.limited && decided.missed === true && { canned: true }),
    dialogue,
    language,
    model: nameOfBrain,
  };
}

function toHandOver({ queue, reason }: Extract<Next, { kind: "hand over" }>) {
  return { action: "escalate_to_agent", queue, reason } as const;
}

/** YYYY-MM-DD where the person is; in UTC where nobody knows. */
function toDay(now: Date, timeZone: string | undefined): string {
  const shown = (zone: string) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(now);
  try {
    return shown(timeZone ?? "UTC");
  } catch {
    return shown("UTC");
  }
}

function round(share: number): number {
  return Math.round(share * 100) / 100;
}

import type { Agent, AgentAnswer, AgentRequest } from "../../core/agent.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { AnswerCache, CachedAnswer, CacheScope } from "./answer-cache.ts";
import type { AskedQuestion } from "./decide-caching.ts";

interface WithAnswerCacheParts {
  readonly cache: AnswerCache;
  /** What a company's answers rest on, by a name that changes with it; undefined where none may be given again. */
  readonly knowledgeVersionOf: (tenantId: TenantId) => string | undefined;
  readonly promptVersionOf: (request: AgentRequest) => string;
  /** The language a question is clearly asked in; without it only the same question is found, never a similar one. */
  readonly hearLanguage?: ((request: AgentRequest) => string | undefined) | undefined;
  readonly log: Log;
}

// Where a model failed so, what it said before is better than nothing.
const insteadOf: ReadonlySet<string> = new Set([
  "model unavailable",
  "empty answer",
  "over budget",
  "too many steps",
]);

/**
 * The same agent, which does not think twice about what it was asked before: an answer that may be told to others is
 * given again, to the same audience and in the same language, and an older one where no model answers.
 */
export function withAnswerCache<A extends Agent>(agent: A, parts: WithAnswerCacheParts): A {
  const { cache, log } = parts;

  async function answer(request: AgentRequest): Promise<AgentAnswer> {
    const scope = toScope(request, parts);
    if (scope === undefined || request.questions.length === 0 || (request.done ?? []).length > 0)
      return agent.answer(request);
    const asked = toAsked(request, parts.hearLanguage?.(request));
    const known = await cache.find(scope, asked, request.signal);
    if (known !== undefined) return toAnswer(known, scope, "fresh");
    const answered = await agent.answer(request);
    if (answered.kind === "answered") {
      void keep(scope, asked, { request, answered });
      return answered;
    }
    if (!insteadOf.has(answered.reason) || answered.usage.toolCalls > 0) return answered;
    const old = await cache.findOld(scope, asked);
    if (old === undefined) return answered;
    log.info(
      { turnId: request.context.turnId, reason: answered.reason },
      "an earlier answer was given again",
    );
    return { ...toAnswer(old, scope, "old"), usage: answered.usage };
  }

  async function keep(
    scope: CacheScope,
    asked: AskedQuestion,
    { request, answered }: { request: AgentRequest; answered: Extract<AgentAnswer, { kind: "answered" }> },
  ): Promise<void> {
    const { body, citations, suggestions, model, usage, handOver, dialogue, heldBack = 0 } = answered;
    const given = {
      body,
      citations,
      suggestions,
      model,
      toolCalls: usage.toolCalls,
      handedOver: handOver !== undefined,
      hasDialogue: dialogue !== undefined,
      hasFiles: false,
      personalized: isPersonal(request),
      confidence: undefined,
      held: heldBack > 0,
      names: [...request.history, ...request.questions].flatMap(({ name }) =>
        name === undefined ? [] : [name],
      ),
    };
    const kept = await cache.keep(scope, asked, given, request.signal);
    const { turnId } = request.context;
    log.debug({ turnId, ...kept }, "answer looked at for others");
  }

  return { ...agent, answer };
}

function toScope(request: AgentRequest, parts: WithAnswerCacheParts): CacheScope | undefined {
  const { context, language, locale } = request;
  const { tenantId, audience, role } = context;
  const knowledgeVersion = parts.knowledgeVersionOf(tenantId);
  if (knowledgeVersion === undefined || audience === undefined) return undefined;
  return {
    tenantId,
    audience,
    agent: role,
    language: language ?? locale?.split("-")[0] ?? "",
    knowledgeVersion,
    promptVersion: parts.promptVersionOf(request),
  };
}

/** A model that was told of the person, or of what was said before, may have answered by it. */
function isPersonal({ history, summary, profile }: AgentRequest): boolean {
  const { preferences = {}, history: items = [] } = profile ?? {};
  return (
    history.length > 0 || summary !== undefined || Object.keys(preferences).length > 0 || items.length > 0
  );
}

function toAsked(
  { questions, history, summary, language, dialogue }: AgentRequest,
  heard: string | undefined,
): AskedQuestion {
  const texts = questions.map(({ text }) => text);
  return {
    questions: texts,
    language,
    heard,
    hasHistory: history.length > 0 || summary !== undefined,
    hasDialogue: dialogue !== undefined,
    hasAttachments: texts.some((text) => /^\[attached: /mu.test(text)),
  };
}

function toAnswer(
  { body, citations, suggestions, model }: CachedAnswer,
  { promptVersion }: CacheScope,
  fromCache: "fresh" | "old",
): Extract<AgentAnswer, { kind: "answered" }> {
  return {
    kind: "answered",
    body: fromCache === "old" ? `${body}\n\n${oldLine}` : body,
    citations,
    suggestions,
    model,
    promptVersion,
    fromCache,
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  };
}

const oldLine =
  "_This is what I answered to the same question earlier: I can't look it up anew right now. A person can help you, too._";

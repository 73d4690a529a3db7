import type { Agent, AgentAnswer, AgentRequest, Usage } from "../core/agent.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Understand, Understanding } from "../core/understanding.ts";
import { askedText } from "./asked-text.ts";
import { addUsage } from "./usage-meter.ts";

/** What one turn's messages are understood with; `onUsed` is told what a model's help in it used. */
export type UnderstandTurn = (request: AgentRequest, onUsed: (used: Usage) => void) => Promise<Understand>;

interface WithUnderstandingParts {
  /** Undefined for companies whose messages need not be understood before a model answers them. */
  readonly understandFor: (tenantId: TenantId) => UnderstandTurn | undefined;
  readonly log: Log;
}

/**
 * The same agent, told before each answer what is meant: a complaint or a message that is hard is asked of the strong
 * models, and the language that was heard is the person's from now on.
 */
export function withUnderstanding<A extends Agent>(agent: A, parts: WithUnderstandingParts): A {
  async function answer(request: AgentRequest): Promise<AgentAnswer> {
    const understandTurn = parts.understandFor(request.context.tenantId);
    if (understandTurn === undefined || request.questions.length === 0) return agent.answer(request);
    let used: Usage | undefined;
    const understand = await understandTurn(request, (usage) => (used = usage));
    const understood = understand(askedText(request), {
      now: request.context.now,
      timeZone: request.context.timeZone,
      locale: request.locale,
      knownLanguage: request.language,
    });
    tell(request, understood);
    const tier = request.tier ?? (needsStrong(understood) ? "complex" : undefined);
    const answered = await agent.answer({ ...request, tier, language: understood.language });
    const usage = used === undefined ? answered.usage : addUsage(answered.usage, used);
    return answered.kind === "failed"
      ? { ...answered, usage }
      : { language: understood.language, confidence: understood.confidence, ...answered, usage };
  }

  /** One line a turn: what was meant, never what was said. */
  function tell({ context }: AgentRequest, understood: Understanding): void {
    const { intent = "none", confidence, language, sentiment, route, source } = understood;
    const { conversationId: conversation_id, tenantId: company_id } = context;
    parts.log.info(
      { conversation_id, company_id, intent, confidence, language, sentiment, route, source },
      "understood",
    );
  }

  return { ...agent, answer };
}

function needsStrong({ route, handling }: Understanding): boolean {
  return route === "complex" || handling === "complaint";
}

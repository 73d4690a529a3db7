import { agentSettings, modelSettings } from "../../src/agent/agent-settings.ts";
import type { AgentSettings, ModelSettings } from "../../src/agent/agent-settings.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import type { ContactId, ConversationId, TenantId, TurnId } from "../../src/core/ids.ts";
import { parseId } from "../../src/core/ids.ts";
import { UnrepeatableStepError } from "../../src/core/journal.ts";
import type { Journal, StepIntent, StepOutcome } from "../../src/core/journal.ts";
import { defineTool } from "../../src/core/tool.ts";
import type { Tool } from "../../src/core/tool.ts";
import { z } from "zod";

/** A journal that keeps what a database would: intents before, outcomes after, both as JSON. */
export interface MemoryJournal extends Journal {
  readonly intents: Map<string, StepIntent>;
  readonly outcomes: Map<string, StepOutcome>;
}

/** Starts empty; handed to a second turn it replays. */
export function createMemoryJournal(): MemoryJournal {
  const intents = new Map<string, StepIntent>();
  const outcomes = new Map<string, StepOutcome>();
  return {
    intents,
    outcomes,
    async step(intent, effect) {
      const known = outcomes.get(intent.key);
      if (known !== undefined) return known;
      if (intents.has(intent.key) && !intent.repeatable) throw new UnrepeatableStepError(intent.key);
      intents.set(intent.key, JSON.parse(JSON.stringify(intent)) as StepIntent);
      const outcome = JSON.parse(JSON.stringify(await effect())) as StepOutcome;
      outcomes.set(intent.key, outcome);
      return outcome;
    },
  };
}

/** Settings whose waits are milliseconds. */
export function quickSettings(overrides: Partial<AgentSettings> = {}): AgentSettings {
  return {
    ...agentSettings.parse({ retry: { minMs: 1, maxMs: 4 }, turnTimeoutMs: 20_000 }),
    ...overrides,
  };
}

/** A model behind a local URL. */
export function aModel(baseURL: string, overrides: Partial<ModelSettings> = {}): ModelSettings {
  return {
    ...modelSettings.parse({ provider: "openai", apiKey: "sk-test", model: "gpt-4o-mini", baseURL }),
    ...overrides,
  };
}

/** A turn of a customer who asks `question`; `shown` collects what `onText` was given. */
export function aRequest(
  question: string,
  overrides: Partial<AgentRequest> = {},
): { readonly request: AgentRequest; readonly shown: string[] } {
  const shown: string[] = [];
  const request: AgentRequest = {
    context: {
      tenantId: parseId<TenantId>("00000000-0000-4000-8000-000000000001"),
      conversationId: parseId<ConversationId>("00000000-0000-4000-8000-000000000002"),
      contactId: parseId<ContactId>("00000000-0000-4000-8000-000000000003"),
      turnId: parseId<TurnId>("00000000-0000-4000-8000-000000000004"),
      role: "customer",
      audience: "direct",
      now: new Date("2026-03-01T12:00:00Z"),
      timeZone: "Europe/Berlin",
    },
    company: "Acme",
    persona: "",
    summary: undefined,
    history: [],
    questions: [{ role: "user", text: question }],
    journal: createMemoryJournal(),
    onText: (text) => void shown.push(text),
    signal: new AbortController().signal,
    ...overrides,
  };
  return { request, shown };
}

/** A tool that does what it is told; defaults are a harmless read. */
export function aTool(overrides: Partial<Tool<{ subject: string }, unknown>> = {}): Tool {
  return defineTool<{ subject: string }, unknown>({
    name: "look_up",
    description: "Looks something up.",
    input: z.strictObject({ subject: z.string() }),
    output: z.unknown(),
    roles: ["customer", "staff"],
    effect: "read",
    repeatable: true,
    approval: "none",
    timeoutMs: 5_000,
    cost: 0,
    run: async ({ subject }) => ({ found: subject }),
    ...overrides,
  });
}

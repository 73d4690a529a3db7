import { z } from "zod";
import type { Role } from "../core/tool.ts";

const milliseconds = z.int().min(1);

/** One chat model behind one endpoint. */
export const modelSettings = z
  .object({
    /** `openai` is anything that speaks its protocol. */
    provider: z.enum(["openai", "azure", "anthropic"]),
    apiKey: z.string().min(1),
    /** Without it the provider's own; for Azure the resource, such as https://acme.openai.azure.com. */
    baseURL: z.url().optional(),
    /** Azure only: asks `/openai/deployments/…` in this version; without it `/openai/v1`. */
    apiVersion: z.string().min(1).optional(),
    /** For Azure the deployment's name. */
    model: z.string().min(1),
    maxTokens: z.int().min(1).max(128_000).default(1500),
    temperature: z.number().min(0).max(2).default(0.7),
    /** One call from its first to its last byte; must stay below the lease of a turn. */
    timeoutMs: milliseconds.default(45_000),
    /** Until the first piece of the answer. */
    firstByteMs: milliseconds.default(20_000),
    /** Between two pieces of the answer. */
    idleMs: milliseconds.default(20_000),
  })
  .refine(({ provider, baseURL }) => provider !== "azure" || baseURL !== undefined, {
    path: ["baseURL"],
    message: "is missing: Azure models are behind the address of their resource",
  });

/** One model's price in US dollars per 1 000 tokens, and the day it was read (YYYY-MM-DD). */
export const modelPrice = z.object({
  model: z.string().min(1),
  inputPer1k: z.number().min(0),
  outputPer1k: z.number().min(0),
  asOf: z.iso.date(),
});

/** How a turn thinks: its limits, its retries, and what it may use. */
export const agentSettings = z.object({
  /** `ENABLE_TOOL_CALLING`: without it no tool is offered to a model. */
  enableToolCalling: z.boolean().default(true),
  /** `ENABLE_STREAMING`: without it a text is shown once it is complete. */
  enableStreaming: z.boolean().default(true),
  /** Model calls of one turn. */
  maxIterations: z.int().min(1).max(50).default(10),
  /** Tool calls run of those a model asks for at once; the others are answered with an error. */
  maxToolCalls: z.int().min(1).max(32).default(8),
  /** Bytes of one tool's result told to the model; more is cut. */
  maxToolResultBytes: z.int().min(200).default(20_000),
  turnTimeoutMs: milliseconds.default(60_000),
  /** Tokens of earlier messages told to the model. */
  historyTokens: z.int().min(0).max(8000).default(4000),
  /** Earlier messages told to the model. */
  window: z.int().min(3).max(20).default(10),
  /**
   * What is kept of the earlier messages: the newest `window` messages, the newest `exchanges`, all that fit, the `window`
   * closest in meaning to what is asked (`vector`), or the newest with the closest of the older ones (`hybrid`).
   */
  memory: z.enum(["window", "exchanges", "full", "vector", "hybrid"]).default("window"),
  exchanges: z.int().min(1).max(20).default(3),
  /** One policy for all models: the clients themselves never retry. */
  retry: z
    .object({
      attempts: z.int().min(1).max(5).default(3),
      minMs: z.int().min(0).default(2_000),
      maxMs: z.int().min(0).default(10_000),
    })
    .prefault({}),
  /** A model that failed so often in a row is left alone for a while. */
  breaker: z
    .object({ failures: z.int().min(1).default(5), openMs: milliseconds.default(15_000) })
    .prefault({}),
  prices: z.array(modelPrice).default([]),
});

/** The models of all agents: for plain questions, for the others, and what is asked when those fail. */
export interface AgentModels {
  readonly agents: Readonly<
    Record<Role, { readonly simple: readonly ModelSettings[]; readonly complex: readonly ModelSettings[] }>
  >;
  /** Asked before the agent's own in conversations that try a candidate. */
  readonly candidates?:
    | Readonly<
        Partial<
          Record<
            Role,
            { readonly simple: readonly ModelSettings[]; readonly complex: readonly ModelSettings[] }
          >
        >
      >
    | undefined;
  /** Asked last, by every agent. */
  readonly fallbacks: readonly ModelSettings[];
}

/** The same chain for every agent and every question. */
export function sameForAll(models: readonly ModelSettings[]): AgentModels {
  const both = { simple: models, complex: models };
  return { agents: { customer: both, staff: both, admin: both, analytics: both }, fallbacks: [] };
}

/** Settings of one model, defaults filled in. */
export type ModelSettings = z.output<typeof modelSettings>;

/** Settings of the agent, defaults filled in. */
export type AgentSettings = z.output<typeof agentSettings>;

/** A row of the price table. */
export type ModelPrice = z.output<typeof modelPrice>;

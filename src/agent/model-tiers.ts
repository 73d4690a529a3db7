import type { Role } from "../core/tool.ts";
import { roles } from "../core/tool.ts";
import type { Log } from "../core/log.ts";
import type { AgentModels, AgentSettings, ModelSettings } from "./agent-settings.ts";
import { endpointKey } from "./model-endpoint.ts";
import type { ModelLadder } from "./model-ladder.ts";
import { createModelLadder } from "./model-ladder.ts";
import type { ModelCondition, Rung } from "./model-rung.ts";
import { createRungs } from "./model-rung.ts";

/** How hard a question is. */
export type Tier = "simple" | "complex";

/** The ladders of all agents. */
export interface ModelTiers {
  /** Every model once, in the order they were named. */
  readonly models: readonly ModelSettings[];
  /** The agent's ladder: its tier's models in order, then its other tier's, then the fallbacks of all. */
  ladderFor(role: Role, tier: Tier, isCandidate?: boolean): ModelLadder;
  /** The models of that ladder. */
  modelsFor(role: Role, tier: Tier, isCandidate?: boolean): readonly ModelSettings[];
  /** The agent asks another model first where the question is simple. */
  hasCheap(role: Role, isCandidate?: boolean): boolean;
  /** The agent's cheap ladder for short answers that must be the same every time. */
  coolFor(role: Role): { readonly ladder: ModelLadder; readonly models: readonly ModelSettings[] };
  /** By name, how each model is doing. */
  conditions(): ReadonlyMap<string, ModelCondition>;
  /** Loads the code of every provider in use. */
  load(): Promise<void>;
}

interface TierParts {
  readonly models: AgentModels;
  readonly settings: Pick<AgentSettings, "retry" | "breaker">;
  readonly log: Log;
}

/** Builds the ladders once; a model that stands in several of them has one breaker. */
export function createModelTiers({ models, settings, log }: TierParts): ModelTiers {
  const rungFor = createRungs({ settings, log });
  const rungs = new Map<ModelSettings, Rung>();
  const named = new Map<string, ModelSettings>();
  const toRung = (model: ModelSettings): Rung => {
    const rung = rungs.get(model) ?? rungFor(model);
    rungs.set(model, rung);
    if (!named.has(modelKey(model))) named.set(modelKey(model), model);
    return rung;
  };
  const chains = new Map<string, readonly ModelSettings[]>();
  const ladders = new Map<string, ModelLadder>();
  for (const role of roles) {
    for (const tier of ["simple", "complex"] as const) {
      const usual = listChain(models, role, tier);
      const tried = models.candidates?.[role];
      const own = tried === undefined ? undefined : withoutDoubles([...tried[tier], ...usual]);
      for (const [isCandidate, chain] of [
        [false, usual],
        [true, own],
      ] as const) {
        if (chain === undefined) continue;
        const key = keyOf(role, tier, isCandidate);
        chains.set(key, chain);
        ladders.set(key, createModelLadder({ rungs: chain.map(toRung), settings, log }));
      }
    }
  }
  const find = <T>(all: ReadonlyMap<string, T>, role: Role, tier: Tier, isCandidate: boolean) =>
    (isCandidate ? all.get(keyOf(role, tier, true)) : undefined) ?? all.get(keyOf(role, tier, false));
  const modelsFor: ModelTiers["modelsFor"] = (role, tier, isCandidate = false) =>
    find(chains, role, tier, isCandidate) ?? [];
  const cooled = new Map<Role, ReturnType<ModelTiers["coolFor"]>>();
  const cool = (role: Role) => {
    const chain = modelsFor(role, "simple").map((model) => ({ ...model, ...coolAndShort }));
    // Breakers are shared by model and address, so what fails here is left alone there.
    const ladder = createModelLadder({ rungs: chain.map(rungFor), settings, log });
    const made = { ladder, models: chain };
    cooled.set(role, made);
    return made;
  };
  const none = createModelLadder({ rungs: [], settings, log });
  return {
    models: [...named.values()],
    ladderFor: (role, tier, isCandidate = false) => find(ladders, role, tier, isCandidate) ?? none,
    modelsFor,
    hasCheap(role, isCandidate) {
      const [cheap] = modelsFor(role, "simple", isCandidate);
      const [strong] = modelsFor(role, "complex", isCandidate);
      return cheap !== undefined && strong !== undefined && modelKey(cheap) !== modelKey(strong);
    },
    coolFor: (role) => cooled.get(role) ?? cool(role),
    conditions: () => new Map([...rungs.values()].map((rung) => [rung.name, rung.condition()])),
    load: async () => void (await Promise.all([...rungs.values()].map((rung) => rung.load()))),
  };
}

const coolAndShort = { temperature: 0, maxTokens: 300 };

function listChain({ agents, fallbacks }: AgentModels, role: Role, tier: Tier): readonly ModelSettings[] {
  const own = agents[role];
  const other = tier === "simple" ? own.complex : own.simple;
  return withoutDoubles([...own[tier], ...other, ...fallbacks]);
}

function keyOf(role: Role, tier: Tier, isCandidate: boolean): string {
  return `${role} ${tier}${isCandidate ? " candidate" : ""}`;
}

function withoutDoubles(chain: readonly ModelSettings[]): readonly ModelSettings[] {
  return chain.filter(
    (model, index) => chain.findIndex((before) => modelKey(before) === modelKey(model)) === index,
  );
}

function modelKey(model: ModelSettings): string {
  return `${endpointKey(model)} ${model.model}`;
}

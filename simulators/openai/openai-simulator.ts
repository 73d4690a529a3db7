import { type ApiParts, serveApi } from "./api-server.ts";
import type { Pace } from "./chat-endpoint.ts";
import { serveControl } from "./control-endpoint.ts";
import type { Controls } from "./controls.ts";
import type { Rule } from "./exchange.ts";
import type { FaultOrder } from "./fault.ts";
import { createFaultBook, type FaultHandle } from "./fault-book.ts";
import { type Fixture, toRule } from "./fixture.ts";
import { startListener } from "./listener.ts";
import { defaultModels, type ModelCard } from "./model-card.ts";
import { defaultModerationTerms, type ModerationTerms } from "./moderations-endpoint.ts";
import { createRandom } from "../kit/random.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";
import { createRequestLog } from "./request-log.ts";

/** How the local model API is set up; everything has a default. */
export interface OpenAiSimulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Without it any bearer key is good. */
  readonly apiKeys?: readonly string[];
  readonly models?: readonly ModelCard[];
  /** Asked first, in order. */
  readonly rules?: readonly Rule[];
  /** Asked after the rules, in order; then the default brain answers. */
  readonly fixtures?: readonly Fixture[];
  readonly faults?: readonly FaultOrder[];
  /** 0, the default, sends an answer at once. */
  readonly tokensPerSecond?: number;
  readonly firstTokenMs?: number;
  readonly limits?: RateLimits;
  /** What flags a text under each category, in place of the default terms. */
  readonly moderationTerms?: ModerationTerms;
  /** `counts` keeps no finished request, so memory stays flat however long it runs. */
  readonly record?: "full" | "counts";
  /** Requests kept under `full`; 10 000, the oldest dropped first. */
  readonly historyLimit?: number;
  /** Decides the fault probabilities: the same seed and requests, the same faults. */
  readonly seed?: number;
}

/** A running local model API and what steers it. */
export interface OpenAiSimulator extends Controls {
  /** Such as `http://127.0.0.1:4010/v1`. */
  readonly baseURL: string;
  readonly port: number;
  /** Asked before all earlier rules; the function given back takes it away. */
  addRule(rule: Rule): () => void;
  /** Breaks what is open and frees the port. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts a local stand-in for an OpenAI-compatible API. Rejects when the port is taken. */
export async function startOpenAiSimulator(options: OpenAiSimulatorOptions = {}): Promise<OpenAiSimulator> {
  const brain = createBrain(options);
  const keys = createKeys(options.apiKeys);
  const record = options.record ?? "full";
  const log = createRequestLog({ record, limit: options.historyLimit ?? 10_000 });
  const faults = createFaultBook(createRandom(options.seed ?? 1));
  let pace: Pace = { tokensPerSecond: options.tokensPerSecond ?? 0, firstTokenMs: options.firstTokenMs ?? 0 };

  const api: ApiParts = {
    log,
    faults,
    models: options.models ?? defaultModels,
    limits: createRateLimits(options.limits ?? { requestsPerMinute: 10_000, tokensPerMinute: 10_000_000 }),
    moderationTerms: options.moderationTerms ?? defaultModerationTerms,
    keepsBodies: record === "full",
    listRules: brain.list,
    pace: () => pace,
    acceptsKey: keys.accepts,
  };

  const host = options.host ?? "127.0.0.1";
  const listener = await startListener(
    (request, response) => {
      const isControl = (request.url ?? "").startsWith("/control/");
      void (isControl
        ? serveControl({ request, response }, simulator)
        : serveApi({ request, response }, api));
    },
    { host, port: options.port ?? 0 },
  );

  function fault(order: FaultOrder): FaultHandle {
    const handle = faults.add(order);
    if (isRefusal(order)) listener.refuse(order.ms);
    return { ...handle, remove: () => void removeFault(handle.id) };
  }

  function removeFault(id: number): boolean {
    const removed = faults.remove(id);
    if (!faults.list().some(({ order }) => isRefusal(order))) listener.accept();
    return removed;
  }

  const simulator: OpenAiSimulator = {
    baseURL: `http://${host}:${listener.port}/v1`,
    port: listener.port,
    addRule: brain.addRule,
    addFixtures: brain.addFixtures,
    clearFixtures: brain.clearFixtures,
    fault,
    listFaults: () => faults.list(),
    removeFault,
    clearFaults: () => {
      faults.clear();
      listener.accept();
    },
    setPace: (change) => {
      pace = { ...pace, ...change };
    },
    revokeKey: keys.revoke,
    restoreKey: keys.restore,
    history: () => log.history(),
    counts: () => log.counts(),
    waitFor: (predicate, wait) => log.waitFor(predicate, wait),
    reset: () => {
      log.reset();
      simulator.clearFaults();
    },
    stop: () => listener.stop(),
  };
  for (const order of options.faults ?? []) fault(order);
  return simulator;
}

function isRefusal(order: FaultOrder): order is FaultOrder & { kind: "outage" } {
  return order.kind === "outage" && order.mode === "refuse";
}

function createBrain(options: OpenAiSimulatorOptions) {
  const added: Rule[] = [];
  const given = options.rules ?? [];
  let fixtures = (options.fixtures ?? []).map(toRule);

  function addRule(rule: Rule): () => void {
    added.unshift(rule);
    return () => {
      const at = added.indexOf(rule);
      if (at >= 0) added.splice(at, 1);
    };
  }

  return {
    addRule,
    addFixtures: (more: readonly Fixture[]): void => {
      fixtures = [...more.map(toRule), ...fixtures];
    },
    clearFixtures: (): void => {
      fixtures = [];
    },
    list: (): readonly Rule[] => [...added, ...given, ...fixtures],
  };
}

function createKeys(allowed: readonly string[] | undefined) {
  const known = allowed === undefined ? undefined : new Set(allowed);
  const revoked = new Set<string>();
  return {
    accepts: (key: string): boolean =>
      key !== "" && !revoked.has(key) && (known === undefined || known.has(key)),
    revoke: (key: string): void => void revoked.add(key),
    restore: (key: string): void => {
      revoked.delete(key);
      known?.add(key);
    },
  };
}

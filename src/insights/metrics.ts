import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import { createKnowledgeMetrics, type KnowledgeMetrics } from "./knowledge-metrics.ts";
import { createStepMetrics, type StepMetrics } from "./step-metrics.ts";

/** What Baton counts. Labels are few and bounded: never an id of a person, a conversation or a tenant's secret. */
export interface Metrics extends StepMetrics, KnowledgeMetrics {
  readonly conversations: Counter<"channel" | "agent">;
  readonly tokensPerConversation: Histogram<"agent" | "model">;
  readonly costDollars: Counter<"agent" | "model">;
  /** Of one answer, US dollars; the target is at most 0.02. */
  readonly costPerAnswer: Histogram<"agent">;
  /** US dollars a day may cost: `all` for the deployment, else a company's slug. */
  readonly costLimit: Gauge<"company">;
  /** Model calls that a limit on money or tokens refused. */
  readonly overBudget: Counter<"scope">;
  /** Turns of agents with a cheap model, by the tier that was asked first. */
  readonly routed: Counter<"agent" | "tier">;
  /** What was put off because there was more to do than could be done: questions, background. */
  readonly shed: Counter<"what">;
  /** Messages refused by a limit. */
  readonly limited: Counter<"layer">;
  /** Looks into the cache of answers: exact, similar, miss, not cacheable. */
  readonly cacheLooks: Counter<"outcome">;
  /** Sentences the check held back: claim, promise, rule, leak. */
  readonly heldSentences: Counter<"why">;
  /** From receiving a message to the end of its answer, seconds. */
  readonly responseTime: Histogram<"channel" | "agent">;
  /** From receiving a message to the first visible text of its answer, seconds. */
  readonly firstVisible: Histogram<"channel">;
  readonly errors: Counter<"kind">;
  /** Envelopes taken in, by what became of them. */
  readonly accepted: Counter<"channel" | "outcome">;
  readonly turns: Counter<"outcome">;
  /** What Baton adds to the model's own time, seconds. */
  readonly turnOverhead: Histogram;
  readonly deliveries: Counter<"channel" | "outcome">;
  /** What people said of the help they got from colleagues: up, down. */
  readonly satisfaction: Counter<"thumb">;
  /** Tickets that were not dealt with in time: response, resolution. */
  readonly late: Counter<"what">;
  /** Tries to tell systems outside: delivered, retried, given up. */
  readonly outside: Counter<"outcome">;
  readonly httpRequests: Counter<"status">;
  /** Asked on every scrape; a failing look keeps the last values. */
  watchQueue(
    look: () => Promise<Readonly<Record<"waiting" | "delayed" | "active" | "failed", number>>>,
  ): void;
  /** Asked on every scrape for the day's spending so far, US dollars, by the same names as `costLimit`. */
  watchSpending(look: () => Promise<ReadonlyMap<string, number>>): void;
  /** Asked on every scrape for how each model is doing, by its name. */
  watchModels(look: () => ReadonlyMap<string, "well" | "probed" | "left alone">): void;
  /** Puts a number of somebody else's on the page; it is asked for on every scrape. */
  add(gauge: Gauge): void;
  /** The page Prometheus reads. */
  page(): Promise<{ readonly contentType: string; readonly body: string }>;
}

const answerSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60];
const overheadSeconds = [0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.1, 0.25, 1, 5];
const answerDollars = [0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1];
const tokenBuckets = [50, 100, 220, 300, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 64_000];

/** A registry of its own, so that two services in one process do not share numbers. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const depth = new Gauge({
    name: "baton_queue_jobs",
    help: "Jobs by state",
    labelNames: ["state"],
    registers: [],
  });

  const spentToday = new Gauge({
    name: "ai_cost_today_dollars",
    help: "Spent since midnight UTC, US dollars",
    labelNames: ["company"],
    registers: [],
  });
  const models = new Gauge({
    name: "baton_model_left_alone",
    help: "0: answers; 0.5: asked once after failures; 1: not asked after failures in a row",
    labelNames: ["model"],
    registers: [],
  });
  const cacheLooks = new Counter({
    name: "baton_answer_cache_total",
    help: "Looks into the answer cache by outcome",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "baton_answer_cache_hit_ratio",
    help: "Share of cacheable questions that the cache answered, since the start",
    registers,
    async collect() {
      this.set(toHitRatio((await cacheLooks.get()).values));
    },
  });

  return {
    ...createStepMetrics(registry),
    ...createKnowledgeMetrics(registry),
    conversations: new Counter({
      name: "ai_conversations_total",
      help: "Conversations begun",
      labelNames: ["channel", "agent"],
      registers,
    }),
    tokensPerConversation: new Histogram({
      name: "ai_tokens_per_conversation",
      help: "Tokens of one answer, in and out",
      labelNames: ["agent", "model"],
      buckets: tokenBuckets,
      registers,
    }),
    costDollars: new Counter({
      name: "ai_cost_dollars_total",
      help: "Spent on models, US dollars",
      labelNames: ["agent", "model"],
      registers,
    }),
    costPerAnswer: new Histogram({
      name: "ai_cost_per_answer_dollars",
      help: "Cost of one answer, US dollars",
      labelNames: ["agent"],
      buckets: answerDollars,
      registers,
    }),
    costLimit: new Gauge({
      name: "ai_cost_limit_dollars",
      help: "What a day may cost, US dollars",
      labelNames: ["company"],
      registers,
    }),
    overBudget: new Counter({
      name: "baton_over_budget_total",
      help: "Model calls refused by a limit on money or tokens, by the limit",
      labelNames: ["scope"],
      registers,
    }),
    routed: new Counter({
      name: "baton_routed_total",
      help: "Turns by the tier of models that was asked first",
      labelNames: ["agent", "tier"],
      registers,
    }),
    shed: new Counter({
      name: "baton_shed_total",
      help: "Put off because there was too much to do: questions, background",
      labelNames: ["what"],
      registers,
    }),
    limited: new Counter({
      name: "baton_limited_total",
      help: "Messages refused, by the limit that refused longest",
      labelNames: ["layer"],
      registers,
    }),
    cacheLooks,
    heldSentences: new Counter({
      name: "baton_held_sentences_total",
      help: "Sentences held back by the check, by why",
      labelNames: ["why"],
      registers,
    }),
    responseTime: new Histogram({
      name: "ai_response_time_seconds",
      help: "From message to complete answer",
      labelNames: ["channel", "agent"],
      buckets: answerSeconds,
      registers,
    }),
    firstVisible: new Histogram({
      name: "ai_first_visible_seconds",
      help: "From message to first visible text",
      labelNames: ["channel"],
      buckets: answerSeconds,
      registers,
    }),
    errors: new Counter({
      name: "ai_errors_total",
      help: "Answers that failed",
      labelNames: ["kind"],
      registers,
    }),
    accepted: new Counter({
      name: "baton_inbound_total",
      help: "Envelopes by outcome: accepted, duplicate, ignored, refused",
      labelNames: ["channel", "outcome"],
      registers,
    }),
    turns: new Counter({
      name: "baton_turns_total",
      help: "Turns by outcome",
      labelNames: ["outcome"],
      registers,
    }),
    turnOverhead: new Histogram({
      name: "baton_turn_overhead_seconds",
      help: "Reply time minus model time",
      buckets: overheadSeconds,
      registers,
    }),
    deliveries: new Counter({
      name: "baton_deliveries_total",
      help: "Deliveries by outcome: sent, retried, failed, unknown, reconciled",
      labelNames: ["channel", "outcome"],
      registers,
    }),
    satisfaction: new Counter({
      name: "baton_satisfaction_total",
      help: "What people said of the help they got from colleagues: up, down",
      labelNames: ["thumb"],
      registers,
    }),
    late: new Counter({
      name: "baton_sla_breaches_total",
      help: "Tickets that were not dealt with in time, by what was late: response, resolution",
      labelNames: ["what"],
      registers,
    }),
    outside: new Counter({
      name: "baton_webhooks_total",
      help: "Tries to tell systems outside by outcome: delivered, retried, given up",
      labelNames: ["outcome"],
      registers,
    }),
    httpRequests: new Counter({
      name: "baton_http_requests_total",
      help: "HTTP answers by class of status",
      labelNames: ["status"],
      registers,
    }),
    watchQueue(look) {
      registry.registerMetric(depth);
      // prom-client calls `collect` before every scrape.
      Object.assign(depth, {
        collect: () =>
          setAll(depth, async () => Object.entries(await look()).map(([state, jobs]) => [{ state }, jobs])),
      });
    },
    watchSpending(look) {
      registry.registerMetric(spentToday);
      Object.assign(spentToday, {
        collect: () =>
          setAll(spentToday, async () => [...(await look())].map(([company, usd]) => [{ company }, usd])),
      });
    },
    watchModels(look) {
      registry.registerMetric(models);
      Object.assign(models, {
        collect: () =>
          setAll(models, async () => [...look()].map(([model, state]) => [{ model }, leftAlone[state]])),
      });
    },
    add: (gauge) => registry.registerMetric(gauge),
    page: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
}

const leftAlone = { well: 0, probed: 0.5, "left alone": 1 } as const;

/** A share of nothing is nothing. */
function toHitRatio(looks: readonly { readonly value: number; readonly labels: object }[]): number {
  const count = (...outcomes: readonly string[]) =>
    looks
      .filter(({ labels }) => outcomes.includes(String(Reflect.get(labels, "outcome"))))
      .reduce((sum, { value }) => sum + value, 0);
  return count("exact", "similar") / Math.max(1, count("exact", "similar", "miss"));
}

async function setAll<Label extends string>(
  gauge: Gauge<Label>,
  look: () => Promise<readonly (readonly [Partial<Record<Label, string>>, number])[]>,
): Promise<void> {
  try {
    for (const [labels, value] of await look()) gauge.set(labels, value);
  } catch {
    // What does not answer must not take the other numbers away; /health says that it is down.
  }
}

import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What the steps of turns are counted by, and what turns are told apart by where a candidate is tried. */
export interface StepMetrics {
  /** Answers of agents that try a candidate. */
  readonly editionAnswers: Counter<"agent" | "edition" | "outcome">;
  readonly editionCost: Counter<"agent" | "edition">;
  /** From receiving a message to the end of its answer, seconds. */
  readonly editionTime: Histogram<"agent" | "edition">;
  /** Sentences the check held back. */
  readonly editionHeld: Counter<"agent" | "edition">;
  /** Model calls of one turn that asked a model; fewer than five on average are wanted. */
  readonly modelCalls: Histogram<"agent">;
  /** Tool calls by how they ended; more than 98 of 100 are to be well. */
  readonly toolCalls: Counter<"tool" | "outcome">;
  /** Of one tool call, seconds; two on average at most are wanted. */
  readonly toolTime: Histogram<"tool">;
}

const callBuckets = [1, 2, 3, 4, 5, 6, 8, 10, 20, 50];
const answerSeconds = [0.1, 0.5, 1, 2, 3, 5, 10, 30, 60];
const toolSeconds = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 300];

/** Counted where they happen; averages and shares are worked out when the page is asked for. */
export function createStepMetrics(registry: Registry): StepMetrics {
  const registers = [registry];
  const modelCalls = new Histogram({
    name: "ai_model_calls_per_turn",
    help: "Model calls of one turn; the target is below 5 on average",
    labelNames: ["agent"],
    buckets: callBuckets,
    registers,
  });
  new Gauge({
    name: "ai_model_calls_per_turn_average",
    help: "Model calls of a turn on average, since the start; the target is below 5",
    labelNames: ["agent"],
    registers,
    async collect() {
      for (const [agent, average] of toAverages(await modelCalls.get())) this.set({ agent }, average);
    },
  });
  const toolCalls = new Counter({
    name: "ai_tool_calls_total",
    help: "Tool calls by how they ended: ok, failed",
    labelNames: ["tool", "outcome"],
    registers,
  });
  new Gauge({
    name: "ai_tool_success_ratio",
    help: "Share of tool calls that ended well, since the start; the target is above 0.98",
    registers,
    async collect() {
      this.set(toShare((await toolCalls.get()).values));
    },
  });
  const labelNames = ["agent", "edition"] as const;
  return {
    editionAnswers: new Counter({
      name: "ai_edition_answers_total",
      help: "Answers by edition, stable or a candidate's name, and outcome",
      labelNames: [...labelNames, "outcome"],
      registers,
    }),
    editionCost: new Counter({
      name: "ai_edition_cost_dollars_total",
      help: "Spent on models by edition, US dollars",
      labelNames,
      registers,
    }),
    editionTime: new Histogram({
      name: "ai_edition_response_seconds",
      help: "From message to complete answer, by edition",
      labelNames,
      buckets: answerSeconds,
      registers,
    }),
    editionHeld: new Counter({
      name: "ai_edition_held_sentences_total",
      help: "Sentences held back by the check, by edition",
      labelNames,
      registers,
    }),
    modelCalls,
    toolCalls,
    toolTime: new Histogram({
      name: "ai_tool_call_seconds",
      help: "Time of one tool call; the target is below 2 seconds on average",
      labelNames: ["tool"],
      buckets: toolSeconds,
      registers,
    }),
  };
}

interface Counted {
  readonly metricName?: string | undefined;
  readonly value: number;
  readonly labels: object;
}

/** A histogram's values by agent: the sum of each over its count. */
function toAverages({ values }: { readonly values: readonly Counted[] }): ReadonlyMap<string, number> {
  const of = (ending: string) =>
    new Map(
      values
        .filter(({ metricName }) => metricName?.endsWith(ending))
        .map(({ labels, value }) => [labelOf(labels, "agent"), value]),
    );
  const counts = of("_count");
  return new Map([...of("_sum")].map(([agent, sum]) => [agent, sum / Math.max(1, counts.get(agent) ?? 0)]));
}

/** Nothing called is nothing failed. */
function toShare(values: readonly Counted[]): number {
  const all = values.reduce((sum, { value }) => sum + value, 0);
  const ok = values
    .filter(({ labels }) => labelOf(labels, "outcome") === "ok")
    .reduce((sum, { value }) => sum + value, 0);
  return all === 0 ? 1 : ok / all;
}

function labelOf(labels: object, name: string): string {
  return String(Reflect.get(labels, name));
}

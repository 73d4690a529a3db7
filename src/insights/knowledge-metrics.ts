import { Counter, Histogram, type Registry } from "prom-client";

/** How well documents are found. */
export interface KnowledgeMetrics {
  /** How much of a question the best passage speaks of, from 0 to 1; 0 where nothing was found. */
  readonly bestPassage: Histogram;
  /** Questions that were looked up in documents: found, unsure, nothing, failed. */
  readonly lookUps: Counter<"outcome">;
  /** Vectors of questions that were asked for: at hand, made. */
  readonly questionVectors: Counter<"outcome">;
}

const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

export function createKnowledgeMetrics(registry: Registry): KnowledgeMetrics {
  const registers = [registry];
  return {
    bestPassage: new Histogram({
      name: "baton_knowledge_relevance",
      help: "How much of a question the best passage speaks of, 0 to 1",
      buckets: shares,
      registers,
    }),
    lookUps: new Counter({
      name: "baton_knowledge_lookups_total",
      help: "Questions looked up in documents: found, unsure, nothing, failed",
      labelNames: ["outcome"],
      registers,
    }),
    questionVectors: new Counter({
      name: "baton_knowledge_vectors_total",
      help: "Vectors of questions: at hand, made",
      labelNames: ["outcome"],
      registers,
    }),
  };
}

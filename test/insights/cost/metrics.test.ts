import { expect, test } from "vitest";
import { createMetrics } from "../../../src/insights/metrics.ts";

test("R244, R245: money, limits, the cache and the check stand on the metrics page", async () => {
  const metrics = createMetrics();
  metrics.costPerAnswer.observe({ agent: "customer" }, 0.012);
  metrics.watchSpending(async () => new Map([["all", 12.5]]));
  metrics.watchModels(() => new Map([["openai:gpt-4o", "left alone"] as const]));
  metrics.limited.inc({ layer: "user minute" });
  metrics.cacheLooks.inc({ outcome: "exact" });
  metrics.cacheLooks.inc({ outcome: "miss" }, 3);
  metrics.cacheLooks.inc({ outcome: "not cacheable" }, 7);
  metrics.heldSentences.inc({ why: "claim" });
  const { body } = await metrics.page();
  expect(body).toContain('ai_cost_per_answer_dollars_bucket{le="0.02",agent="customer"} 1');
  expect(body).toContain('ai_cost_per_answer_dollars_bucket{le="0.01",agent="customer"} 0');
  expect(body).toContain('ai_cost_today_dollars{company="all"} 12.5');
  expect(body).toContain('baton_model_left_alone{model="openai:gpt-4o"} 1');
  expect(body).toContain('baton_limited_total{layer="user minute"} 1');
  expect(body).toContain('baton_answer_cache_total{outcome="exact"} 1');
  expect(body).toContain("baton_answer_cache_hit_ratio 0.25");
  expect(body).toContain('baton_held_sentences_total{why="claim"} 1');
});

import type { ModelSettings } from "./agent-settings.ts";
import { endpointKey, toModelListRequest } from "./model-endpoint.ts";

const freshMs = 30_000;
const probeTimeoutMs = 2_000;

/** Whether any of the models can be reached: asks each endpoint's `/models`, at most every 30 s, never longer than 2 s. */
export function createModelHealth(models: readonly ModelSettings[], now: () => number) {
  let checkedAt = Number.NEGATIVE_INFINITY;
  let checking: Promise<"ok" | "unavailable"> | undefined;
  return async (): Promise<"ok" | "unavailable" | "not configured"> => {
    if (models.length === 0) return "not configured";
    if (checking === undefined || now() - checkedAt >= freshMs) {
      checkedAt = now();
      checking = probeAll(models);
    }
    return checking;
  };
}

async function probeAll(models: readonly ModelSettings[]): Promise<"ok" | "unavailable"> {
  const endpoints = new Map(models.map((model) => [endpointKey(model), model]));
  const reached = await Promise.all([...endpoints.values()].map(isReachable));
  return reached.includes(true) ? "ok" : "unavailable";
}

async function isReachable(model: ModelSettings): Promise<boolean> {
  const { url, headers } = toModelListRequest(model);
  try {
    const response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(probeTimeoutMs),
    });
    await response.body?.cancel();
    // A compatible server need not list its models, and a busy one is still there.
    return response.ok || response.status === 404 || response.status === 405 || response.status === 429;
  } catch {
    return false;
  }
}

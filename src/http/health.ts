/** How one thing Baton depends on is doing. */
export type Condition = "healthy" | "degraded" | "unhealthy" | "not_configured";

/** Looks at what Baton depends on. A look that throws or takes too long means unhealthy. */
export interface HealthChecks {
  database(): Promise<Condition>;
  redis(): Promise<Condition>;
  llm_api(): Promise<Condition>;
}

/** What `/health` says. No details: the page is public, the reasons are in the log. */
export interface HealthReport {
  readonly status: "healthy" | "degraded" | "unhealthy";
  readonly checks: Readonly<Record<keyof HealthChecks, Condition>>;
}

const lookTimeoutMs = 1_500;
const keepMs = 1_000;

/**
 * Without the database nothing can be taken in, so that alone makes the whole unhealthy; without Redis or a model
 * Baton still takes messages in and answers later or hands over. Looked at once a second at most, however often asked.
 */
export function createHealth(
  checks: HealthChecks,
  now: () => number = Date.now,
): () => Promise<HealthReport> {
  let last: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;
  return () => {
    if (last === undefined || now() - last.at >= keepMs) last = { at: now(), report: look(checks) };
    return last.report;
  };
}

async function look(checks: HealthChecks): Promise<HealthReport> {
  const [database, redis, llm_api] = await Promise.all([
    lookAt(() => checks.database()),
    lookAt(() => checks.redis()),
    lookAt(() => checks.llm_api()),
  ]);
  return { status: decideStatus(database, [redis, llm_api]), checks: { database, redis, llm_api } };
}

function decideStatus(database: Condition, others: readonly Condition[]): HealthReport["status"] {
  if (database === "unhealthy") return "unhealthy";
  const all = [database, ...others];
  return all.some((condition) => condition === "unhealthy" || condition === "degraded")
    ? "degraded"
    : "healthy";
}

async function lookAt(check: () => Promise<Condition>): Promise<Condition> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<Condition>((resolve) => {
    timer = setTimeout(() => resolve("unhealthy"), lookTimeoutMs);
  });
  try {
    return await Promise.race([check(), tooLate]);
  } catch {
    return "unhealthy";
  } finally {
    clearTimeout(timer);
  }
}

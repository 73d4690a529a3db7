import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { replayGoldenCases, type GoldenCasesParts } from "../knowledge/reviewed/golden-cases.ts";

export interface ReplayGoldenParts extends GoldenCasesParts {
  readonly companies: Iterable<TenantId>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Asks all companies' golden questions again, as each release of prompts, documents or settings should, and warns of
 * answers that are found further down than before. A failure costs the look alone.
 */
export async function replayGolden(parts: ReplayGoldenParts): Promise<void> {
  const { companies, signal, log } = parts;
  for (const tenantId of companies) {
    if (signal.aborted) return;
    try {
      const { cases, found, worse } = await replayGoldenCases(parts, tenantId, signal);
      if (cases === 0) continue;
      const figures = { company_id: tenantId, cases, found, worse: worse.length };
      if (worse.length === 0) log.info(figures, "golden questions were asked again");
      else
        log.warn(
          figures,
          "answers that colleagues gave are found further down: npm run knowledge -- golden names them",
        );
    } catch (cause) {
      if (signal.aborted) return;
      log.warn({ err: cause, company_id: tenantId }, "golden questions could not be asked again");
    }
  }
}

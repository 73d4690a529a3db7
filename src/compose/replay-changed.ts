import { setTimeout as sleep } from "node:timers/promises";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";

export interface ReplayChangedParts {
  /** Those that have documents by now. */
  readonly companies: Iterable<TenantId>;
  readonly versionOf: (tenantId: TenantId) => string;
  /** Asks again what was asked before. A failure costs this look alone. */
  readonly replay: (tenantId: TenantId, signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
  readonly log: Log;
}

/**
 * Replays a company whose documents changed, by whatever hand, once they stayed the same from one look to the next. Goes
 * on until the signal aborts, and rejects then.
 */
export async function replayChanged(parts: ReplayChangedParts, signal: AbortSignal): Promise<never> {
  const { companies, versionOf, replay, everyMs, log } = parts;
  const replayed = new Map([...companies].map((id) => [id, versionOf(id)]));
  const seen = new Map<TenantId, string>();
  for (;;) {
    await sleep(everyMs, undefined, { signal });
    for (const id of companies) {
      const version = versionOf(id);
      const isCalm = seen.get(id) === version;
      seen.set(id, version);
      if (!isCalm || replayed.get(id) === version) continue;
      replayed.set(id, version);
      await replay(id, signal).catch((cause: unknown) => {
        signal.throwIfAborted();
        log.warn({ err: cause, company_id: id }, "what was asked before could not be asked again");
      });
    }
  }
}

import type { BackgroundDesk } from "../core/background.ts";
import type { KeptCall } from "../core/kept-call.ts";
import { PermanentError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Queue } from "../queue/queue.ts";
import { runBackground, type BackgroundRunParts } from "./background-run.ts";
import { backgroundIdOf, backgroundPurposes, findUnheld, insertBackground } from "./background-store.ts";

/** Calls that go on after their turn: kept in the database, run by the queue, told of in their conversation. */
export interface BackgroundCalls extends BackgroundDesk {
  /** Runs one call, if nobody does. Resolves when it has ended, or when somebody else has to go on with it. */
  run(
    call: { readonly tenantId: TenantId; readonly callId: string },
    context: { readonly signal: AbortSignal; readonly correlationId: string | undefined },
  ): Promise<void>;
  /** Rings for calls nobody works on. Resolves with how many. */
  sweep(): Promise<number>;
}

export interface BackgroundParts extends BackgroundRunParts {
  readonly queue: Pick<Queue, "ring">;
  /** What is younger is left to its own bell, milliseconds. */
  readonly graceMs: number;
  /** Calls in hand at once in this process: they must leave room for those who wait for a turn. */
  readonly atOnce?: number | undefined;
}

const sweepLimit = 200;
// A place becomes free when another call ends, which takes its time.
const fullRetryMs = 2_000;

export function createBackgroundCalls(parts: BackgroundParts): BackgroundCalls {
  const { database, sealer, queue, graceMs, atOnce = 4, log } = parts;
  let inHand = 0;

  async function begin(request: KeptCall): Promise<void> {
    const { tenantId, conversationId, tool } = request;
    const seal = await sealer.forTenant(tenantId);
    const id = backgroundIdOf(request);
    const sealed = seal.seal(backgroundPurposes.arguments, request.arguments);
    const [kept] = await database.statement<{ ours: boolean; kept: boolean; correlation_id: string | null }>(
      tenantId,
      insertBackground(request, id, sealed),
    );
    if (kept?.ours !== true)
      throw new PermanentError(`${tool} was not begun: a colleague has the conversation`);
    if (!kept.kept) return; // it runs already, or has run
    const correlationId = kept.correlation_id ?? "";
    log.info({ conversationId, callId: id, tool, correlationId }, "call left to the queue");
    await ring({ tenantId, callId: id }, correlationId, 0);
  }

  /** A bell that is not heard costs the time until the next sweep. */
  async function ring(
    call: { readonly tenantId: TenantId; readonly callId: string },
    correlationId: string,
    delayMs: number,
  ): Promise<void> {
    const { callId } = call;
    try {
      await queue.ring("call", { v: 1, ...call }, { dedupeId: `call-${callId}`, correlationId, delayMs });
    } catch (cause) {
      log.warn({ callId, cause: String(cause) }, "doorbell not rung; the sweeper will look");
    }
  }

  async function sweep(): Promise<number> {
    const unheld = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId; id: string; correlation_id: string | null }>(
        findUnheld(sweepLimit, graceMs),
      ),
    );
    for (const { company_id: tenantId, id: callId, correlation_id: correlationId } of unheld)
      await ring({ tenantId, callId }, correlationId ?? "", 0);
    return unheld.length;
  }

  return {
    begin,
    run: async ({ tenantId, callId }, { signal, correlationId = "" }) => {
      if (inHand >= atOnce) return ring({ tenantId, callId }, correlationId, fullRetryMs);
      inHand += 1;
      try {
        await runBackground(parts, { tenantId, callId }, signal);
      } finally {
        inHand -= 1;
      }
    },
    sweep,
  };
}

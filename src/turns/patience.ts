import type { Log } from "../core/log.ts";
import type { Destination, Outbox } from "../outbox/outbox.ts";
import { storeOutcomes } from "../outbox/outbox-store.ts";
import type { Database } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { apologize, type LateMessage } from "./apology.ts";
import type { HeldLease } from "./lease.ts";

/** How long a turn may keep somebody waiting in silence. */
export interface Patience {
  /** Something is visible, or the turn is over: no apology from here on. Resolves when none is on its way either. */
  end(): Promise<void>;
}

export interface PatienceParts {
  readonly database: Database;
  readonly outbox: Pick<Outbox, "put">;
  readonly seal: TenantSeal;
  readonly lease: HeldLease;
  readonly destination: Destination;
  /** The message that waits longest; undefined where nobody asked anything. */
  readonly message: Omit<LateMessage, "tenantId" | "conversationId"> | undefined;
  /** How much longer it may, milliseconds. */
  readonly leftMs: number;
  readonly log: Log;
}

/**
 * Apologizes once, with the way to a person, when the time is over while the turn still thinks. It costs the turn
 * nothing before. A turn whose process dies is apologized for by the sweeper, with the same message.
 */
export function createPatience(parts: PatienceParts): Patience {
  const { database, outbox, seal, lease, destination, message, leftMs, log } = parts;
  let speaking: Promise<void> = Promise.resolve();
  const timer = message && setTimeout(begin, Math.max(0, leftMs), message);
  timer?.unref();

  function begin(waiting: NonNullable<PatienceParts["message"]>): void {
    speaking = speak(waiting);
  }

  async function speak(waiting: NonNullable<PatienceParts["message"]>): Promise<void> {
    const { tenantId, conversationId } = lease;
    try {
      lease.check();
      const apology = await apologize(database, seal, { ...waiting, tenantId, conversationId });
      if (apology === undefined) return;
      log.warn({ conversationId, correlationId: waiting.correlationId }, "a turn takes too long: apologized");
      const outcome = await outbox.put(lease, destination, apology.delivery);
      if (outcome !== undefined) await database.statement(tenantId, storeOutcomes(tenantId, [outcome]));
    } catch (cause) {
      log.warn({ conversationId, cause: String(cause) }, "apology not sent; the sweeper comes back");
    }
  }

  return {
    end: () => {
      clearTimeout(timer);
      return speaking;
    },
  };
}

import type { MemoryWindow } from "../agent/memory.ts";
import { decideRolling, rollSummary } from "../agent/rolling-summary.ts";
import type { SummarizeRequest, WrittenSummary } from "../agent/summarizer.ts";
import type { SpokenMessage } from "../core/agent.ts";
import type { ContactId, ConversationId, MessageId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";
import { createSummaryStore, payForSummary, type SummaryOwner } from "./summary-store.ts";

/** One thing a person asked about, as it is remembered of them. */
export interface AskedItem {
  readonly at: Date;
  readonly text: string;
  readonly message: MessageId;
}

/** A turn that is over, and what it leaves to the memory. */
export interface FinishedTurn extends SummaryOwner {
  /** All that stands in no summary yet, this turn's question and answer included, oldest first. */
  readonly unsummarized: readonly SpokenMessage[];
  /** What was asked and could not be remembered of the person with the answer. */
  readonly missed: AskedItem | undefined;
}

/**
 * What is done for the memory after an answer: beside the next turns, never before one, and lost with the process
 * without harm. What is still due is found by the conversation's next turn.
 */
export interface MemoryKeeper extends Part {
  /** Returns at once and never throws. */
  afterTurn(turn: FinishedTurn): void;
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>;
}

export interface MemoryKeeperParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly window: MemoryWindow;
  /** Whether a model is told of this company's conversations at all; without one nobody reads a summary. */
  readonly summarizes: (tenantId: TenantId) => boolean;
  readonly summarize: (request: SummarizeRequest) => Promise<WrittenSummary>;
  readonly remember: (
    person: { readonly tenantId: TenantId; readonly contactId: ContactId },
    item: AskedItem,
  ) => Promise<void>;
  /** Resolves when there is time for what nobody waits for. */
  readonly calm?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
  readonly log: Log;
}

// Each may hold a connection to a model; the turns come first.
const mostAtOnce = 4;
const mostWaiting = 1_000;
// Each round covers what one read shows; a talk nobody summarized for long takes several.
const mostRounds = 5;

export function createMemoryKeeper(parts: MemoryKeeperParts): MemoryKeeper {
  const { database, sealer, window, log } = parts;
  const stopping = new AbortController();
  const running = new Map<ConversationId, Promise<void>>();
  const waiting = new Map<ConversationId, SummaryOwner>();
  const remembering = new Set<Promise<void>>();

  function afterTurn({ unsummarized, missed, ...owner }: FinishedTurn): void {
    if (stopping.signal.aborted) return;
    if (missed !== undefined) remember(owner, missed);
    if (!parts.summarizes(owner.tenantId) || decideRolling(unsummarized, window).length === 0) return;
    waiting.set(owner.conversationId, owner);
    if (waiting.size > mostWaiting) waiting.delete(waiting.keys().next().value ?? owner.conversationId);
    next();
  }

  function remember({ tenantId, conversationId, contactId }: SummaryOwner, item: AskedItem): void {
    const work: Promise<void> = parts
      .remember({ tenantId, contactId }, item)
      .catch((cause: unknown) => log.warn({ conversationId, err: cause }, "what was asked is not remembered"))
      .finally(() => remembering.delete(work));
    remembering.add(work);
  }

  /** One summary of a conversation at a time; a turn that ends meanwhile makes it look again. */
  function next(): void {
    for (const [id, owner] of waiting) {
      if (running.size >= mostAtOnce || stopping.signal.aborted) return;
      if (running.has(id)) continue;
      waiting.delete(id);
      const work = roll(owner)
        .catch((cause: unknown) => tellFailure(owner, cause))
        .finally(() => {
          running.delete(id);
          next();
        });
      running.set(id, work);
    }
  }

  async function roll(owner: SummaryOwner): Promise<void> {
    const { signal } = stopping;
    await parts.calm?.(signal);
    if (signal.aborted) return;
    const store = createSummaryStore({ database, seal: await sealer.forTenant(owner.tenantId) }, owner);
    for (let round = 0; round < mostRounds; round += 1) {
      if (!(await rollSummary({ window, store, signal, summarize: (...told) => write(owner, ...told) })))
        return;
      log.debug({ conversationId: owner.conversationId }, "summary rolled");
    }
  }

  async function write(
    owner: SummaryOwner,
    messages: readonly SpokenMessage[],
    previous: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const { text, cost } = await parts.summarize({ messages, previous, signal, context: owner });
    if (cost !== undefined)
      await database.statement(owner.tenantId, payForSummary(owner, `summary:${Date.now()}`, cost));
    return text;
  }

  function tellFailure({ conversationId }: SummaryOwner, cause: unknown): void {
    if (stopping.signal.aborted) return;
    log.warn({ conversationId, err: cause }, "summary not written; the next turn asks for it again");
  }

  const settled = async () => {
    while (running.size + remembering.size > 0) await Promise.all([...running.values(), ...remembering]);
  };

  return {
    name: "memory",
    afterTurn,
    settled,
    start: async () => {},
    stop: async () => {
      stopping.abort();
      waiting.clear();
      await settled();
    },
  };
}

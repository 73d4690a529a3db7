import { randomUUID } from "node:crypto";
import { StoodDownError } from "../core/errors.ts";
import type { Accept, Envelope } from "../core/envelope.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Part } from "../core/part.ts";
import type { Limits } from "../guard/limits/limits.ts";
import type { Handoff } from "../handoff/handoff.ts";
import type { Arrival } from "../inbox/inbox.ts";
import type { Queue } from "../queue/queue.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { AnswerParts } from "./workbench.ts";
import { claimConversation } from "./claim-store.ts";
import { parseClaim, type Claim } from "./claim.ts";
import type { FindAnswerMode } from "./answer-mode.ts";
import { defaultLeaseTimes, holdLease, type HeldLease, type LeaseTimes } from "./lease.ts";
import { finishWork } from "./turn-store.ts";
import type { WorkParts } from "./situation.ts";
import { workOn, type WorkResult } from "./work.ts";

/** The worker's side: claims conversations and works on them until nothing is left to do. */
export interface Turns extends Part {
  /** Works on one conversation. Resolves when it is settled, held by another worker, or has to wait. */
  run(
    ids: ConversationRef,
    context: {
      readonly signal: AbortSignal;
      readonly correlationId: string | undefined;
      /** More is to be done than this process can: what may wait is put off, and people are told so. */
      readonly isShed?: boolean | undefined;
    },
  ): Promise<void>;
  /** Rings for something new. Never throws; a ring that fails is made up for by the sweeper. */
  onArrival(arrival: Arrival): void;
  /** Tells every process that a conversation changed hands. */
  onChanged(change: ChangedHands): void;
}

/** A conversation changed hands; `epoch` is the new one. */
export interface ChangedHands extends ConversationRef {
  readonly correlationId: string;
  readonly epoch: number;
}

export interface ConversationRef {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
}

export interface TurnsParts extends Omit<AnswerParts, "leaseTtlMs"> {
  readonly sealer: Sealer;
  readonly queue: Pick<Queue, "ring">;
  readonly fast: FastState;
  readonly handoff: Handoff;
  readonly rooms: WorkParts["rooms"];
  /** The way in, for what is found on a platform later. */
  readonly accept: Accept;
  readonly limits: Pick<Limits, "admit">;
  readonly aiEnabled: boolean;
  readonly answerMode: FindAnswerMode;
  /** Whether a turn left something in a conversation's outbox that is to be sent after its answer. */
  readonly takeAsked: (conversationId: ConversationId) => boolean;
  /** How long a channel's messages are collected before a turn begins, milliseconds. */
  readonly debounceMs: Readonly<Partial<Record<Envelope["channel"], number>>>;
  readonly leaseTimes?: LeaseTimes | undefined;
  /** A conversation whose work broke this often is given up, and people are told. */
  readonly maxAttempts?: number | undefined;
}

const changedTopic = "conversations:changed";
const arrivedTopic = "conversations:arrived";
const maxRounds = 20;
const maxLooks = 100;
const failureBackoffMs = { base: 500, max: 60_000 };

export function createTurns(parts: TurnsParts): Turns {
  const { database, sealer, queue, fast, handoff, log } = parts;
  const times = parts.leaseTimes ?? defaultLeaseTimes;
  const workParts: WorkParts = { ...parts, leaseTtlMs: times.ttlMs, maxAttempts: parts.maxAttempts ?? 8 };
  const active = new Map<ConversationId, HeldLease>();
  const ringing = new Set<Promise<void>>();
  let unsubscribe = () => {};

  async function run(
    ref: ConversationRef,
    { signal, correlationId = "", isShed = false }: Parameters<Turns["run"]>[1],
  ): Promise<void> {
    for (let round = 0; round < maxRounds; round += 1) {
      if (signal.aborted) return;
      const token = randomUUID();
      const claimedAt = performance.now();
      const claim = await take(ref, token);
      if (claim === undefined) return leaveToHolder(ref, correlationId);
      const lease = hold(ref, { token, epoch: claim.epoch, claimedAt });
      if (!(await workWith(lease, claim, { signal, isShed }))) return;
    }
    ring(ref, correlationId, 0); // fairness: others in the queue first
  }

  /** What changed while the row was being taken is read again: the lease is ours by then, so this ends soon. */
  async function take(ref: ConversationRef, token: string): Promise<Claim | undefined> {
    const hot = await parts.hot.recall(ref.conversationId, () => sealer.forTenant(ref.tenantId));
    const known = { history: hot.history?.version, through: hot.context?.through };
    const query = claimConversation({ ...ref, token, ttlMs: times.ttlMs, window: parts.window, known });
    for (let look = 0; look < maxLooks; look += 1) {
      const [row] = await database.statement<{ stale: boolean }>(ref.tenantId, query, { durable: false });
      if (row === undefined) return undefined;
      if (row.stale) continue;
      const seal = await sealer.forTenant(ref.tenantId);
      const claim = parseClaim(row, seal, hot);
      if (hot.context?.through !== claim.summarizedThrough) keepSummary(claim, seal);
      return claim;
    }
    throw new Error("turns: the conversation changed at every look");
  }

  function keepSummary(
    { contact, conversationId, summary, summarizedThrough: through }: Claim,
    seal: TenantSeal,
  ): void {
    if (summary === undefined || through === 0) return;
    void parts.hot.keepContext({ contactId: contact.id, conversationId, seal }, { through, summary });
  }

  function hold(ref: ConversationRef, held: { token: string; epoch: number; claimedAt: number }): HeldLease {
    const lease = holdLease({ ...ref, ...held, times, database, log });
    active.set(ref.conversationId, lease);
    return lease;
  }

  /** True when there is more to do at once. */
  async function workWith(
    lease: HeldLease,
    claim: Claim,
    { signal, isShed }: { readonly signal: AbortSignal; readonly isShed: boolean },
  ): Promise<boolean> {
    const onStop = () => lease.revoke(new StoodDownError("the process is stopping", "stopping"));
    signal.addEventListener("abort", onStop, { once: true });
    if (signal.aborted) onStop();
    try {
      const result = await workOn(workParts, lease, claim, { reread: () => takeAgain(lease), isShed });
      const isMore = await giveBack(lease, result);
      const { tenantId, conversationId } = lease;
      if (result.outcomes.length > 0) void parts.rooms.sent(tenantId, conversationId, claim.owner.kind);
      return isMore;
    } catch (cause) {
      return await giveUp(lease, claim, cause);
    } finally {
      signal.removeEventListener("abort", onStop);
      lease.release();
      if (active.get(lease.conversationId) === lease) active.delete(lease.conversationId);
    }
  }

  /** Reads the conversation again under the same lease, after it changed under our own hands. */
  async function takeAgain(lease: HeldLease): Promise<Claim> {
    const claim = await take(lease, lease.token);
    if (claim === undefined) throw new StoodDownError("another worker took the conversation");
    lease.at(claim.epoch);
    return claim;
  }

  async function giveBack(lease: HeldLease, result: WorkResult): Promise<boolean> {
    const { retryInMs } = result;
    const [row] = await database.statement<{ more: boolean }>(
      lease.tenantId,
      finishWork(lease, { ...result, coolDownMs: 0, clean: true }),
      { durable: false }, // a lost mark is found out by reconciliation, a lost release by the lease's end
    );
    if (retryInMs !== undefined) {
      ring(lease, result.correlationId, retryInMs);
      return false;
    }
    return (row?.more ?? false) || parts.takeAsked(lease.conversationId);
  }

  /** Work that broke is left open and tried again later, by whoever hears the bell. */
  async function giveUp(lease: HeldLease, claim: Claim, cause: unknown): Promise<boolean> {
    const correlationId = claim.open.at(-1)?.correlationId ?? "";
    const stopping = cause instanceof StoodDownError && cause.why === "stopping";
    if (cause instanceof StoodDownError && !stopping) {
      const { conversationId } = lease;
      log.info({ conversationId, correlationId, reason: cause.message }, "turn stood down");
    } else if (!stopping) {
      const failure = { name: cause instanceof Error ? cause.name : "unknown", message: String(cause) };
      log.error(
        {
          conversationId: lease.conversationId,
          correlationId,
          attempts: claim.attempts,
          failure,
          err: cause,
        },
        "turn broke",
      );
      parts.metrics.errors.inc({ kind: "turn broke" });
    }
    const waitMs = stopping ? 0 : Math.min(failureBackoffMs.base * 2 ** claim.attempts, failureBackoffMs.max);
    const nothing = { outcomes: [], turnId: undefined, turnState: undefined, receiptCleared: false };
    const isStoodDown = cause instanceof StoodDownError;
    await database.statement(
      lease.tenantId,
      finishWork(lease, { ...nothing, coolDownMs: isStoodDown ? 0 : waitMs, clean: isStoodDown }),
    );
    ring(lease, correlationId, isStoodDown ? 0 : waitMs);
    return false;
  }

  /** Somebody works on it: what is urgent is done beside them, what joins is told to them. */
  async function leaveToHolder(ref: ConversationRef, correlationId: string): Promise<void> {
    const { handled } = await handoff.takeControls({ ...ref, correlationId });
    if (handled > 0) return;
    nudge(ref.conversationId);
    await fast.publish(arrivedTopic, ref.conversationId);
  }

  function nudge(conversationId: string): void {
    active.get(conversationId as ConversationId)?.nudge();
  }

  function ring(ref: ConversationRef, correlationId: string, delayMs: number): void {
    const { tenantId, conversationId } = ref;
    const options = delayMs > 0 ? { delayMs, dedupeId: `later-${conversationId}` } : {};
    const rung = queue
      .ring("turn", { v: 1, tenantId, conversationId }, { ...options, correlationId })
      .catch((cause: unknown) =>
        log.warn({ conversationId, cause: String(cause) }, "doorbell not rung; the sweeper will look"),
      )
      .finally(() => ringing.delete(rung));
    ringing.add(rung);
  }

  function onArrival(arrival: Arrival): void {
    ring(arrival, arrival.correlationId, arrival.urgent ? 0 : (parts.debounceMs[arrival.channel] ?? 0));
    if (arrival.urgent) void takeControlsNow(arrival);
  }

  /** At the door already: a take-over must not wait for a free worker. */
  async function takeControlsNow(arrival: Arrival): Promise<void> {
    try {
      await handoff.takeControls(arrival);
    } catch (cause) {
      log.warn(
        { conversationId: arrival.conversationId, cause: String(cause) },
        "control left to the worker",
      );
    }
  }

  function onChanged({ tenantId, conversationId, correlationId, epoch }: ChangedHands): void {
    const news = `${conversationId} ${epoch}`;
    standDown(news);
    void fast.publish(changedTopic, news);
    ring({ tenantId, conversationId }, correlationId, 0);
  }

  /** News may come late and come back to their sender: work that began in that epoch already knows. */
  function standDown(news: string): void {
    const [conversationId, epoch] = news.split(" ");
    const lease = active.get(conversationId as ConversationId);
    if (lease === undefined || lease.epoch >= Number(epoch)) return;
    lease.revoke(new StoodDownError("the conversation changed hands"));
  }

  return {
    name: "turns",
    run,
    onArrival,
    onChanged,
    start: async () => {
      const subscriptions = await Promise.all([
        fast.subscribe(changedTopic, standDown),
        fast.subscribe(arrivedTopic, nudge),
      ]);
      unsubscribe = () => subscriptions.forEach((end) => end());
    },
    stop: async () => {
      await Promise.allSettled(ringing);
      unsubscribe();
    },
  };
}

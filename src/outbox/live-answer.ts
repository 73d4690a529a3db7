import type { Attempt } from "../core/channel.ts";
import { PermanentError, StoodDownError, TransientError, UncertainError } from "../core/errors.ts";
import type { DeliveryId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import { cutReply } from "./cut-reply.ts";
import { sealReply, type Delivery } from "./delivery.ts";
import type { LiveAnswerParts } from "./live-answer-parts.ts";
import {
  assertMine,
  inboxVersionOf,
  recordStreamIntent,
  rememberRef,
  withdrawIntents,
} from "./outbox-store.ts";
import { isStreamClosed } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";
import {
  completeAnswer,
  newDelivery,
  planAnswer,
  type Begun,
  type LivePart,
  type PlannedPart,
} from "./whole-answer.ts";

/** Something arrived before anything was visible: think again, with everything. */
export class JoinedError extends Error {
  override readonly name = "JoinedError";
}

/**
 * An answer that becomes visible while it is thought out. Nothing appears before its delivery is recorded under the
 * fence, and every further write asks the fence again.
 */
export interface LiveAnswer {
  /** Shows the text so far. Returns at once; the newest text wins. Failures appear in `settle`. */
  show(text: string): void;
  /** Waits for writes in hand. Throws StoodDownError or JoinedError if showing met one. */
  settle(): Promise<void>;
  /** Something arrived: if nothing is visible yet and it concerns this answer, thinking starts over now. */
  reconsider(): Promise<void>;
  /** Aborts when showing met what makes further thinking pointless. */
  readonly failed: AbortSignal;
  /** Something is visible, so a new message no longer joins. */
  readonly visible: boolean;
  /** Cuts the final reply into messages: those already visible keep their ids, files come after all words. */
  plan(reply: Reply): readonly PlannedPart[];
  /** Puts the planned parts on the platform, in order, and takes away what is left over. */
  complete(parts: readonly PlannedPart[]): Promise<Outcome[]>;
  /** Something it began is still being written: its end did not go out. */
  readonly isOpen: boolean;
  /** Ends what is still being written with a line of code's own; for a turn that lost the conversation. */
  standDown(line: string): Promise<Outcome[]>;
  /** Takes back what was recorded as about to appear and surely did not; for a turn that was surely not committed. */
  withdraw(): Promise<void>;
}

const defaultGraceMs = 40;
// In edit mode the platform's editing pace counts, not the stream's.
const editIntervalMs = 1_300;
// The channel bounds each of its requests itself.
const unhurried = new AbortController().signal;

export function createLiveAnswer(parts: LiveAnswerParts): LiveAnswer {
  const { database, outbox, seal, lease, destination, turnId, correlationId } = parts;
  const { channel, target } = destination;
  const begun: Begun = { live: [], unsure: [...parts.inherited], unsent: [] };
  const { live, unsure, unsent } = begun;
  /** Showing failed before anything appeared: the answer comes in one piece. */
  let isHeldBack = false;
  let isPlanned = false;
  let wake = () => {};
  lease.signal.addEventListener("abort", () => wake(), { once: true });
  const failing = new AbortController();
  let newest = "";
  let pumping: Promise<void> | undefined;
  let failure: Error | undefined;
  let finished = false;
  let standingDown = false;
  // What is recorded as begun and never was leaves a doubt where the platform cannot be asked.
  const streamsHere = channel.capabilities.streaming && channel.streamsIn?.(target.place) !== false;
  const canStream = parts.streaming && streamsHere && parts.onlyFor === undefined;

  function fresh(part: number, reply: Reply, streamed: boolean): Delivery {
    return newDelivery({ turnId, epoch: lease.epoch, correlationId }, { part, reply, streamed });
  }

  function show(text: string): void {
    newest = text;
    if (!canStream || finished || failure !== undefined || isHeldBack || unsure.length > 0) return;
    pumping ??= pump().finally(() => (pumping = undefined));
  }

  async function pump(): Promise<void> {
    try {
      if (live.length === 0) await pause(parts.graceMs ?? defaultGraceMs);
      for (let drawn = ""; drawn !== newest && !finished;) {
        drawn = newest;
        await draw(drawn);
        if (!finished) await pause(pauseMs());
      }
    } catch (cause) {
      if (isPassing(cause)) return; // the final message carries everything; a missed glimpse is no loss
      failure = cause instanceof Error ? cause : new Error("showing the answer failed", { cause });
      failing.abort(failure);
    }
  }

  /** Brings what is visible up to `text`: earlier parts are completed, the last one grows. */
  async function draw(text: string): Promise<void> {
    const pieces = channel.split({ body: text });
    for (const [index, piece] of pieces.entries()) {
      const part = live[index] ?? (await open(index, piece.body));
      if (part === undefined) return;
      const complete = index < pieces.length - 1;
      // A retried thought may have begun otherwise: the final text replaces the message as a whole.
      if (part.shown === piece.body || (!complete && !piece.body.startsWith(part.shown))) continue;
      await assertMine(database, lease);
      await write(part, piece, complete);
      part.shown = piece.body;
    }
  }

  /** Undefined when the answer is complete meanwhile: it is sent in one piece, under the delivery recorded here. */
  async function open(index: number, text: string): Promise<LivePart | undefined> {
    const delivery = fresh(index, { body: text }, true);
    await parts.turnRecorded();
    const recorded = await recordStreamIntent(database, lease, {
      id: delivery.id,
      turnId,
      part: index,
      body: sealReply(seal, delivery.reply),
      recipient: target.recipient,
      correlationId,
      inboxVersion: parts.mayJoin() && live.length === 0 ? parts.inboxVersion : undefined,
    });
    if (recorded === "joined") throw new JoinedError("a message arrived before the answer was visible");
    if (finished) {
      unsent.push(delivery);
      return undefined;
    }
    try {
      const stream = await channel.stream(target, text, attemptAt(delivery.id));
      const openedAt = Date.now();
      const part: LivePart = { delivery, ref: stream.ref.id, stream, openedAt, shown: text, isEnded: false };
      live.push(part);
      if (live.length === 1) parts.onVisible();
      // Where the platform cannot be asked later, the message must be known from the first moment.
      if (!channel.capabilities.reconciles) await remember(part).catch(() => {});
      return part;
    } catch (cause) {
      isHeldBack = true;
      if (cause instanceof UncertainError) unsure.push(delivery);
      else {
        unsent.push(delivery);
        await withdraw();
      }
      throw cause;
    }
  }

  /**
   * An intent that stays behind is a doubt for whoever comes next, and where the platform cannot be asked an answer
   * held for good. What cannot be taken back now is sent by this turn, or tried again when it ends.
   */
  async function withdraw(): Promise<void> {
    const ids = unsent.map(({ id }) => id);
    if (ids.length === 0) return;
    try {
      await database.statement(lease.tenantId, withdrawIntents(lease, ids));
      unsent.length = 0;
    } catch {
      // The database is away: the turn goes on as if it were still to be sent.
    }
  }

  async function write(part: LivePart, piece: Reply, complete: boolean): Promise<void> {
    const tooOld = Date.now() - part.openedAt > channel.capabilities.streamMaxAgeMs;
    if (part.stream !== undefined && !tooOld && !complete) {
      try {
        return await part.stream.show(piece.body);
      } catch (cause) {
        if (!isStreamClosed(cause)) throw cause;
      }
    }
    // The stream is over, by age, by length or by the platform: the message goes on as edits.
    const { stream } = part;
    part.stream = undefined;
    if (stream !== undefined) {
      await stream.finish(piece);
      part.ref = stream.ref.id;
    } else await channel.update(target, { id: part.ref }, piece, attemptAt(part.delivery.id));
    await remember(part);
  }

  async function remember({ delivery, ref }: LivePart): Promise<void> {
    await database.statement(lease.tenantId, rememberRef(lease, delivery.id, ref), { durable: false });
  }

  /**
   * A take-over stops every write but the one that ends a half-written message, so the fence is asked at the
   * checkpoint and the request itself is not aborted.
   */
  function attemptAt(deliveryId: DeliveryId): Attempt {
    const checkpoint = () => {
      if (!standingDown) lease.check();
    };
    return { deliveryId, correlationId, signal: unhurried, checkpoint };
  }

  /** Waits, but not once the answer is complete. Rejects when the lease is lost. */
  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (finished || lease.signal.aborted) wake();
    });
    lease.signal.throwIfAborted();
  }

  async function reconsider(): Promise<void> {
    if (finished || live.length + unsure.length > 0 || !parts.mayJoin()) return;
    try {
      if ((await inboxVersionOf(database, lease)) === parts.inboxVersion) return;
    } catch {
      return; // asked again when the answer is about to become visible
    }
    if (finished || live.length > 0 || failure !== undefined) return;
    failure = new JoinedError("a message arrived before the answer was visible");
    failing.abort(failure);
    wake();
  }

  function pauseMs(): number {
    return live.at(-1)?.stream === undefined ? editIntervalMs : channel.capabilities.streamIntervalMs;
  }

  function plan(reply: Reply): readonly PlannedPart[] {
    finished = true;
    isPlanned = true;
    const whispered = parts.onlyFor === undefined ? reply : { ...reply, onlyFor: parts.onlyFor };
    return planAnswer(cutReply(channel, whispered), begun, fresh);
  }

  async function standDown(line: string): Promise<Outcome[]> {
    finished = true;
    standingDown = true;
    wake();
    await pumping;
    if (!isPlanned) await withdraw(); // what was planned may have been committed
    const outcomes: Outcome[] = [];
    const unended = live.filter(({ isEnded }) => !isEnded);
    for (const [index, part] of unended.entries()) {
      const isLast = index === unended.length - 1;
      const reply = { body: isLast ? `${part.shown}…\n\n${line}` : part.shown };
      if (part.stream !== undefined) await part.stream.finish(reply);
      else if (isLast) await channel.update(target, { id: part.ref }, reply, attemptAt(part.delivery.id));
      outcomes.push({ id: part.delivery.id, state: "sent", ref: part.ref, error: "stood down" });
    }
    return outcomes;
  }

  return {
    show,
    settle: async () => {
      finished = true;
      wake();
      await pumping;
      if (failure !== undefined) throw failure;
    },
    reconsider,
    failed: failing.signal,
    get visible() {
      return live.length + unsure.length > 0;
    },
    plan,
    complete: (planned) => completeAnswer({ outbox, lease, destination }, planned, begun),
    get isOpen() {
      return live.some(({ isEnded }) => !isEnded);
    },
    standDown,
    withdraw,
  };
}

/** Showing less for a while is fine; what lost the conversation or must be thought again is not. */
function isPassing(cause: unknown): boolean {
  if (cause instanceof StoodDownError || cause instanceof JoinedError) return false;
  return (
    cause instanceof TransientError || cause instanceof UncertainError || cause instanceof PermanentError
  );
}

import type { Attempt, Channel, FileDesk, Found, MessageRef, ReplyStream, Target } from "../core/channel.ts";
import type { ChannelName } from "../core/envelope.ts";
import { PermanentError, StoodDownError } from "../core/errors.ts";
import type { DeliveryId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Log } from "../core/log.ts";
import type { Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";
import type { Database } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { fileOf, fitReply, toFileLine } from "./cut-reply.ts";
import type { Delivery } from "./delivery.ts";
import { decideAfterFailure, defaultRetryPolicy, type Outcome, type RetryPolicy } from "./outcome.ts";
import { knownRefs, markSending, rememberPieces } from "./outbox-store.ts";
import { fileGone, type ReplyFiles } from "./reply-files.ts";

/** Where a conversation's replies go. */
export interface Destination {
  readonly channel: Channel;
  readonly target: Target;
  /** In which the person is told that somebody took over. */
  readonly language?: TextLanguage | undefined;
}

/** The way out: puts deliveries on the platform, each at most once, and tells what became of them. */
export interface Outbox {
  /**
   * Tries one delivery and resolves with its outcome, which the caller stores; undefined when it may not be sent
   * by us any more. One that an earlier try left undecided is looked for before it is sent again.
   */
  put(lease: Lease, destination: Destination, delivery: Delivery): Promise<Outcome | undefined>;
  /** The same for a delivery already marked as being sent in the statement that created it. */
  putMarked(lease: Lease, destination: Destination, delivery: Delivery): Promise<Outcome | undefined>;
  /** Ends a streamed delivery on its final reply. */
  finish(
    lease: Lease,
    destination: Destination,
    streamed: { readonly delivery: Delivery; readonly stream: ReplyStream },
  ): Promise<Outcome | undefined>;
  /** Where a delivery of unknown outcome is on the platform, if it is there. */
  locate(lease: Lease, destination: Destination, delivery: Delivery): Promise<Found>;
  readonly channels: ReadonlyMap<ChannelName, Channel>;
}

export interface OutboxParts {
  readonly database: Database;
  readonly channels: ReadonlyMap<ChannelName, Channel>;
  readonly files: Pick<ReplyFiles, "desk">;
  readonly retry?: RetryPolicy | undefined;
  readonly count: (outcome: Outcome["state"], channel: ChannelName) => void;
  readonly log: Log;
}

/** Kept with a delivery that was on its way when the conversation changed hands, and landed. */
const sentLate = "it was on its way when the conversation changed hands";
/** Ends a message the bot was writing when a person took the conversation over, for whoever reads English. */
export const takenOverLine = say("en", "handoff.cut");

export function createOutbox({
  database,
  channels,
  files,
  retry = defaultRetryPolicy,
  count,
  log,
}: OutboxParts): Outbox {
  async function put(
    lease: Lease,
    destination: Destination,
    delivery: Delivery,
  ): Promise<Outcome | undefined> {
    const inherited = delivery.state === "sending";
    lease.check();
    const going = await markSending(database, lease, delivery);
    if (going !== undefined) return attempt(lease, destination, going, inherited);
    if (!inherited) return { id: delivery.id, state: "cancelled", error: "the conversation changed hands" };
    return settleWithoutSending(lease, destination, delivery);
  }

  async function attempt(
    lease: Lease,
    destination: Destination,
    delivery: Delivery,
    inherited: boolean,
  ): Promise<Outcome | undefined> {
    const begun = inherited || delivery.ref !== undefined;
    const performed = await guarded({ ...delivery, begun }, () =>
      perform(lease, destination, delivery, inherited),
    );
    const outcome = performed && markIfTaken(lease, delivery, performed);
    if (outcome !== undefined) report(destination.channel.name, delivery, outcome);
    return outcome;
  }

  async function finish(
    lease: Lease,
    destination: Destination,
    { delivery, stream }: { readonly delivery: Delivery; readonly stream: ReplyStream },
  ): Promise<Outcome | undefined> {
    const outcome = await guarded({ ...delivery, begun: true }, async () => {
      lease.check();
      await stream.finish(delivery.reply);
      return markIfTaken(lease, delivery, { id: delivery.id, state: "sent" });
    });
    if (outcome !== undefined) report(destination.channel.name, delivery, outcome);
    return outcome && { ...outcome, ref: stream.ref.id }; // its end may have put it elsewhere
  }

  async function guarded(
    delivery: Delivery & { readonly begun: boolean },
    work: () => Promise<Outcome>,
  ): Promise<Outcome | undefined> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof StoodDownError) return undefined;
      return decideAfterFailure(delivery, cause, retry);
    }
  }

  async function perform(
    lease: Lease,
    destination: Destination,
    delivery: Delivery,
    inherited: boolean,
  ): Promise<Outcome> {
    const { channel, target } = destination;
    const attempting = { ...attemptOf(lease, delivery), files: files.desk(lease.tenantId) };
    if (inherited || delivery.ref !== undefined) {
      const found = await locate(lease, destination, delivery);
      if (found.kind === "cannot tell")
        return {
          id: delivery.id,
          state: "unknown",
          error: "the platform cannot tell whether it was delivered",
        };
      if (found.kind === "found") {
        // A file, or the line for it, is whole once it is there.
        if (fileOf(delivery.reply) === undefined)
          await channel.update(target, found.ref, fitReply(channel, delivery.reply), attempting);
        return { id: delivery.id, state: "sent", ref: found.ref.id };
      }
    }
    const reply = await sendBeginning(lease, destination, delivery, inherited);
    const ref = await send(destination, { ...delivery, reply }, attempting);
    return { id: delivery.id, state: "sent", ref: ref.id };
  }

  /**
   * Answers are cut when they are made; of what else is too long for one message, the messages before the last one go
   * out here. Each has an id that follows from the delivery's and its words, and is kept as sent: only one that an
   * earlier try left undecided is looked for. Gives what is left.
   */
  async function sendBeginning(
    lease: Lease,
    destination: Destination,
    delivery: Delivery,
    inherited: boolean,
  ): Promise<Reply> {
    const { reply, turnId, piecesSent } = delivery;
    if (turnId !== undefined || fileOf(reply) !== undefined) return reply;
    const pieces = destination.channel.split(reply);
    const beginning = [...pieces.slice(0, -1).entries()].slice(piecesSent);
    for (const [index, piece] of beginning) {
      const id = deriveId<DeliveryId>("beginning of", delivery.id, String(index), piece.body);
      const part: Delivery = { ...delivery, id, reply: piece, ref: undefined };
      const found = inherited ? await locate(lease, destination, part) : undefined;
      if (found === undefined || found.kind === "absent")
        await destination.channel.send(destination.target, piece, attemptOf(lease, part));
      await database.statement(lease.tenantId, rememberPieces(lease, delivery.id, index + 1));
    }
    return pieces.at(-1) ?? reply;
  }

  /** What cannot go there as a file is said in words: nothing of it was put there, so the delivery is still whole. */
  async function send(
    { channel, target }: Destination,
    { id, reply, correlationId }: Delivery,
    attempting: Attempt & { readonly files: FileDesk },
  ): Promise<MessageRef> {
    const file = fileOf(reply);
    if (file === undefined) return channel.send(target, reply, attempting);
    try {
      return await channel.send(target, reply, attempting);
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      const { code } = cause;
      log.warn({ channel: channel.name, deliveryId: id, correlationId, code }, "a file goes out as a line");
      const link = code === fileGone ? undefined : attempting.files.link(file);
      return channel.send(target, toFileLine(reply, file, link), attempting);
    }
  }

  /** The bot may not speak any more, but what is already on the platform must be known. */
  async function settleWithoutSending(
    lease: Lease,
    destination: Destination,
    delivery: Delivery,
  ): Promise<Outcome | undefined> {
    return guarded({ ...delivery, begun: true }, async () => {
      const found = await locate(lease, destination, delivery);
      if (found.kind === "found") {
        const { channel, target, language = "en" } = destination;
        // What was begun must not stand there as if it were still being written; what stands there is kept.
        if (delivery.streamed)
          await channel.endStream(
            target,
            found.ref,
            say(language, "handoff.cut"),
            attemptOf(lease, delivery),
            delivery.reply.body,
          );
        return { id: delivery.id, state: "sent", ref: found.ref.id };
      }
      const state = found.kind === "absent" ? "cancelled" : "unknown";
      return { id: delivery.id, state, error: "the conversation changed hands" };
    });
  }

  async function locate(lease: Lease, { channel, target }: Destination, delivery: Delivery): Promise<Found> {
    if (delivery.ref !== undefined) return { kind: "found", ref: { id: delivery.ref } };
    // What only one person sees stands in no history: it goes out at most once.
    if (delivery.reply.onlyFor !== undefined && target.place.audience !== "direct")
      return { kind: "cannot tell" };
    const known = await knownRefs(database, lease.tenantId, lease.conversationId);
    return channel.find(target, {
      deliveryId: delivery.id,
      since: delivery.sendingSince ?? new Date(0),
      known,
      streamed: delivery.streamed,
      file: fileOf(delivery.reply),
    });
  }

  function report(channel: ChannelName, delivery: Delivery, outcome: Outcome): void {
    count(outcome.state, channel);
    if (outcome.state === "sent") return;
    const { correlationId, attempts } = delivery;
    const fields = { channel, deliveryId: delivery.id, correlationId, attempts, ...outcome };
    if (outcome.state === "failed" || outcome.state === "unknown") log.error(fields, "delivery given up");
    else log.warn(fields, "delivery to be tried again");
  }

  return {
    put,
    finish,
    putMarked: (lease, destination, delivery) => attempt(lease, destination, delivery, false),
    locate,
    channels,
  };
}

/** Of an answer that was on the wire when somebody took the conversation it is kept that it was: nobody can call it back. */
function markIfTaken({ signal }: Lease, { epoch }: Delivery, outcome: Outcome): Outcome {
  const reason: unknown = signal.aborted ? signal.reason : undefined;
  const isTaken = reason instanceof StoodDownError && reason.why === "taken";
  return isTaken && epoch !== undefined && outcome.state === "sent"
    ? { ...outcome, error: sentLate }
    : outcome;
}

/** What a channel needs to know of one try; the checkpoint is the lease's own. */
export function attemptOf(lease: Lease, delivery: Pick<Delivery, "id" | "correlationId">) {
  return {
    deliveryId: delivery.id,
    correlationId: delivery.correlationId,
    signal: lease.signal,
    checkpoint: () => lease.check(),
  };
}

/** The platform ended a stream: the message stands and can still be edited. */
export function isStreamClosed(cause: unknown): boolean {
  return cause instanceof PermanentError && cause.code === "stream closed";
}

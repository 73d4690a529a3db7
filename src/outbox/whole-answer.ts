import { randomUUID } from "node:crypto";
import type { ReplyStream } from "../core/channel.ts";
import { StoodDownError } from "../core/errors.ts";
import type { DeliveryId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Reply } from "../core/reply.ts";
import type { CutReply } from "./cut-reply.ts";
import type { Delivery } from "./delivery.ts";
import { attemptOf, type Destination, type Outbox } from "./outbox.ts";
import type { Outcome } from "./outcome.ts";

/** One message of an answer, ready for the statement that commits the turn. */
export interface PlannedPart {
  readonly delivery: Delivery;
  /** It is on the platform already, being written. */
  readonly visible: boolean;
}

/** A message that is on the platform and grows. */
export interface LivePart {
  readonly delivery: Delivery;
  ref: string;
  stream: ReplyStream | undefined;
  openedAt: number;
  shown: string;
  /** Its final text has gone out. */
  isEnded: boolean;
}

/** What there is of an answer before it is whole. It grows while the answer is thought out. */
export interface Begun {
  readonly live: LivePart[];
  /** May be on the platform, by an earlier worker or a cut connection. */
  readonly unsure: Delivery[];
  /** Recorded, but surely not on the platform. */
  readonly unsent: Delivery[];
}

/** A delivery of an answer that nobody has heard of yet. */
export function newDelivery(
  turn: Pick<Delivery, "turnId" | "epoch" | "correlationId">,
  { part, reply, streamed }: Pick<Delivery, "part" | "reply" | "streamed">,
): Delivery {
  return {
    id: randomUUID() as DeliveryId,
    ...turn,
    part,
    seq: part,
    reply,
    streamed,
    state: "sending",
    ref: undefined,
    attempts: 0,
    dueInMs: 0,
    sendingSince: new Date(),
    piecesSent: 0,
  };
}

/** The messages of a whole answer: those that have begun keep their deliveries, files come after all words. */
export function planAnswer(
  { words, files }: CutReply,
  { live, unsure, unsent }: Begun,
  fresh: (part: number, reply: Reply, streamed: boolean) => Delivery,
): readonly PlannedPart[] {
  const ofWords = words.map((piece, index): PlannedPart => {
    const shown = live[index];
    if (shown !== undefined)
      return { delivery: { ...shown.delivery, reply: piece, ref: shown.ref }, visible: true };
    const inherited = unsure.find((delivery) => delivery.part === index);
    if (inherited !== undefined) return { delivery: { ...inherited, reply: piece }, visible: true };
    const recorded = unsent.find((delivery) => delivery.part === index);
    if (recorded !== undefined) return { delivery: { ...recorded, reply: piece }, visible: false };
    const delivery = fresh(index, piece, false);
    return { delivery: index === 0 ? delivery : { ...delivery, state: "pending" }, visible: false };
  });
  const ofFiles = files.map((piece, index): PlannedPart => {
    const delivery = fresh(words.length + index, piece, false);
    return { delivery: { ...delivery, state: "pending" }, visible: false };
  });
  return [...ofWords, ...ofFiles];
}

interface Completing {
  readonly outbox: Outbox;
  readonly lease: Lease;
  readonly destination: Destination;
}

/** Puts the planned parts on the platform, in order, and takes away what is left over. */
export async function completeAnswer(
  completing: Completing,
  planned: readonly PlannedPart[],
  { live, unsure, unsent }: Begun,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const part of planned) {
    const shown = live.find(({ delivery }) => delivery.id === part.delivery.id);
    const outcome = await completePart(completing, part, shown);
    if (outcome === undefined) return outcomes; // not ours any more: the next holder finds it in the outbox
    outcomes.push(outcome);
    if (outcome.state === "pending" || outcome.state === "sending") return outcomes; // order: the rest waits
  }
  const all = [...live.map((part) => ({ ...part.delivery, ref: part.ref })), ...unsure, ...unsent];
  for (const surplus of all)
    if (!planned.some((part) => part.delivery.id === surplus.id))
      outcomes.push(await takeAway(completing, surplus));
  return outcomes;
}

async function completePart(
  { outbox, lease, destination }: Completing,
  { delivery, visible }: PlannedPart,
  shown: LivePart | undefined,
): Promise<Outcome | undefined> {
  if (shown !== undefined) {
    const { stream } = shown;
    const outcome =
      stream === undefined
        ? await outbox.put(lease, destination, delivery)
        : await outbox.finish(lease, destination, { delivery, stream });
    shown.isEnded = outcome !== undefined;
    return outcome;
  }
  if (!visible && delivery.state === "sending") return outbox.putMarked(lease, destination, delivery);
  return outbox.put(lease, destination, delivery);
}

async function takeAway({ outbox, lease, destination }: Completing, delivery: Delivery): Promise<Outcome> {
  const { channel, target } = destination;
  const gone = { id: delivery.id, state: "cancelled", error: "the answer became shorter" } as const;
  try {
    const found = await outbox.locate(lease, destination, delivery);
    if (found.kind === "found") await channel.remove(target, found.ref, attemptOf(lease, delivery));
    return gone;
  } catch (cause) {
    if (cause instanceof StoodDownError) throw cause;
    return { ...gone, error: `a surplus message could not be taken away: ${String(cause)}` };
  }
}

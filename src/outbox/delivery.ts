import { createHash } from "node:crypto";
import { z } from "zod";
import type { DeliveryId, TurnId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import type { TenantSeal } from "../store/seal.ts";

/** One message on its way to the platform. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly turnId: TurnId | undefined;
  /** The epoch an answer belongs to; a notice without one may be sent by whoever has the baton. */
  readonly epoch: number | undefined;
  readonly part: number;
  readonly seq: number;
  readonly reply: Reply;
  readonly streamed: boolean;
  /** `sending`: an earlier try began and its outcome is not known. */
  readonly state: "pending" | "sending";
  readonly ref: string | undefined;
  readonly attempts: number;
  readonly dueInMs: number;
  readonly sendingSince: Date | undefined;
  /** Of a notice too long for one message: how many of the messages before the last one surely stand there. */
  readonly piecesSent: number;
  readonly correlationId: string;
  /** As it was stored when it was read, to see whether it says something else by the time it goes. */
  readonly stored?: StoredBody | undefined;
}

/** A stored body by its digest, and how a newer one is read. */
interface StoredBody {
  readonly md5: string;
  readonly open: (body: Buffer) => Reply;
}

/** The purpose under which a delivery's body is sealed. */
const bodyPurpose = "delivery.body";

const button = z.object({
  action: z.string(),
  label: z.string(),
  value: z.string(),
  style: z.enum(["primary", "danger"]).optional(),
});

const reply = z.object({
  body: z.string(),
  citations: z
    .array(z.object({ title: z.string(), url: z.string().optional(), locator: z.string().optional() }))
    .optional(),
  buttons: z.array(button).optional(),
  suggestions: z.array(z.string()).optional(),
  feedback: z.string().optional(),
  files: z
    .array(z.object({ id: z.string(), name: z.string(), mimeType: z.string(), bytes: z.number() }))
    .optional(),
  onlyFor: z.string().optional(),
  repliesTo: z.string().optional(),
  mentions: z.array(z.object({ id: z.string(), name: z.string() })).optional(),
});

/** Encrypts a reply for the outbox. */
export function sealReply(seal: TenantSeal, body: Reply): Buffer {
  return seal.seal(bodyPurpose, JSON.stringify(body));
}

/** Reads what `sealReply` gave. */
export function openReply(seal: TenantSeal, body: Buffer): Reply {
  return reply.parse(JSON.parse(seal.open(bodyPurpose, body)));
}

const bytea = z.string().transform((hex) => Buffer.from(hex.slice(2), "hex"));
const date = z.coerce.date();

const deliveryRow = z.object({
  id: z.custom<DeliveryId>((value) => typeof value === "string"),
  turn_id: z.custom<TurnId>((value) => typeof value === "string").nullable(),
  epoch: z.number().nullable(),
  part: z.number(),
  seq: z.number(),
  body: bytea,
  streamed: z.boolean(),
  state: z.enum(["pending", "sending"]),
  ref: z.string().nullable(),
  attempts: z.number(),
  due_in_ms: z.number(),
  sending_since: date.nullable(),
  pieces_sent: z.number(),
  correlation_id: z.string().nullable(),
});

/** The columns `parseDelivery` reads, of the table aliased `d`. */
export const deliveryColumns = `d.id, d.turn_id, d.epoch, d.part, d.seq, d.body, d.streamed, d.state, d.ref, d.attempts,
  d.sending_since, d.pieces_sent, d.correlation_id, d.created_at,
  (extract(epoch FROM d.next_attempt_at - clock_timestamp()) * 1000)::float8 AS due_in_ms`;

/** Reads a delivery as PostgreSQL's `json_agg` wrote it. */
export function parseDelivery(row: unknown, seal: TenantSeal): Delivery {
  const parsed = deliveryRow.parse(row);
  return {
    id: parsed.id,
    turnId: parsed.turn_id ?? undefined,
    epoch: parsed.epoch ?? undefined,
    part: parsed.part,
    seq: parsed.seq,
    reply: openReply(seal, parsed.body),
    streamed: parsed.streamed,
    state: parsed.state,
    ref: parsed.ref ?? undefined,
    attempts: parsed.attempts,
    dueInMs: parsed.due_in_ms,
    sendingSince: parsed.sending_since ?? undefined,
    piecesSent: parsed.pieces_sent,
    correlationId: parsed.correlation_id ?? "",
    stored: {
      md5: createHash("md5").update(parsed.body).digest("hex"),
      open: (body) => openReply(seal, body),
    },
  };
}

import { z } from "zod";
import { channelNames } from "../core/envelope.ts";
import type {
  ContactId,
  ConversationId,
  DeliveryId,
  InstallationId,
  MessageId,
  StaffId,
  TurnId,
} from "../core/ids.ts";
import { roles } from "../core/tool.ts";

const id = <T extends string>() => z.custom<T>((value) => typeof value === "string");
const bytea = z.string().transform((hex) => Buffer.from(hex.slice(2), "hex"));
const wholeNumber = z.coerce.number();
const kind = z.enum(["message", "action", "command"]);

const openRow = z.object({
  id: id<MessageId>(),
  seq: z.number(),
  role: z.enum(["user", "staff", "system"]),
  kind,
  sender_id: z.string().nullable(),
  external_id: z.string().nullable(),
  content: bytea,
  correlation_id: z.string().nullable(),
  waited_ms: z.number(),
});

/** A message of the talk. */
export const historyRow = z.object({
  seq: z.number(),
  role: z.enum(["user", "assistant", "staff", "system"]),
  kind,
  content: bytea,
  edited: z.string().nullable(),
});

const saidRow = z.object({
  seq: z.number(),
  role: z.enum(["user", "staff", "assistant"]),
  sender_id: z.string().nullable(),
  content: bytea,
  state: z.enum(["settled", "ignored"]),
});

const stepRow = z.object({
  key: z.string(),
  kind: z.enum(["model", "tool", "retrieval"]),
  repeatable: z.boolean(),
  output: bytea.nullable(),
  ok: z.boolean().nullable(),
  duration_ms: z.number().nullable(),
  cost_usd: z.number(),
});

const turnRow = z.object({
  id: id<TurnId>(),
  epoch: z.number(),
  through_seq: z.number(),
  inbox_version: z.number(),
  receipt: z.string().nullable(),
});

/** The row of the claim statement, everything people wrote still sealed. */
export const claimRow = z.object({
  id: id<ConversationId>(),
  channel: z.enum(channelNames),
  installation_id: id<InstallationId>(),
  installation: z.string(),
  space: z.string(),
  thread: z.string(),
  audience: z.enum(["direct", "group", "public", "shared"]),
  owner_kind: z.enum(["bot", "queue", "human", "off"]),
  owner_staff: id<StaffId>().nullable(),
  owner_queue: z.string().nullable(),
  status: z.enum(["active", "escalated", "snoozed", "closed"]),
  epoch: z.number(),
  asks_meanwhile: z.boolean(),
  epoch_seq: wholeNumber,
  inbox_version: wholeNumber,
  attempts: z.number(),
  summary: z.instanceof(Buffer).nullable(),
  summary_through_seq: wholeNumber,
  length_turns: z.number(),
  return_path: z.instanceof(Buffer).nullable(),
  dialogue: z.instanceof(Buffer).nullable(),
  hand_over: z.instanceof(Buffer).nullable(),
  contact_id: id<ContactId>(),
  contact_external_id: z.string(),
  contact_time_zone: z.string().nullable(),
  contact_locale: z.string().nullable(),
  contact_language: z.string().nullable(),
  contact_roles: z.array(z.enum(roles)),
  profile: z.instanceof(Buffer).nullable(),
  open: z.array(openRow),
  /** Null where the history known before is the one there is. */
  history: z.array(historyRow).nullable(),
  history_version: z.string().nullable(),
  said: z.array(saidRow),
  deliveries: z.array(z.unknown()),
  turn: turnRow.nullable(),
  steps: z.array(stepRow),
});

export type OpenRow = z.infer<typeof openRow>;
export type SaidRow = z.infer<typeof saidRow>;
export type HistoryRow = z.infer<typeof historyRow>;
export type StepRow = z.infer<typeof stepRow>;
export type TurnRowRead = z.infer<typeof turnRow>;

/** All that is needed of a delivery nobody can read. */
export const deliveryIdRow = z.object({ id: id<DeliveryId>() });

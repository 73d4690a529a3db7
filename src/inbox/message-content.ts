import { z } from "zod";
import { answerTroubles, type AnswerTrouble } from "../core/agent.ts";
import { beginningOf } from "../core/cut-text.ts";
import type { Attachment, RepliedTo } from "../core/envelope.ts";
import { roles, type Role } from "../core/tool.ts";
import type { TenantSeal } from "../store/seal.ts";

/** What people wrote, as it is stored: one sealed JSON document per message. */
export interface MessageContent {
  readonly text: string;
  readonly name?: string | undefined;
  readonly addressed?: "mention" | "direct" | "reply" | "none" | undefined;
  readonly mentionsOthers?: boolean | undefined;
  readonly inThread?: boolean | undefined;
  readonly repliesTo?: RepliedTo | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly action?: { readonly name: string; readonly value: string } | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** Answer where only the sender sees it. */
  readonly whisper?: boolean | undefined;
  /** For a note of Baton's own: the role in which the call it tells of was asked for. */
  readonly role?: Role | undefined;
  /** For an answer that did not help. */
  readonly trouble?: AnswerTrouble | undefined;
}

/** The purpose under which message content is sealed. */
export const contentPurpose = "message.content";

/** The purpose under which a conversation's return path is sealed. */
export const returnPathPurpose = "conversation.return-path";

const attachment = z.object({
  id: z.string(),
  name: z.string(),
  mimeType: z.string(),
  bytes: z.number(),
  handle: z.string(),
});

const messageContent = z.object({
  text: z.string(),
  name: z.string().optional(),
  addressed: z.enum(["mention", "direct", "reply", "none"]).optional(),
  mentionsOthers: z.boolean().optional(),
  inThread: z.boolean().optional(),
  repliesTo: z
    .object({ id: z.string(), text: z.string().optional(), isQuoted: z.boolean().optional() })
    .optional(),
  attachments: z.array(attachment).optional(),
  action: z.object({ name: z.string(), value: z.string() }).optional(),
  fields: z.record(z.string(), z.string()).optional(),
  whisper: z.boolean().optional(),
  role: z.enum(roles).optional(),
  trouble: z.object({ epoch: z.number(), kind: z.enum(answerTroubles) }).optional(),
});

/** Reads what `JSON.stringify` of a MessageContent gave. */
export function parseMessageContent(json: string): MessageContent {
  return messageContent.parse(JSON.parse(json));
}

/** A message as it stands in the database. */
export function sealContent(seal: TenantSeal, content: MessageContent): Buffer {
  return seal.seal(contentPurpose, JSON.stringify(content));
}

const longestText = 40_000;

/** The same, read back. Throws for what nobody can read. */
export function openContent(seal: TenantSeal, content: Buffer): MessageContent {
  return parseMessageContent(seal.open(contentPurpose, content));
}

/** The same, and undefined for what nobody can read. */
export function tryOpenContent(seal: TenantSeal, content: Buffer): MessageContent | undefined {
  try {
    return openContent(seal, content);
  } catch {
    return undefined;
  }
}

/** As much of what somebody wrote as is kept. */
export function toKeptText(text: string): string {
  return beginningOf(text, longestText);
}

import { z } from "zod";
import { actions } from "../../core/reply.ts";

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, "is no id: a lower-case UUID");
const ownId = z
  .string()
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.:-]{0,99}$/, "is no id: 1 to 100 of A-Z a-z 0-9 _ . : -")
  .meta({
    description: "Made by the caller, different for each message: sent again, it does nothing again.",
  });
const text = z
  .string()
  .max(40_000, "is longer than 40 000 characters")
  .meta({ description: "What the visitor says." });

const attachmentIds = z.array(uuid).max(10, "are more than 10").optional();

const answered = ownId.optional().meta({ description: "The message of the conversation it answers." });

/** Ids in addresses. */
export const inThread = z.object({ thread_id: uuid });
export const ofMessage = z.object({ thread_id: uuid, message_id: ownId });
export const ofFile = z.object({ thread_id: uuid, attachment_id: uuid });

export const sessionRequest = z.object({
  site_key: z.string().min(1).max(100),
  user_token: z.string().min(1).max(4_000).optional().meta({
    description: "HMAC-SHA256 JWT signed by the site: exp and sub, perhaps name, locale and email.",
  }),
  new_thread: z.boolean().default(false),
});

const agent = z.enum(["customer", "staff", "admin", "analytics"]).default("customer");
const chatFields = {
  message: text.min(1, "is empty"),
  agent,
  thread_id: uuid.optional(),
  client_message_id: ownId.optional(),
};
export const chatRequest = z.object({ ...chatFields, attachments: attachmentIds });
export const chatQuery = z.object({
  ...chatFields,
  ticket: z.string().max(2_000).optional().meta({ description: "From POST /support/chat/ticket." }),
});

export const messageRequest = z
  .object({ text, attachments: attachmentIds, reply_to: answered })
  .refine((said) => said.text.trim() !== "" || (said.attachments?.length ?? 0) > 0, {
    path: ["text"],
    message: "is empty: write something or attach a file",
  });
export const editRequest = z.object({
  text: text.refine((edited) => edited.trim() !== "", "is empty: delete the message instead"),
});
export const feedbackRequest = z.object({ rating: z.enum(["up", "down"], "must be up or down") });
export const actionRequest = z.object({
  client_action_id: ownId,
  action: z.string().min(1).max(100),
  value: z.string().max(2_000).default(""),
  message_id: ownId.optional(),
});
export const historyQuery = z
  .object({
    after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().meta({
      description: "A cursor: gives what has changed since, in the order of the changes.",
    }),
    before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({
      description: "A position: gives the messages before it. Without either, the last ones.",
    }),
    limit: z.coerce.number().int().min(1).max(100).default(50),
  })
  .refine((query) => query.after === undefined || query.before === undefined, {
    path: ["after"],
    message: "cannot be combined with before",
  });
export const fileQuery = z.object({ name: z.string().min(1).max(255) });

export const sessionAnswer = z.object({
  token: z.string(),
  expires_at: z.iso.datetime(),
  thread_id: z.string(),
  identified: z.boolean(),
});
export const ticketAnswer = z.object({ ticket: z.string(), expires_at: z.iso.datetime() });

export const fileAnswer = z.object({
  id: z.string(),
  name: z.string(),
  mime_type: z.string(),
  bytes: z.number(),
});
const button = z.object({
  action: z.string().meta({ description: `Such as ${actions.human}.` }),
  label: z.string(),
  value: z.string(),
  style: z.enum(["primary", "danger"]).optional(),
});

/** A message as clients get it. */
export const messageAnswer = z.object({
  id: z.string(),
  role: z.enum(["user", "assistant"]),
  state: z.enum(["streaming", "final", "deleted"]),
  text: z.string().meta({ description: "CommonMark for an assistant, plain text for a user." }),
  citations: z
    .array(z.object({ title: z.string(), url: z.string().optional(), locator: z.string().optional() }))
    .optional(),
  buttons: z.array(button).optional(),
  suggestions: z.array(z.string()).optional(),
  attachments: z.array(fileAnswer).optional(),
  feedback: z.object({ rating: z.enum(["up", "down"]).optional() }).optional(),
  reactions: z.array(z.string()).optional().meta({ description: "Emoji that colleagues react to it with." }),
  reply_to: z.string().optional().meta({ description: "The message it answers." }),
  position: z.number(),
  cursor: z.number(),
  edited: z.boolean(),
  at: z.iso.datetime(),
});
export const statusAnswer = z.object({
  status: z.enum(["active", "escalated", "snoozed", "closed"]),
  owner: z.enum(["bot", "queue", "human", "off"]),
  assignee: z.string().optional(),
});
export const historyAnswer = z.object({
  messages: z.array(messageAnswer),
  cursor: z.number().meta({ description: "Ask for what comes after it." }),
  more: z.boolean().meta({ description: "There are further messages in the direction that was asked for." }),
});
export const conversationAnswer = statusAnswer.extend({ thread_id: z.string() });
export const receiptAnswer = z.object({
  message_id: z.string(),
  cursor: z.number(),
});
export const chatAnswer = z.object({
  response: z.string().meta({ description: "All answers, joined. Empty where a person will answer later." }),
  thread_id: z.string(),
  message_id: z.string(),
  messages: z.array(messageAnswer),
  status: statusAnswer,
});
export const pendingAnswer = z.object({
  status: z.literal("pending"),
  thread_id: z.string(),
  message_id: z.string(),
  poll: z.string().meta({ description: "Where the answer will be." }),
});
export const doneAnswer = z.object({ ok: z.literal(true) });

/** What a client may send over its WebSocket. */
export const clientFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("auth"),
    token: z.string().max(2_000),
    cursor: z.number().int().min(0).optional(),
  }),
  z.object({
    type: z.literal("send_message"),
    client_message_id: ownId,
    text,
    attachments: attachmentIds,
    reply_to: answered,
  }),
  z.object({ type: z.literal("typing") }),
  z.object({ type: z.literal("ping") }),
]);

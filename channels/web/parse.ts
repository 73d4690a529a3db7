import { z } from "zod";
import type { Envelope, Parsed } from "../../src/core/envelope.ts";
import type { VisitorEvent } from "../../src/core/web-door.ts";

const text = z.string().max(40_000);
const id = z.string().min(1).max(200);
const attachment = z.object({
  id,
  name: z.string().max(1_000),
  mimeType: z.string().max(200),
  bytes: z.number().int().min(0),
  handle: z.string().max(500),
});

const visitorEvent = z.object({
  site: id,
  thread: id,
  visitor: z.object({
    id,
    name: z.string().max(200).optional(),
    locale: z.string().max(35).optional(),
  }),
  at: z.iso.datetime(),
  correlationId: z.string().max(200),
  act: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("message"),
      id,
      text,
      attachments: z.array(attachment).max(10).optional(),
      repliesTo: id.optional(),
    }),
    z.object({ kind: z.literal("edit"), id, target: id, text }),
    z.object({ kind: z.literal("delete"), id, target: id }),
    z.object({ kind: z.literal("typing"), id }),
    z.object({
      kind: z.literal("action"),
      id,
      action: z.string().min(1).max(100),
      value: z.string().max(2_000),
      target: id.optional(),
    }),
  ]),
});

/** Reads what a visitor did. Pure; never throws, whatever the shape, and says why where there is nothing for us. */
export function parseWeb(payload: unknown): Parsed {
  const parsed = visitorEvent.safeParse(payload);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") || "the event";
    return { kind: "ignored", reason: `no act of a visitor: ${where} is wrong` };
  }
  return { kind: "envelope", envelope: toEnvelope(parsed.data) };
}

function toEnvelope(event: VisitorEvent): Envelope {
  const { act, visitor } = event;
  const at = new Date(event.at);
  const base = {
    id: act.id,
    channel: "web",
    installation: event.site,
    place: { space: event.thread, thread: "", audience: "direct" },
    sender: { kind: "user", ...visitor },
    sentAt: at,
    receivedAt: at,
    correlationId: event.correlationId,
    raw: event,
  } as const;
  switch (act.kind) {
    case "message":
      return {
        ...base,
        kind: "message",
        text: act.text,
        attachments: act.attachments ?? [],
        addressed: "direct",
        mentionsOthers: false,
        inThread: false,
        ...(act.repliesTo !== undefined && { repliesTo: { id: act.repliesTo } }),
      };
    case "edit":
      return { ...base, kind: "edit", targetId: act.target, text: act.text };
    case "delete":
      return { ...base, kind: "delete", targetId: act.target };
    case "typing":
      return { ...base, kind: "typing" };
    case "action":
      return { ...base, kind: "action", action: act.action, value: act.value, targetId: act.target };
    default:
      throw new Error(`unknown act: ${JSON.stringify(act satisfies never)}`);
  }
}

import type { z } from "zod";
import type { TranscriptItem } from "../../core/transcript.ts";
import type { ChatStatus } from "../../inbox/chat-progress.ts";
import type { messageAnswer, statusAnswer } from "./schemas.ts";

/** A message as clients get it. */
export function toVisible({ content, at, ...item }: TranscriptItem): z.infer<typeof messageAnswer> {
  const { text, citations, buttons, suggestions, attachments, feedback, rating, reactions, repliesTo } =
    content;
  return {
    ...item,
    text,
    ...(citations !== undefined && { citations: [...citations] }),
    ...(buttons !== undefined && { buttons: [...buttons] }),
    ...(suggestions !== undefined && { suggestions: [...suggestions] }),
    ...(attachments !== undefined && {
      attachments: attachments.map(({ id, name, mimeType, bytes }) => ({
        id,
        name,
        mime_type: mimeType,
        bytes,
      })),
    }),
    ...(feedback !== undefined && { feedback: rating === undefined ? {} : { rating } }),
    ...(reactions !== undefined && { reactions: [...reactions] }),
    ...(repliesTo !== undefined && { reply_to: repliesTo }),
    at: at.toISOString(),
  };
}

/** A conversation's state as clients get it. */
export function toVisibleStatus({ status, owner, assignee }: ChatStatus): z.infer<typeof statusAnswer> {
  return { status, owner, ...(assignee !== undefined && { assignee }) };
}

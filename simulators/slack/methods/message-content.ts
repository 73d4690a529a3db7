import { ApiError, invalidArguments } from "../api-error.ts";
import type { Arguments } from "../arguments.ts";
import { textOf } from "../arguments.ts";
import { checkBlocks } from "../blocks.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { MessageMetadata } from "../model.ts";

export const maxTextLength = 40_000;
export const maxMarkdownLength = 12_000;
const maxBlocks = 50;
const maxAttachments = 100;

interface Content {
  readonly text: string;
  readonly blocks?: readonly unknown[];
  readonly attachments?: readonly unknown[];
  readonly metadata?: MessageMetadata;
}

/** The body of a message, checked as the platform checks it. */
export function toContent(args: Arguments): Content {
  const markdown = textOf(args, "markdown_text");
  const text = textOf(args, "text") ?? "";
  const blocks = listOf(args["blocks"]);
  const attachments = listOf(args["attachments"]);
  if (markdown !== undefined && (text !== "" || blocks !== undefined))
    throw new ApiError("markdown_text_conflict");
  if (markdown !== undefined && markdown.length > maxMarkdownLength) throw new ApiError("msg_too_long");
  if (text.length > maxTextLength) throw new ApiError("msg_too_long");
  if (attachments !== undefined && attachments.length > maxAttachments)
    throw new ApiError("too_many_attachments");
  if (blocks !== undefined) checkBlocks(blocks, { max: maxBlocks, surface: "message" });
  if ((markdown ?? text).trim() === "" && (blocks ?? []).length === 0 && (attachments ?? []).length === 0)
    throw new ApiError("no_text");
  return {
    text: markdown ?? text,
    ...(blocks === undefined ? {} : { blocks: withBlockIds(blocks) }),
    ...(attachments === undefined ? {} : { attachments }),
    ...metadataOf(args),
  };
}

/** `metadata` with an event type and a payload, or the platform's complaint. */
export function metadataOf(args: Arguments): { metadata?: MessageMetadata } {
  const { metadata } = args;
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) throw new ApiError("invalid_metadata_format");
  const { event_type, event_payload, ...rest } = metadata;
  const unknown = Object.keys(rest).filter((key) => key !== "entities");
  if (unknown.length > 0) throw invalidArguments(`unknown field in metadata: ${unknown.join(", ")}`);
  if (typeof event_type !== "string" || !isRecord(event_payload))
    throw new ApiError("invalid_metadata_schema");
  return { metadata: { event_type, event_payload } };
}

/** The platform gives every block an id. */
export function withBlockIds(blocks: readonly unknown[]): readonly unknown[] {
  return blocks.map((block, index) =>
    isRecord(block) && block["block_id"] === undefined
      ? { ...block, block_id: `b${index}${Math.random().toString(36).slice(2, 6)}` }
      : block,
  );
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

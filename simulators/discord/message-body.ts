import { invalidForm, refusal } from "./api-error.ts";
import { checkComponents } from "./components.ts";
import { FieldCheck } from "./field-check.ts";
import type { Path } from "./field-check.ts";
import { isRecord } from "../kit/is-record.ts";
import type { AllowedMentions } from "./mentions.ts";
import { isSnowflake } from "./snowflakes.ts";

type Fields = Record<string, unknown>;

/** A file that came with a request. */
export interface Upload {
  /** The `n` of `files[n]`. */
  readonly index: string;
  readonly name: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** The body of a message, checked. What the body left out is undefined. */
export interface MessageBody {
  readonly text: string | undefined;
  readonly embeds: readonly Fields[] | undefined;
  readonly components: readonly unknown[] | undefined;
  readonly allowedMentions: AllowedMentions | undefined;
  readonly reference:
    | { readonly messageId: string; readonly channelId: string | undefined; readonly mustExist: boolean }
    | undefined;
  readonly nonce: string | number | undefined;
  readonly enforceNonce: boolean;
  readonly flags: number;
  /** Descriptions of uploads by index, and on an edit the ids of the files that stay. */
  readonly attachments:
    readonly { readonly id: string; readonly description: string | undefined }[] | undefined;
}

const suppressEmbeds = 1 << 2;
const ephemeral = 1 << 6;
const suppressNotifications = 1 << 12;
const settableFlags = suppressEmbeds | ephemeral | suppressNotifications;

/** Checks a message's body; throws 50035 with everything that is wrong with it, 40005 when a file is too big. */
export function parseMessageBody(
  body: unknown,
  files: readonly Upload[],
  limits: { readonly maxFileBytes: number },
): MessageBody {
  const check = new FieldCheck();
  const fields = check.record(body, []) ?? {};
  const text = check.text(fields["content"], ["content"], { max: 2_000 });
  const embeds = checkEmbeds(check, fields["embeds"]);
  checkComponents(check, fields["components"], { modal: false });
  const flags = check.integer(fields["flags"], ["flags"], { min: 0, max: 2 ** 31 }) ?? 0;
  if ((flags & ~settableFlags) !== 0)
    check.fault(["flags"], "BASE_TYPE_CHOICES", "Only the flags 4, 64 and 4096 are served here.");
  const allowedMentions = checkAllowedMentions(check, fields["allowed_mentions"]);
  const nonce = checkNonce(check, fields["nonce"]);
  const reference = checkReference(check, fields["message_reference"]);
  const attachments = checkAttachments(check, fields["attachments"]);
  if (files.length > 10) check.fault(["files"], "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.");
  if (check.faults.length > 0) throw invalidForm(check.faults);
  if (files.some((file) => file.content.length > limits.maxFileBytes)) throw refusal(40005);
  return {
    // An explicit null empties the text.
    text: fields["content"] === null ? "" : text,
    embeds,
    components: fields["components"] === null ? [] : (fields["components"] as readonly unknown[] | undefined),
    allowedMentions,
    reference,
    nonce,
    enforceNonce: fields["enforce_nonce"] === true,
    flags,
    attachments,
  };
}

function checkNonce(check: FieldCheck, value: unknown): string | number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  if (typeof value !== "string")
    return check.fault(["nonce"], "NONCE_TYPE_INVALID", "Nonce must be a string or an integer.");
  if (value.length > 25)
    return check.fault(["nonce"], "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.");
  return value;
}

function checkReference(check: FieldCheck, value: unknown): MessageBody["reference"] {
  if (value === undefined || value === null) return undefined;
  const fields = check.record(value, ["message_reference"]);
  if (fields === undefined) return undefined;
  const { message_id: messageId, channel_id: channelId } = fields;
  if (!isSnowflake(messageId)) return notSnowflake(check, ["message_reference", "message_id"], messageId);
  if (channelId !== undefined && !isSnowflake(channelId))
    return notSnowflake(check, ["message_reference", "channel_id"], channelId);
  return { messageId, channelId, mustExist: fields["fail_if_not_exists"] !== false };
}

function notSnowflake(check: FieldCheck, path: Path, value: unknown): undefined {
  return check.fault(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not snowflake.`);
}

function checkAllowedMentions(check: FieldCheck, value: unknown): AllowedMentions | undefined {
  if (value === undefined || value === null) return undefined;
  const root = ["allowed_mentions"];
  const fields = check.record(value, root);
  if (fields === undefined) return undefined;
  const parse = strings(check.list(fields["parse"], [...root, "parse"], { max: 3 }));
  for (const [index, kind] of parse.entries())
    if (!["roles", "users", "everyone"].includes(kind))
      check.fault(
        [...root, "parse", index],
        "BASE_TYPE_CHOICES",
        "Value must be one of ('roles', 'users', 'everyone').",
      );
  const lists: { users?: string[]; roles?: string[] } = {};
  for (const kind of ["users", "roles"] as const) {
    if (fields[kind] === undefined || fields[kind] === null) continue;
    const ids = strings(check.list(fields[kind], [...root, kind], { max: 100 }));
    lists[kind] = ids;
    if (ids.length > 0 && parse.includes(kind))
      check.fault(
        root,
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
  }
  return { parse, ...lists, replied_user: fields["replied_user"] === true };
}

function checkAttachments(check: FieldCheck, value: unknown): MessageBody["attachments"] {
  if (value === undefined || value === null) return undefined;
  return check.list(value, ["attachments"], { max: 10 }).flatMap((one, index) => {
    const path = ["attachments", index];
    const fields = check.record(one, path);
    if (fields === undefined) return [];
    const id = String(fields["id"] ?? "");
    const description = check.text(fields["description"], [...path, "description"], { max: 1_024 });
    return [{ id, description }];
  });
}

function checkEmbeds(check: FieldCheck, value: unknown): Fields[] | undefined {
  if (value === undefined) return undefined;
  const embeds = check.list(value, ["embeds"], { max: 10 });
  let total = 0;
  const count = (text: unknown, path: Path, limit: { min?: number; max: number }): void => {
    total += [...(check.text(text, path, limit) ?? "")].length;
  };
  for (const [index, value] of embeds.entries()) {
    const path = ["embeds", index];
    const embed = check.record(value, path);
    if (embed === undefined) continue;
    count(embed["title"], [...path, "title"], { max: 256 });
    count(embed["description"], [...path, "description"], { max: 4_096 });
    const { footer, author } = embed;
    if (isRecord(footer)) count(footer["text"], [...path, "footer", "text"], { min: 1, max: 2_048 });
    if (isRecord(author)) count(author["name"], [...path, "author", "name"], { min: 1, max: 256 });
    const fields = check.list(embed["fields"], [...path, "fields"], { max: 25 });
    for (const [at, field] of fields.entries()) {
      const within = [...path, "fields", at];
      const entry = check.record(field, within);
      count(entry?.["name"], [...within, "name"], { min: 1, max: 256 });
      count(entry?.["value"], [...within, "value"], { min: 1, max: 1_024 });
    }
  }
  if (total > 6_000)
    check.fault(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
  return embeds.filter(isRecord);
}

function strings(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === "string");
}

import type { SeenMessage } from "./slack/model.ts";
import type { CallRecord, DeliveryRecord, History } from "./slack/record.ts";

/** A message as the playground's page draws it. */
export interface PageMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly user?: string;
  readonly userName: string;
  readonly isBot: boolean;
  readonly text: string;
  readonly markdown: boolean;
  readonly blocks?: readonly unknown[];
  readonly files?: readonly { id: string; name: string; mimetype: string; size: number }[];
  readonly streaming: boolean;
  readonly broadcast: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly ephemeralTo?: string;
}

/** Leaves out what the page does not draw, above all the timeline of a stream. */
export function toPageMessage(seen: SeenMessage): PageMessage {
  return {
    channel: seen.channel,
    ts: seen.ts,
    ...(seen.threadTs === undefined ? {} : { threadTs: seen.threadTs }),
    ...(seen.user === undefined ? {} : { user: seen.user }),
    userName: seen.userName,
    isBot: seen.isBot,
    text: seen.text,
    markdown: seen.stream !== undefined,
    // What people type is kept as text and blocks alike, and the text has what they meant by * and `.
    ...(seen.blocks === undefined || !seen.isBot ? {} : { blocks: seen.blocks }),
    ...(seen.files === undefined ? {} : { files: seen.files }),
    streaming: seen.streaming,
    broadcast: seen.subtype === "thread_broadcast",
    edited: seen.edited,
    deleted: seen.deleted,
    reactions: seen.reactions,
    ...(seen.ephemeralTo === undefined ? {} : { ephemeralTo: seen.ephemeralTo }),
  };
}

/** What a person typed, as the platform writes it down: its own markup escaped, addresses made links. */
export function toTyped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\bhttps?:\/\/[^\s|@"'`]+[^\s|@"'`.,;:!?)\]}*_~]/g, (url) =>
      url.includes("&lt;") || url.includes("&gt;") ? url : `<${url}>`,
    );
}

/** Something that passed between Baton and the platform. `at` is in milliseconds since the epoch. */
export interface Happening {
  readonly seq: number;
  readonly at: number;
  readonly ms: number;
  readonly kind: "call" | "delivery";
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const maxHappenings = 200;

/** The last calls and deliveries after `seq`, oldest first. */
export function toHappenings({ calls, deliveries }: History, seq: number): Happening[] {
  const after = <R extends { readonly seq: number }>(records: readonly R[]): R[] =>
    records.filter((record) => record.seq > seq).slice(-maxHappenings);
  return [...after(calls).map(fromCall), ...after(deliveries).map(fromDelivery)]
    .toSorted((a, b) => a.seq - b.seq)
    .slice(-maxHappenings);
}

function fromCall(call: CallRecord): Happening {
  const { seq, at, ms, method, ok, args } = call;
  const said = args["markdown_text"] ?? args["text"] ?? args["status"] ?? args["name"];
  const problem = call.error ?? (ok ? "" : `answered ${call.status}`);
  return { seq, at, ms, kind: "call", name: method, ok, detail: problem || shorten(said) };
}

function fromDelivery(delivery: DeliveryRecord): Happening {
  const { seq, at, ms, type, acked, attempt, what } = delivery;
  const retried = attempt > 1 ? `attempt ${attempt}` : "";
  const problem = acked ? "" : (delivery.error ?? `answered ${delivery.status}`);
  const detail = [what, retried, problem].filter((part) => part !== "").join(", ");
  return { seq, at, ms, kind: "delivery", name: type, ok: acked, detail };
}

function shorten(said: unknown): string {
  if (typeof said !== "string") return "";
  const line = said.replaceAll(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

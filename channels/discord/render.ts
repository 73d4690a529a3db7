import type { Citation, Reply } from "../../src/core/reply.ts";
import { calledIn } from "../kit/called.ts";
import { cutToLine } from "../kit/cut-short.ts";
import { judgeLink } from "../kit/safe-link.ts";
import { splitReply } from "../kit/split.ts";
import { type ActionRow, toActionRows } from "./controls.ts";
import { escapeText } from "./escape.ts";
import { encodeAddress, toDiscordMarkdown } from "./markup.ts";
import { measureForDiscord } from "./measure.ts";
import { isSnowflake } from "./snowflake.ts";

/** A message as Discord takes it, for posting and for editing alike. */
export interface DiscordPayload {
  readonly content: string;
  readonly components: readonly ActionRow[];
  /** Whatever the text says, nobody is called by it but whom the reply itself names. */
  readonly allowed_mentions: {
    readonly parse: readonly [];
    readonly users?: readonly string[];
    readonly replied_user: false;
  };
  /** Links unfold no previews. */
  readonly flags: number;
}

/** Discord's limit for a message's text, in UTF-16 units. */
export const contentLimit = 2_000;

/** Flag: shown to one person alone. */
export const ephemeral = 1 << 6;
const suppressEmbeds = 1 << 2;

/** A reply that fits one message (see `splitForDiscord`) as Discord's payload. */
export function renderReply(reply: Reply): DiscordPayload {
  const words = [toDiscordMarkdown(reply.body), renderCitations(reply.citations ?? [])]
    .filter((part) => part !== "")
    .join("\n\n");
  const users = usersIn(reply);
  const content = toCalls(users) + words;
  return {
    // Discord refuses a message without text, also where buttons say it all.
    content: content === "" ? "…" : content,
    components: toActionRows(reply),
    allowed_mentions: { parse: [], ...(users.length > 0 && { users }), replied_user: false },
    flags: suppressEmbeds,
  };
}

function usersIn(reply: Reply): readonly string[] {
  return calledIn(reply, isSnowflake).map(({ id }) => id);
}

function toCalls(users: readonly string[]): string {
  return users.length === 0 ? "" : `${users.map((id) => `<@${id}>`).join(" ")}\n`;
}

/** Cuts a reply into replies that each fit one Discord message once rendered. */
export function splitForDiscord(reply: Reply): readonly Reply[] {
  const cited = renderCitations(reply.citations ?? []).length;
  const measure = remembering(measureForDiscord);
  const called = toCalls(usersIn(reply)).length;
  const pieces = splitReply(reply, { limit: contentLimit - called, measure });
  const last = pieces.at(-1);
  if (last === undefined || cited === 0 || called + measure(last.body) + 2 + cited <= contentLimit)
    return pieces;
  const { body, onlyFor, ...attached } = last;
  const whispered = onlyFor === undefined ? {} : { onlyFor };
  return [...pieces.slice(0, -1), { body, ...whispered }, { ...attached, ...whispered, body: "" }];
}

/** The same piece is measured several times on its way. */
function remembering(measure: (piece: string) => number): (piece: string) => number {
  const known = new Map<string, number>();
  return (piece) => {
    let size = known.get(piece);
    if (size === undefined) known.set(piece, (size = measure(piece)));
    return size;
  };
}

const maxCitations = 12;
const maxTitle = 100;
const maxUrl = 400;
/** Less than a message, so that the sources always fit into one. */
const maxCited = 1_900;

/** The sources in small print, a line each. */
function renderCitations(citations: readonly Citation[]): string {
  let lines = "";
  for (const [index, citation] of citations.slice(0, maxCitations).entries()) {
    const line = `-# [${index + 1}] ${renderCitation(citation)}`;
    if (lines.length + 1 + line.length > maxCited) return `${lines}\n-# …`;
    lines += lines === "" ? line : `\n${line}`;
  }
  return citations.length > maxCitations ? `${lines}\n-# …` : lines;
}

function renderCitation({ title, url, locator }: Citation): string {
  const name = escapeText(toLine(title));
  const where = locator === undefined || locator === "" ? "" : ` · ${escapeText(toLine(locator))}`;
  const verdict = judgeLink(title, url ?? "");
  // An address too long to show whole is no use cut short.
  if (verdict.kind === "inert" || verdict.url.length > maxUrl || !/^https?:/i.test(verdict.url))
    return name + where;
  const label = verdict.kind === "plain" ? name.replaceAll("[", "(").replaceAll("]", ")") : verdict.host;
  const link = `[${label === "" ? "source" : label}](<${encodeAddress(verdict.url)}>)`;
  return verdict.kind === "plain" ? link + where : `${name} (${link})${where}`;
}

function toLine(text: string): string {
  return cutToLine(text, maxTitle);
}

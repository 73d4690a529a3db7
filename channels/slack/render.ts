import type { ContextBlock, KnownBlock } from "@slack/types";
import type { Citation, Reply } from "../../src/core/reply.ts";
import { toActionsBlocks, toFeedbackBlock } from "./controls.ts";
import { calledIn } from "../kit/called.ts";
import { judgeLink } from "../kit/safe-link.ts";
import { escapeMrkdwn, toSafeMarkdown } from "./safe-markdown.ts";

/** A reply as Slack takes it: `text` for notifications and screen readers, `blocks` for everyone else. */
export interface SlackPayload {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Slack's limit for all `markdown` blocks of a message together, and for one `markdown_text`, in UTF-16 units. */
export const markdownLimit = 12_000;

/**
 * A reply that fits one message (see `split`) as Slack's payload. The body goes into a `markdown` block:
 * Slack itself translates headings, lists, tables and code, the same dialect as its streams.
 */
export function renderReply(reply: Reply): SlackPayload {
  const markdown = toSafeMarkdown(reply.body);
  const body: KnownBlock[] = markdown.trim() === "" ? [] : [{ type: "markdown", text: markdown }];
  const called = toMentions(reply);
  const calls: KnownBlock[] =
    called === "" ? [] : [{ type: "section", text: { type: "mrkdwn", text: called } }];
  const text = [called, toFallback(reply)].filter((part) => part !== "").join(" ");
  return { text, blocks: [...calls, ...body, ...renderAttached(reply)] };
}

/** In a block of its own, whose text no words get into. */
function toMentions(reply: Reply): string {
  return calledIn(reply, (id) => /^[UW][A-Z0-9]{4,30}$/.test(id))
    .map(({ id }) => `<@${id}>`)
    .join(" ");
}

/** What hangs on a reply, without its body: what ends a stream. */
export function renderAttached(reply: Reply): KnownBlock[] {
  const cited = reply.citations ?? [];
  return [
    ...(cited.length === 0 ? [] : [toCitationsBlock(cited)]),
    ...toActionsBlocks(reply.buttons ?? [], reply.suggestions ?? []),
    ...(reply.feedback === undefined ? [] : [toFeedbackBlock(reply.feedback)]),
  ];
}

const maxCitations = 10;
const maxTitle = 150;
/** Slack's limit for one text of a context block is not documented; a section's is 3 000. */
const maxContextText = 3_000;

/** Slack takes ten elements in a context block: the tenth has all that are left, a line each. */
function toCitationsBlock(citations: readonly Citation[]): ContextBlock {
  const lines = citations.map((citation, index) => `[${index + 1}] ${toCitation(citation)}`);
  const rest = lines.slice(maxCitations - 1);
  const texts = lines
    .slice(0, maxCitations - 1)
    .concat(rest.length === 0 ? [] : [joinUpTo(rest, maxContextText)]);
  return { type: "context", elements: texts.map((text) => ({ type: "mrkdwn", text })) };
}

function joinUpTo(lines: readonly string[], max: number): string {
  let joined = lines[0] ?? "";
  for (const line of lines.slice(1)) {
    if (joined.length + line.length + 3 > max) return `${joined}\n…`;
    joined += `\n${line}`;
  }
  return joined;
}

function toCitation({ title, url, locator }: Citation): string {
  const name = escapeMrkdwn(shorten(title));
  const where = locator === undefined || locator === "" ? "" : ` · ${escapeMrkdwn(shorten(locator))}`;
  const verdict = judgeLink(title, url ?? "");
  switch (verdict.kind) {
    case "inert":
      return name + where;
    case "plain":
      // An address too long to show whole is no use cut short.
      return verdict.url.length > maxContextText / 2
        ? name + where
        : `<${toHref(verdict.url)}|${toLabel(name)}>${where}`;
    case "disguised":
      return `${name} (<${toHref(verdict.url)}|${toLabel(escapeMrkdwn(verdict.host))}>)${where}`;
  }
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= maxTitle
    ? line
    : `${line.slice(0, maxTitle).replace(/\S*$/, "").trimEnd() || line.slice(0, maxTitle).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function toHref(url: string): string {
  return url.replaceAll("&", "&amp;");
}

function toLabel(escaped: string): string {
  return escaped === "" ? "source" : escaped.replaceAll("|", "¦");
}

/** What a notification shows: the words without the markup. Slack keeps 40 000 characters of it, ours stays far below. */
function toFallback(reply: Reply): string {
  const words = reply.body
    .slice(0, markdownLimit)
    .replaceAll(/^ {0,3}(?:`{3,}|~{3,}).*$\n?/gm, "")
    .replaceAll(/^ {0,3}#{1,6}[ \t]+/gm, "")
    .replaceAll(/(\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, "$2")
    .replaceAll(/!?\[([^\]\n]*)\]\(([^)\s]*)[^)\n]*\)/g, "$1 ($2)")
    .trim();
  if (words !== "") return escapeMrkdwn(words);
  const labels = [...(reply.buttons ?? []).map(({ label }) => label), ...(reply.suggestions ?? [])];
  return escapeMrkdwn(labels.join(" · "));
}

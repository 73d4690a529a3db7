import type { Activity } from "botbuilder";
import type { Reply } from "../../src/core/reply.ts";
import { calledIn } from "../kit/called.ts";
import { holdBack } from "../kit/hold-back.ts";
import { splitReply } from "../kit/split.ts";
import { plainText } from "../kit/write-markdown.ts";
import { labelsOf, toCard } from "./card.ts";
import { toTeamsMarkdown } from "./teams-markdown.ts";

/** An activity of ours as far as we write it; the connector adds who, where and when. */
export type OutgoingActivity = Partial<Activity>;

const cardType = "application/vnd.microsoft.card.adaptive";

/**
 * A reply that fits one message (see `splitForTeams`) as an activity: the words as markdown, what hangs on them as
 * a card, and a summary for notifications where there are no words.
 */
export function renderReply(reply: Reply): OutgoingActivity {
  const called = toMentions(reply);
  const calls = called.map((mention) => mention.text).join(" ");
  const words = toTeamsMarkdown(reply.body);
  const text = calls === "" ? words : `${calls}\n\n${words}`;
  const card = toCard(reply);
  return {
    type: "message",
    ...(text.trim() === "" ? { summary: labelsOf(reply) } : { text, textFormat: "markdown" }),
    ...(called.length > 0 && { entities: called }),
    ...(card !== undefined && { attachments: [{ contentType: cardType, content: card }] }),
  };
}

/** An entity calls whom it names where its text stands in the message; no words can write one. */
function toMentions(reply: Reply) {
  return calledIn(reply).map(({ id, name }) => {
    const shown = plainText(name).replaceAll(/[<>&*_`~[\]\\]/g, "") || "colleague";
    return { type: "mention", text: `<at>${shown}</at>`, mentioned: { id, name: shown } };
  });
}

/** The bytes an activity takes on the wire. */
export function bytesOf(activity: OutgoingActivity): number {
  return Buffer.byteLength(JSON.stringify(activity));
}

/**
 * Teams refuses what is over about 28 KB (learn.microsoft.com: bots/how-to/format-your-bot-messages); what we do
 * not write ourselves, such as a stream's entity, gets the rest.
 */
const activityLimit = 27_000;
/** What one step of a stream may take, bytes; the final message may take more. */
export const streamedLimit = activityLimit;
const leastText = 4_000;

/** Cuts a reply into replies that each fit one activity, measured in the bytes of its JSON. */
export function splitForTeams(reply: Reply): readonly Reply[] {
  const room = Math.max(leastText, activityLimit - bytesOf(renderReply({ ...reply, body: "" })));
  if (reply.body.length * mostBytes <= room && !reply.body.includes("]:")) return [reply];
  return splitReply(reply, { limit: room, measure: createMeasure() });
}

/** Measures markdown as it will be on the wire. The rows of a table are asked for several times each. */
function createMeasure(): (markdown: string) => number {
  const known = new Map<string, number>();
  return (markdown) => {
    const bytes = known.get(markdown) ?? textBytes(toTeamsMarkdown(markdown));
    known.set(markdown, bytes);
    return bytes;
  };
}

/** What a character takes at most, made harmless, in a table's padding or escaped in JSON: measured below this size. */
const mostBytes = 24;

function textBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/**
 * The part of a growing text that can be shown without taking anything back: a line that becomes a heading and a
 * table that is still growing would change what stands there already.
 */
export function renderGrowing(text: string): string {
  const held = holdBack(text);
  const table = /^[ \t>]*\|/m.exec(held)?.index ?? held.length;
  const stable = held.slice(0, table);
  return toTeamsMarkdown(stable.replace(/^[ \t>]*#{1,6}(?:[ \t][^\n]*)?$(?![^])/m, "")).trimEnd();
}

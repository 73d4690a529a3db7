import { toMoment } from "../../core/wall-clock.ts";
import { deckButton } from "../../core/deck.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Button, Reply } from "../../core/reply.ts";
import { say, toTextLanguage, type TextLanguage } from "../../core/texts/texts.ts";
import { plainName } from "../approval-card.ts";
import type { Brief } from "./brief.ts";
import type { Identity } from "./reply-store.ts";
import type { Standing } from "./room-store.ts";

/** The card about a person in a room that they do not read. */
export function toCard(
  brief: Brief,
  standing: Standing,
  conversationId: string,
  { timeZone, isLive = false }: { readonly timeZone: string; readonly isLive?: boolean },
): Reply {
  const live = isLive && standing.owner_kind === "human" && standing.status !== "closed";
  const lines = [
    ...(live ? [toLiveLine(standing.holder ?? undefined, brief.name)] : []),
    toBriefLines(brief),
    toStandingLine(standing, timeZone),
  ];
  const label = live ? "Stop live" : "Go live";
  const more = standing.owner_kind === "human" ? [deckButton("live", label, { conversationId })] : [];
  const buttons = toDeckButtons(standing, conversationId);
  return {
    body: lines.join("\n\n"),
    buttons: standing.status === "closed" ? buttons : [...buttons, ...more],
  };
}

/** That a colleague's words reach the person as they are written, and how that ends. */
export function toLiveLine(holder: string | undefined, person: string | undefined): string {
  const who = plainName(holder ?? "A colleague");
  const to = plainName(person ?? "them");
  return `🔴 **LIVE:** what ${who} writes in the thread goes to ${to}. A line that begins with \`//\` stays among colleagues; \`!live off\` ends it.`;
}

/** What is known of a person and their wish. */
export function toBriefLines(brief: Brief): string {
  const language = brief.language === undefined ? "" : `, speaks ${toLanguageName(brief.language)}`;
  const { facts, tried, reason, history, mood } = brief;
  return [
    `**${whoOf(brief)}** (${channelNames.get(brief.channel) ?? plainText(brief.channel)}${language})`,
    `**Asks:** ${plainText(brief.ask) || "nothing in words"}`,
    ...(mood === undefined ? [] : [`**Mood:** ${plainText(mood)}`]),
    ...(facts.length > 0 ? [`**Named:** ${facts.map(plainText).join(" · ")}`] : []),
    ...(tried.length > 0 ? [`**Tried:**\n${tried.map((line) => `- ${plainText(line)}`).join("\n")}`] : []),
    ...(reason === "" ? [] : [`**Here because:** ${plainText(reason)}`]),
    ...(history.length > 0
      ? [`**Before:**\n${history.map((line) => `- ${plainText(line)}`).join("\n")}`]
      : []),
  ].join("\n\n");
}

const channelNames: ReadonlyMap<string, string> = new Map([
  ["slack", "Slack"],
  ["discord", "Discord"],
  ["teams", "Teams"],
  ["web", "web site"],
]);

function toLanguageName(code: string): string {
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? plainText(code);
  } catch {
    return plainText(code);
  }
}

/** The same for a thread the person reads: who has it and since when they wait, nothing else. */
export function toThreadCard(
  standing: Standing,
  conversationId: string,
  timeZone: string,
  waits = "",
): Reply {
  const body = `${toPublicLine(standing, timeZone)} ${waits}`.trim();
  return { body, buttons: toDeckButtons(standing, conversationId) };
}

/** Who has the baton, since when somebody waits, and what is to be done next. */
export function toStandingLine(standing: Standing, timeZone: string): string {
  const at = (date: Date | null) => (date === null ? "" : ` since ${toZonedClock(date, timeZone)}`);
  const waits = standing.waiting_since === null ? "" : ` They have waited${at(standing.waiting_since)}.`;
  switch (standing.status) {
    case "closed":
      return "✅ **Resolved.**";
    case "snoozed":
      return `💤 **Snoozed**${standing.snoozed_until === null ? "" : ` until ${toMoment(standing.snoozed_until, timeZone)}`}.`;
    case "active":
    case "escalated":
      break;
    default:
      throw new Error(`unknown status: ${String(standing.status satisfies never)}`);
  }
  switch (standing.owner_kind) {
    case "human":
      return `🙋 **${plainName(standing.holder ?? "A colleague")} has it**${at(standing.since)}.${waits}`;
    case "queue":
      return `🔔 **Waiting** in ${plainText(standing.owner_queue?.replaceAll("_", " ") ?? "the queue")}.${waits} Next: somebody claims it.`;
    case "bot":
      return "🤖 **The bot has it.**";
    case "off":
      return "**The bot is switched off here.**";
    default:
      throw new Error(`unknown owner: ${String(standing.owner_kind satisfies never)}`);
  }
}

function toPublicLine(standing: Standing, timeZone: string): string {
  const language = toTextLanguage(standing.language);
  if (standing.status === "closed") return say(language, "handoff.card resolved");
  switch (standing.owner_kind) {
    case "queue":
      return standing.waiting_since === null
        ? say(language, "handoff.waiting")
        : say(language, "handoff.waiting since", { time: toClock(standing.waiting_since, timeZone) });
    case "human":
      return standing.holder === null
        ? say(language, "handoff.somebody has taken over")
        : say(language, "handoff.has taken over", { name: plainName(standing.holder) });
    case "bot":
    case "off":
      return say(language, "handoff.card is back");
    default:
      throw new Error(`unknown owner: ${String(standing.owner_kind satisfies never)}`);
  }
}

function toDeckButtons(standing: Standing, conversationId: string): readonly Button[] {
  const button = (...[name, label, style]: [Parameters<typeof deckButton>[0], string, Button["style"]?]) =>
    deckButton(name, label, { conversationId, style });
  const fix = standing.is_answered ? [button("fix", "Fix the last answer")] : [];
  if (standing.status === "closed") return [button("reopen", "Reopen"), ...fix];
  const always = [
    button("snooze", "Snooze 2 h"),
    button("assign", "Assign"),
    button("note", "Note"),
    button("draft", "Draft"),
    ...fix,
  ];
  if (standing.owner_kind === "human")
    return [button("bot", "Return to bot"), button("resolve", "Resolve", "primary"), ...always];
  return [button("claim", "Claim", "primary"), button("resolve", "Resolve"), ...always];
}

/** What stands at the top of a room's thread. */
export function toRoomGreeting(brief: Brief): string {
  const who = whoOf(brief);
  return [
    `This thread is the room for **${who}**. What you write here stays among colleagues.`,
    `\`!r …\` sends ${who} your words; the button under a message of yours, 📤 on it, or \`!send\`, sends that one.`,
    "`!live` sends whatever you write from then on.",
    "`!claim`, `!bot` and `!resolve` pass the baton; `!help` tells all.",
  ].join(" ");
}

/** What the person wrote, as colleagues read it. */
export function toMirrored({
  name,
  answered,
  text,
  files,
}: {
  readonly name: string | undefined;
  /** What it answers, as Markdown. */
  readonly answered?: string | undefined;
  readonly text: string;
  readonly files: readonly string[];
}): string {
  const whose = plainName(name ?? "They");
  const who = answered === undefined ? `**${whose}:**` : `**${whose}** ↪️ ${answered}:`;
  const isPlain = !text.includes("\n") && !/^\s*([#>*+-]|\d+[.)]|```)/u.test(text);
  const words = text === "" ? [] : [isPlain ? `${who} ${text}` : `${who}\n\n${text}`];
  const attached = files.map((file) => `📎 ${plainText(file)}`);
  return [...(words.length === 0 ? [who] : words), ...attached].join("\n\n");
}

/** What the bot answered while people wait, and how a colleague puts that right. */
export function toMirroredAnswer(
  id: string,
  text: string,
): Pick<Reply, "body"> & { readonly buttons: readonly Button[] } {
  return {
    body: toMirrored({ name: "The bot", text, files: [] }),
    buttons: [deckButton("fix", "Fix this answer", { conversationId: id })],
  };
}

/** The same once they took it back. */
export function toDeleted(name: string | undefined): string {
  return `**${plainName(name ?? "They")}** deleted this message.`;
}

/** What a colleague says to the person, under the name the company speaks in. */
export function toPublicWords(
  identity: Identity,
  author: string,
  text: string,
  language: TextLanguage,
): string {
  if (identity === "anonymous") return text;
  const name =
    identity === "named" ? plainName(author.split(" ")[0] ?? author) : say(language, "handoff.team");
  const isPlain = !text.includes("\n") && !/^\s*([#>*+-]|\d+[.)]|```)/u.test(text);
  return isPlain ? `**${name}:** ${text}` : `**${name}:**\n\n${text}`;
}

/** The line of a reply that is held back, with the button that stops it. */
export function toHeldLine(reply: {
  readonly id: string;
  readonly number: number;
  readonly holdMs: number;
}): Reply & { readonly buttons: readonly Button[] } {
  const { id, number, holdMs } = reply;
  const body = toReplyLine(number, { state: "held", holdMs });
  return { body, buttons: [deckButton("undo", "Undo", { conversationId: id })] };
}

/** What the room is told of a reply, in one line that changes as the reply goes its way. */
export function toReplyLine(
  number: number,
  end: {
    readonly state: "held" | "sent" | "failed" | "undone";
    readonly reason?: string | undefined;
    readonly holdMs?: number;
  },
  ways: readonly string[] = [],
): string {
  switch (end.state) {
    case "held":
      return `⏳ **#${number}** goes out in ${Math.max(1, Math.round((end.holdMs ?? 0) / 1_000))} s. \`!undo\` stops it.`;
    case "sent":
      return `✅ **#${number}** delivered. \`!edit ${number} …\` changes it.`;
    case "failed":
      return `⚠️ **#${number}** was not delivered: ${toFailure(end.reason)}${toWays(ways)}`;
    case "undone":
      return `↩️ **#${number}** was taken back. Nothing was sent.`;
    default:
      throw new Error(`unknown state: ${String(end.state satisfies never)}`);
  }
}

const closed =
  "they take no direct messages from the bot. They can still reach you by writing to it, or in a channel; a ticket stays open";
const failures: ReadonlyMap<string, string> = new Map([
  ["50007", closed],
  ["cannot_dm_bot", closed],
  ["user_disabled", "their account is disabled"],
  ["is_archived", "the conversation is archived"],
  ["channel_not_found", "the conversation is gone"],
  ["10003", "the conversation is gone"],
  ["50278", closed],
  ["BotNotInConversationRoster", "they removed the bot. They can still be reached by mail or a call"],
  ["MessageWritesBlocked", closed],
]);

function toFailure(reason: string | undefined): string {
  if (reason === undefined) return "the platform gave no reason.";
  return `${failures.get(reason) ?? `the platform refused it (\`${reason.replaceAll("`", "'").slice(0, 80)}\`)`}.`;
}

function toWays(ways: readonly string[]): string {
  return ways.length === 0 ? "" : ` They have named ${ways.map(plainText).join(", ")}.`;
}

function whoOf(brief: Brief): string {
  return plainName(brief.name ?? "Somebody");
}

/** Hours and minutes where the company is. */
export function toClock(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format(at);
}

/** The same with the zone's name: colleagues may be elsewhere. */
function toZonedClock(at: Date, timeZone: string): string {
  const shape = { hour: "2-digit", minute: "2-digit", timeZone, timeZoneName: "short" } as const;
  return new Intl.DateTimeFormat("en-GB", shape).format(at);
}

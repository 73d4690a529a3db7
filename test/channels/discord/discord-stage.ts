import { vi } from "vitest";
import { fieldsAt, isFields, listAt, textAt } from "../../../channels/kit/fields.ts";
import { renderReply } from "../../../channels/discord/render.ts";
import type { RestFaultAction } from "../../../simulators/discord/faults.ts";
import type { SeenMessage } from "../../../simulators/discord/model.ts";
import type { Target } from "../../../src/core/channel.ts";
import type { Reply } from "../../../src/core/reply.ts";
import { createFileShelf } from "../../contract/channel/file-shelf.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";
import type { ChannelStage, Shown, StageFault } from "../../contract/channel/subject.ts";
import { createListeningLog, setUp } from "./discord-harness.ts";

/** What Discord brings to life outside of code; `allowed_mentions` keeps it from calling anybody, but not from looking so. */
const token =
  /(?<!\\)<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::[a-zA-Z])?|\/[^:>\n]+:\d+|id:\w+)>|@(?:everyone|here)\b|\|\|[^|]+\|\||\b(?:discord|steam):\/\//g;

/** A rendered reply as a person sees it on Discord. */
export function shownByDiscord(reply: Reply): Shown {
  const { content, components } = renderReply(reply);
  return readParts(content, JSON.parse(JSON.stringify(components)));
}

/** Discord reads the same CommonMark as we write; small print is a mark of its own. */
function readParts(content: string, rows: readonly unknown[]): Shown {
  const labels = rows
    .filter(isFields)
    .flatMap((row) => listAt(row, "components"))
    .map((button) => textAt(button, "label") ?? textAt(fieldsAt(button, "emoji"), "name") ?? "");
  const read = readMarkdown(content.replaceAll(/^-# /gm, ""));
  const text = [read.text, ...labels.map((label) => `${label}\n`)].join("");
  return { text, links: read.links, alive: withoutCode(content).match(token) ?? [] };
}

function withoutCode(content: string): string {
  return content.replaceAll(/```[^]*?```|``[^]*?``(?!`)|(?<!\\)`[^`\n]*`/g, "");
}

const calls: Readonly<Record<StageFault["call"], readonly string[]>> = {
  create: ["POST /channels/:channel/messages"],
  edit: ["PATCH /channels/:channel/messages/:message"],
  file: ["POST /channels/:channel/messages"],
};

const faults: Readonly<Record<StageFault["how"], RestFaultAction>> = {
  "cut before": { kind: "cut", when: "before" },
  "cut after": { kind: "cut", when: "after" },
  refused: { kind: "error", status: 403, code: 50013 },
  limited: { kind: "rate_limit", retryAfterSeconds: 1 },
};

/** A simulated server with the channel on it. */
export async function startDiscordStage(): Promise<ChannelStage> {
  const parrot = "1300000000000000204";
  const log = createListeningLog();
  const { discord, channel, installations, stop } = await setUp({
    env: { DISCORD_ALLOWED_BOTS: parrot },
    log,
    simulator: { rateLimits: false, embedResolveMs: false },
  });
  const { applicationId, botUserId } = discord.app;
  await installations.save({
    externalId: discord.guild.id,
    name: discord.guild.name,
    credentials: { applicationId, botUserId },
  });
  const ana = discord.state.findUser("Ana").id;
  const mia = discord.state.findUser("Mia").id;
  const conversation = discord.userSays({
    user: "Ben",
    channel: "#general",
    text: "@baton, talk to the other bot",
  });
  await conversation.delivered;
  const thread = discord.userOpensThread({
    user: "Ben",
    channel: "#general",
    name: "bots",
    messageId: conversation.messageId,
  });

  /** The bot's messages of the place: in its thread, or in the direct conversation after the question. */
  function standing({ place }: Target): readonly SeenMessage[] {
    if (place.audience === "direct") return discord.botReplies(place.space, asked.get(place.space));
    const opened = discord.threadOf(place.space, place.thread);
    return opened === undefined ? [] : discord.botReplies(opened.id);
  }
  const asked = new Map<string, string>();

  let isStarted = false;
  let accepted = 0;
  /** An event has no acknowledgement: it is through when it was accepted, or refused in the log. */
  async function untilHeard(said: { readonly delivered: Promise<unknown> }): Promise<void> {
    const before = accepted + log.lines.length;
    await said.delivered;
    await vi.waitUntil(() => !isStarted || accepted + log.lines.length > before, {
      timeout: 20_000,
      interval: 5,
    });
  }

  return {
    channel: {
      ...channel,
      async start(accept) {
        await channel.start(async (envelope) => {
          const result = await accept(envelope);
          accepted += 1;
          return result;
        });
        await discord.connected();
        isStarted = true;
      },
      async stop() {
        isStarted = false;
        await channel.stop();
      },
    },
    ask(where) {
      const isRoom = where === "room";
      const user = isRoom ? "Ana" : "Mia";
      const said = discord.userSays({
        user,
        channel: isRoom ? "#support" : "dm",
        text: "where is my badge?",
      });
      asked.set(said.channelId, said.messageId);
      return Promise.resolve({
        installation: isRoom ? discord.guild.id : discord.app.applicationId,
        place: {
          space: said.channelId,
          thread: isRoom ? said.messageId : "",
          audience: isRoom ? ("public" as const) : ("direct" as const),
        },
        recipient: isRoom ? ana : mia,
      });
    },
    standing: (target) =>
      Promise.resolve(
        standing(target).map((message) => ({
          id: message.id,
          ...readParts(message.text, message.components),
          isOpen: false,
          reactions: message.reactions.filter(({ users }) => users.includes(discord.app.botUserId)).length,
        })),
      ),
    attached: async (target) =>
      standing(target).flatMap((message) => {
        const stored = discord.state.channels.get(message.channelId)?.messages.get(message.id);
        return stored?.files.map(({ name, content }) => ({ name, content })) ?? [];
      }),
    fileName: (name) => name.replaceAll(/[^\w.-]/g, "_"),
    shelf: createFileShelf(),
    // Without an interaction to answer, a whisper is a direct message.
    whispers: () =>
      Promise.resolve(
        discord.botReplies(discord.directChannel("Ana")).map((message) => ({
          to: ana,
          text: readParts(message.text, message.components).text.trim(),
        })),
      ),
    fail: ({ call, how, times }) => void discord.faults.rest({ route: calls[call], times, do: faults[how] }),
    say: (text) => untilHeard(discord.userSays({ user: "Mia", channel: "dm", text })),
    botSays: (text) =>
      untilHeard(discord.userSays({ user: "Parrot", channel: thread.threadId, text: `@baton ${text}` })),
    stop,
  };
}

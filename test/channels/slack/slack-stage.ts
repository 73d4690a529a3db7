import { fieldsAt, isFields, listAt, textAt } from "../../../channels/kit/fields.ts";
import { createSlackChannel } from "../../../channels/slack/index.ts";
import { renderReply } from "../../../channels/slack/render.ts";
import { readSlackSettings } from "../../../channels/slack/settings.ts";
import type { ApiFaultAction } from "../../../simulators/slack/faults.ts";
import type { SeenMessage } from "../../../simulators/slack/model.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import type { Channel } from "../../../src/core/channel.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Reply } from "../../../src/core/reply.ts";
import { createFileShelf } from "../../contract/channel/file-shelf.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";
import type { ChannelStage, Shown, StageFault } from "../../contract/channel/subject.ts";
import { serveChannel } from "./serve-channel.ts";
import { anInstallation, createInstallations } from "./slack-harness.ts";

/**
 * What Slack brings to life; a bare `@here` of an app it does not. In code a bare `<!` stands for itself: `<!DOCTYPE html>` must stay readable.
 */
const token =
  /<(?:!(?:channel|here|everyone|group|subteam|date)\b|@[UWB][A-Z0-9]|#[CGD][A-Z0-9]|[a-z][a-z0-9+.-]*:[^>\n]*\|)/gi;

/** A rendered reply as a person sees it in Slack. */
export function shownBySlack(reply: Reply): Shown {
  const { text, blocks } = renderReply(reply);
  const shown = readBlocks(JSON.parse(JSON.stringify(blocks)));
  return { ...shown, alive: [...shown.alive, ...(text.match(token) ?? [])] };
}

function readBlocks(blocks: readonly unknown[]): Shown {
  const parts = blocks.filter(isFields).map((block) => {
    switch (block["type"]) {
      case "markdown":
        return readMarkdownText(textAt(block, "text") ?? "");
      case "context":
        return joined(listAt(block, "elements").map((element) => readMrkdwn(textAt(element, "text") ?? "")));
      default:
        return joined(
          listAt(block, "elements").map((element) => plain(textAt(fieldsAt(element, "text"), "text") ?? "")),
        );
    }
  });
  return joined(parts);
}

function readMarkdownText(markdown: string): Shown {
  return { ...readMarkdown(markdown), alive: markdown.match(token) ?? [] };
}

/** Slack's own markup: here, in a citation, every token is one of ours, so only links are expected. */
function readMrkdwn(source: string): Shown {
  const links = Array.from(source.matchAll(/<([a-z]+:[^>|]*)\|([^>]*)>/g), ([, url = "", label = ""]) => ({
    url: unescape(url),
    label: unescape(label),
  }));
  const text = source.replaceAll(/<[^>|]*\|([^>]*)>/g, "$1");
  return { text: `${unescape(text)}\n`, links, alive: text.match(token) ?? [] };
}

function unescape(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

const plain = (text: string): Shown => ({ text: `${text}\n`, links: [], alive: [] });

function joined(parts: readonly Shown[]): Shown {
  return {
    text: parts.map(({ text }) => text).join(""),
    links: parts.flatMap(({ links }) => links),
    alive: parts.flatMap(({ alive }) => alive),
  };
}

/** What stands there: a streamed text is markdown of its own until an edit puts blocks in its place. */
function readMessage({ text, blocks }: SeenMessage): Shown {
  const all = blocks ?? [];
  const hasBody = all.some((block) => isFields(block) && block["type"] === "markdown");
  return hasBody ? readBlocks(all) : joined([readMarkdownText(text), readBlocks(all)]);
}

const calls: Readonly<Record<StageFault["call"], readonly string[]>> = {
  create: ["chat.postMessage", "chat.startStream"],
  edit: ["chat.update", "chat.appendStream", "chat.stopStream"],
  file: ["files.completeUploadExternal"],
};

const faults: Readonly<Record<StageFault["how"], ApiFaultAction>> = {
  "cut before": { kind: "cut", when: "before" },
  "cut after": { kind: "cut", when: "after" },
  refused: { kind: "error", error: "is_archived" },
  limited: { kind: "rate_limit", retryAfterSeconds: 1 },
};

/** A simulated workspace with the channel on it, events over HTTP. */
export async function startSlackStage(): Promise<ChannelStage> {
  const slack = await startSlackSimulator({ timeScale: 0.01, retryDelaysMs: [0, 5, 5] });
  const { teamId, botToken, botUserId, botId } = slack.installation;
  const credentials = { botToken, botUserId, botId, appId: slack.app.appId, scopes: [] };
  let channel: Channel | undefined;
  const server = await serveChannel(() => {
    if (channel === undefined) throw new Error("not created");
    return channel;
  });
  slack.configure({ requestUrl: `${server.url}/slack/events` });
  channel = createSlackChannel({
    settings: readSlackSettings({
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      SLACK_ALLOWED_BOTS: "B0OTHERBOT0",
      SLACK_PACE: "off",
    }),
    installations: createInstallations(anInstallation({ externalId: teamId, credentials })),
    log: silentLog,
  });
  const ana = slack.state.findUser("Ana").id;
  const root = slack.userSays({ user: "Ben", channel: "#general", text: "@baton, talk to the other bot" });
  await root.delivered;

  return {
    channel,
    ask(where) {
      const { ts: thread, channel: space } = slack.userSays({
        user: "Ana",
        channel: where === "room" ? "#support" : "dm",
        text: "where is my badge?",
      });
      const audience = where === "room" ? ("public" as const) : ("direct" as const);
      return Promise.resolve({
        installation: teamId,
        place: { space, thread, audience },
        recipient: ana,
      });
    },
    standing: ({ place }) =>
      Promise.resolve(
        slack.botReplies(place.space, place.thread).map((message) => ({
          id: message.ts,
          ...readMessage(message),
          isOpen: message.streaming,
          reactions: message.reactions.filter(({ users }) => users.includes(botUserId)).length,
        })),
      ),
    attached: async ({ place }) =>
      slack.botReplies(place.space, place.thread).flatMap(({ files = [] }) =>
        files.map(({ id, name }) => ({
          name,
          content: slack.state.files.get(id)?.content ?? Buffer.alloc(0),
        })),
      ),
    shelf: createFileShelf(),
    whispers: ({ place }) =>
      Promise.resolve(
        slack.ephemerals(place.space).map((message) => ({
          to: message.ephemeralTo ?? "",
          text: readMessage(message).text.trim(),
        })),
      ),
    fail: ({ call, how, times }) => void slack.faults.api({ method: calls[call], times, do: faults[how] }),
    async say(text) {
      await slack.userSays({ user: "Mia", channel: "dm", text }).delivered;
    },
    async botSays(text) {
      const said = { name: "other bot", channel: "#general", text: `@baton ${text}`, threadTs: root.ts };
      await slack.botSays(said).delivered;
    },
    async stop() {
      await channel.stop();
      await server.close();
      await slack.stop();
    },
  };
}

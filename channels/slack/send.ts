import type { Attempt, Channel, MessageRef, ReplyStream, Target } from "../../src/core/channel.ts";
import { toEmojiName } from "../../src/core/emoji-names.ts";
import type { Log } from "../../src/core/log.ts";
import { deleteFile, isFileRef, shareFile } from "./files.ts";
import { findDelivery, type SlackSelf } from "./find.ts";
import { endHalfWritten, guard, isCode, postReply, updateReply } from "./messages.ts";
import type { SlackPeople } from "./people.ts";
import { splitForSlack } from "./split.ts";
import { appendEveryMs, isNoStreamHere, openEdited, openStream, type StreamScene } from "./stream.ts";
import type { SlackWeb } from "./web.ts";

/** The half of the channel that speaks. A reply with `onlyFor` is whispered by `send`. */
export type SlackSender = Pick<
  Channel,
  | "capabilities"
  | "split"
  | "send"
  | "update"
  | "endStream"
  | "remove"
  | "stream"
  | "react"
  | "typing"
  | "find"
  | "nameOf"
>;

/** What a sender is made of. */
export interface SlackSenderParts {
  /** The Web API of an installation; rejects with PermanentError when there is none. */
  clientFor(installation: string): Promise<SlackWeb>;
  /** Where the Web API lives; Slack's own when left out. */
  readonly apiUrl?: string | undefined;
  readonly people: SlackPeople;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

/** Sends for every installation; keeps nothing but what Slack said it cannot do, for ten minutes. */
export function createSlackSender(parts: SlackSenderParts): SlackSender {
  const { clientFor, apiUrl = slackApi, people, log, now = Date.now } = parts;
  const refusals = createMemory<true>(now);
  const selves = createMemory<SlackSelf>(now);
  const homes = createMemory<string>(now);

  async function stream(target: Target, text: string, attempt: Attempt): Promise<ReplyStream> {
    const web = await clientFor(target.installation);
    const scene: StreamScene = { web, target, attempt, log };
    const { place } = target;
    const kind = `${target.installation} ${place.audience}`;
    // Slack streams only into threads, and outside of direct conversations only to somebody.
    const isPossible = place.thread !== "" && (place.audience === "direct" || target.recipient !== undefined);
    if (!isPossible || refusals.get(kind) === true) return openEdited(scene, text);
    try {
      return await openStream(scene, text, await homeOf(web, target));
    } catch (cause) {
      if (!isNoStreamHere(cause)) throw cause;
      log.info(
        { installation: target.installation, code: cause.code },
        "slack does not stream here, editing instead",
      );
      refusals.set(kind, true);
      return openEdited(scene, text);
    }
  }

  /** In a shared channel the reader may belong to another workspace than the one that installed us. */
  async function homeOf(web: SlackWeb, { installation, place, recipient }: Target): Promise<string> {
    if (place.audience !== "shared" || recipient === undefined) return installation;
    const key = `${installation} ${recipient}`;
    const known = homes.get(key);
    if (known !== undefined) return known;
    try {
      const { user } = await web.call("users.info", { user: recipient }, { doing: "look up a reader" });
      const team: unknown =
        typeof user === "object" && user !== null ? Reflect.get(user, "team_id") : undefined;
      const home = typeof team === "string" && team !== "" ? team : installation;
      homes.set(key, home);
      return home;
    } catch {
      return installation; // without the right to look, Slack's answer to the stream decides
    }
  }

  async function selfOf(web: SlackWeb, installation: string): Promise<SlackSelf> {
    const known = selves.get(installation);
    if (known !== undefined) return known;
    const { user_id: userId, bot_id: botId } = await web.call("auth.test", {}, { doing: "ask who we are" });
    const self = { userId: textOrNone(userId), botId: textOrNone(botId) };
    selves.set(installation, self);
    return self;
  }

  async function react(target: Target, ref: MessageRef, emoji: string, on: boolean): Promise<void> {
    const web = await clientFor(target.installation);
    const args = { channel: target.place.space, timestamp: ref.id, name: emojiName(emoji) };
    try {
      await web.call(on ? "reactions.add" : "reactions.remove", args, {
        doing: on ? "react" : "take a reaction back",
      });
    } catch (cause) {
      if (!isCode(cause, on ? "already_reacted" : "no_reaction")) throw cause;
    }
  }

  async function typing({ installation, place }: Target): Promise<void> {
    const key = `${installation} typing`;
    if (place.thread === "" || refusals.get(key) === true) return;
    try {
      const web = await clientFor(installation);
      const args = { channel_id: place.space, thread_ts: place.thread, status: "is typing…" };
      await web.call("assistant.threads.setStatus", args, { doing: "show typing", timeoutMs: 5_000 });
    } catch (cause) {
      if (isCode(cause, "missing_scope", "unknown_method", "not_allowed_token_type")) refusals.set(key, true);
      log.debug({ installation, err: cause }, "slack did not show typing");
    }
  }

  return {
    capabilities,
    split: splitForSlack,
    async send(target, reply, attempt) {
      const web = await clientFor(target.installation);
      const [file] = reply.files ?? [];
      if (file === undefined) return postReply(web, target, reply, attempt);
      return shareFile({ web, apiUrl }, target, { reply, file, attempt });
    },
    async update(target, ref, reply, attempt) {
      if (isFileRef(ref)) return; // a file that is shared is whole
      await updateReply(await clientFor(target.installation), target, { ref, reply, attempt });
    },
    async endStream(target, ref, line, attempt) {
      await endHalfWritten(await clientFor(target.installation), target, ref, { attempt, line });
    },
    async remove(target, ref, attempt) {
      const web = await clientFor(target.installation);
      if (isFileRef(ref)) return deleteFile(web, ref, attempt);
      try {
        const args = { channel: target.place.space, ts: ref.id };
        await web.call("chat.delete", args, { doing: "remove a reply", ...guard(attempt) });
      } catch (cause) {
        if (!isCode(cause, "message_not_found")) throw cause;
      }
    },
    stream,
    react,
    typing,
    nameOf: async (installation, person) => (await people(installation, person)).name,
    async find(target, sought) {
      const web = await clientFor(target.installation);
      return findDelivery(web, target, { sought, self: () => selfOf(web, target.installation) });
    },
  };
}

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: appendEveryMs,
  // Slack ends a stream after about five minutes, whatever happens in it.
  streamMaxAgeMs: 240_000,
  reactions: true,
  typing: true,
  ephemeral: true,
  reconciles: true,
};

const slackApi = "https://slack.com/api/";

const memoryMs = 600_000;
const maxRemembered = 10_000;

/** Remembers for ten minutes; workspaces change their settings, and people their workspaces. */
function createMemory<T>(now: () => number): {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
} {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      return entry !== undefined && entry.until > now() ? entry.value : undefined;
    },
    set(key, value) {
      if (entries.size >= maxRemembered) entries.clear();
      entries.set(key, { value, until: now() + memoryMs });
    },
  };
}

/** Slack knows emoji by name. */
function emojiName(emoji: string): string {
  return toEmojiName(emoji) ?? emoji.replaceAll(":", "");
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

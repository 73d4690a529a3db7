import type { Channel, MessageRef, Target } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { isFields, textAt } from "../kit/fields.ts";
import { atMessage, createAddresses } from "./address.ts";
import { isCode } from "./errors.ts";
import { findDelivery } from "./find.ts";
import { guard } from "./attempt.ts";
import { postReply, updateReply, type Writing } from "./messages.ts";
import { contentLimit, renderReply, splitForDiscord } from "./render.ts";
import { editEveryMs, openStream } from "./stream.ts";
import type { DiscordWeb } from "./web.ts";

/** The half of the channel that speaks. A reply with `onlyFor` is whispered by `send`. */
type DiscordSender = Pick<
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
>;

interface DiscordSenderParts {
  readonly web: DiscordWeb;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Sends everywhere the bot is; keeps nothing but where threads are and who we are. */
export function createDiscordSender({ web, log, now }: DiscordSenderParts): DiscordSender {
  const addresses = createAddresses({ web, log });
  const writing: Writing = { web, addresses, now };
  let asking: Promise<string> | undefined;

  function self(): Promise<string> {
    asking ??= web.call("GET", "/users/@me", { doing: "ask who we are" }).then(
      (user) => (isFields(user) ? (textAt(user, "id") ?? "") : ""),
      (cause: unknown) => {
        asking = undefined;
        throw cause;
      },
    );
    return asking;
  }

  const endStream: Channel["endStream"] = async (target, ref, line, attempt) => {
    await atMessage(target, ref.id, async (channel) => {
      const route = `/channels/${channel}/messages/${ref.id}`;
      const message = await web.call("GET", route, { doing: "read a half-written reply" });
      const content = isFields(message) ? (textAt(message, "content") ?? "") : "";
      const ending = renderReply({ body: line });
      if (content.endsWith(ending.content)) return;
      const kept = content.slice(0, contentLimit - ending.content.length - 8);
      const whole = `${kept.replace(/[\uD800-\uDBFF]$/, "")}…\n\n${ending.content}`;
      await web.call("PATCH", route, {
        doing: "end a half-written reply",
        body: { ...ending, content: closeFence(whole, ending.content) },
        ...guard(attempt),
      });
    });
  };

  async function react(target: Target, ref: MessageRef, emoji: string, on: boolean): Promise<void> {
    try {
      await atMessage(target, ref.id, (channel) => {
        const route = `/channels/${channel}/messages/${ref.id}/reactions/${encodeURIComponent(emoji)}/@me`;
        return web.call(on ? "PUT" : "DELETE", route, { doing: on ? "react" : "take a reaction back" });
      });
    } catch (cause) {
      // A reaction that is not there, or a message that is gone: as good as taken back.
      if (on || !isCode(cause, 10008, 10014)) throw cause;
    }
  }

  async function typing(target: Target): Promise<void> {
    try {
      const { channel } = addresses.known(target) ?? { channel: target.place.space };
      await web.call("POST", `/channels/${channel}/typing`, { doing: "show typing", timeoutMs: 5_000 });
    } catch (cause) {
      log.debug({ err: cause }, "discord did not show typing");
    }
  }

  return {
    capabilities,
    split: splitForDiscord,
    send: (target, reply, attempt) => postReply(writing, target, reply, attempt),
    update: (target, ref, reply, attempt) => updateReply(writing, target, { ref, reply, attempt }),
    endStream,
    async remove(target, ref, attempt) {
      try {
        await atMessage(target, ref.id, (channel) =>
          web.call("DELETE", `/channels/${channel}/messages/${ref.id}`, {
            doing: "remove a reply",
            ...guard(attempt),
          }),
        );
      } catch (cause) {
        if (!isCode(cause, 10008)) throw cause;
      }
    },
    stream: (target, text, attempt) => openStream({ writing, target, attempt, log }, text),
    react,
    typing,
    find: (target, sought) => findDelivery({ web, addresses, self }, target, sought),
  };
}

/** A code block that was cut open would swallow the last line. */
function closeFence(content: string, ending: string): string {
  const isOpen = (content.slice(0, content.length - ending.length).match(/```/g)?.length ?? 0) % 2 === 1;
  return isOpen ? content.replace(/…\n\n([^]*)$/, (_, line: string) => `\n\`\`\`…\n\n${line}`) : content;
}

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: editEveryMs,
  // Messages older than an hour take few edits; one that is written stays far below.
  streamMaxAgeMs: 50 * 60_000,
  reactions: true,
  typing: true,
  typingFades: true,
  ephemeral: true,
  repliesTo: true,
  reconciles: true,
};

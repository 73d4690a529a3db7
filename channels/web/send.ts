import type { Channel, Target } from "../../src/core/channel.ts";
import { TransientError } from "../../src/core/errors.ts";
import type { Transcript, WebThread } from "../../src/core/transcript.ts";
import { renderReply, splitForWeb } from "./render.ts";
import { openStream, showEveryMs } from "./stream.ts";
import { changeMessage, checkRight, messageGone } from "./write.ts";

/** The half of the channel that speaks. */
export type WebSender = Pick<
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

/**
 * Writes into the transcript. A delivery's id is its message's key, so that sending twice writes once, and whether
 * something was delivered can always be told.
 */
export function createWebSender({ transcript }: { readonly transcript: Transcript }): WebSender {
  return {
    capabilities,
    split: splitForWeb,
    send: async (target, reply, attempt) => {
      const id = attempt.deliveryId;
      const content = renderReply(reply);
      checkRight(attempt);
      await transcript.add(threadOf(target), { id, role: "assistant", state: "final", content });
      return { id };
    },
    update: async (target, { id }, reply, attempt) => {
      const content = renderReply(reply);
      checkRight(attempt);
      const change = { content, state: "final", from: standing } as const;
      if (!(await changeMessage(transcript, threadOf(target), id, change)))
        throw messageGone("update a reply");
    },
    endStream: async (target, { id }, line, attempt) => {
      checkRight(attempt);
      const thread = threadOf(target);
      const item = await transcript.find(thread, id);
      if (item?.state !== "streaming") return;
      const { text } = item.content;
      const content = { text: text.trim() === "" ? line : `${text.trimEnd()}…\n\n${line}` };
      checkRight(attempt);
      await changeMessage(transcript, thread, id, { content, state: "final", from: ["streaming"] });
    },
    remove: async (target, { id }, attempt) => {
      checkRight(attempt);
      const change = { content: { text: "" }, state: "deleted", from: standing } as const;
      await changeMessage(transcript, threadOf(target), id, change);
    },
    stream: (target, text, attempt) => openStream({ transcript, thread: threadOf(target), attempt }, text),
    react: (target, { id }, emoji, on) => react(transcript, threadOf(target), id, { emoji, on }),
    typing: (target) => transcript.tell(threadOf(target), { kind: "typing" }),
    find: async (target, { deliveryId }) => {
      const item = await transcript.find(threadOf(target), deliveryId);
      return item === undefined ? { kind: "absent" } : { kind: "found", ref: { id: item.id } };
    },
  };
}

/** Under what the visitor said. Colleagues react at the same time, so what was read must still stand when it is written. */
async function react(
  transcript: Transcript,
  thread: WebThread,
  id: string,
  { emoji, on }: { readonly emoji: string; readonly on: boolean },
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const item = await transcript.find(thread, id);
    const { reactions = [], ...content } = item?.content ?? { text: "" };
    if (item?.state !== "final" || reactions.includes(emoji) === on) return;
    const left = on ? [...reactions, emoji] : reactions.filter((one) => one !== emoji);
    const changed = { ...content, ...(left.length > 0 && { reactions: left }) };
    const change = { content: changed, state: "final", from: ["final"], at: item.cursor } as const;
    if (await changeMessage(transcript, thread, id, change)) return;
  }
  throw new TransientError("web: react: the message changes all the time", { code: "busy" });
}

const mostTries = 50;
const standing = ["streaming", "final"] as const;

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: showEveryMs,
  streamMaxAgeMs: Number.POSITIVE_INFINITY,
  // Colleagues' reactions stand under a message; what the bot works on needs no mark here.
  reactions: false,
  typing: true,
  typingFades: true,
  ephemeral: false,
  repliesTo: true,
  reconciles: true,
};

/** A visitor's thread is the whole place. */
export function threadOf({ installation, place }: Pick<Target, "installation" | "place">): WebThread {
  return { site: installation, thread: place.space };
}

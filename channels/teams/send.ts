import { LRUCache } from "lru-cache";
import type { Attempt, Channel, MessageRef, ReplyStream, Target } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { throwIfStopped } from "../kit/call-outcome.ts";
import { boundTo, type CallOptions, type Connector } from "./connector.ts";
import type { ConnectorFor } from "./connectors.ts";
import { ConnectorRefusal, isCode } from "./errors.ts";
import { toFileActivity } from "./files.ts";
import { botIdOf } from "./parse-context.ts";
import { conversationIdOf, parseMessageId, toMessageId, toWhisperId } from "./place.ts";
import { renderReply, splitForTeams } from "./render.ts";
import { createReplacements, toRemoval } from "./replacements.ts";
import type { TeamsSettings } from "./settings.ts";
import { endStream, openStream, postActivity } from "./stream.ts";

/** The half of the channel that speaks. A reply with `onlyFor` goes to that person's own chat. */
export type TeamsSender = Pick<
  Channel,
  | "capabilities"
  | "split"
  | "send"
  | "update"
  | "endStream"
  | "remove"
  | "streamsIn"
  | "stream"
  | "react"
  | "typing"
  | "find"
>;

interface SenderParts {
  readonly settings: Pick<TeamsSettings, "appId" | "onUnknown" | "pace">;
  readonly connectorFor: ConnectorFor;
  readonly log: Log;
}

const remembered = 10_000;

/** Sends for every tenant. What it remembers are shortcuts and what became of broken streams. */
export function createTeamsSender(parts: SenderParts): TeamsSender {
  const { settings, connectorFor, log } = parts;
  const chats = new LRUCache<string, string>({ max: remembered });
  const shownTexts = new LRUCache<string, string>({ max: remembered });
  const replacements = createReplacements({ onUnknown: settings.onUnknown, log });
  const everyMs = settings.pace === "platform" ? streamEveryMs : 0;

  async function send(target: Target, reply: Reply, attempt: Attempt): Promise<MessageRef> {
    const connector = await connectorFor(target);
    const { place } = target;
    const [file] = reply.files ?? [];
    if (reply.onlyFor !== undefined && place.audience !== "direct") {
      const conversation = await chatWith(connector, { target, person: reply.onlyFor, attempt });
      const content =
        file === undefined ? renderReply(reply) : await toFileActivity(file, { isPersonal: true, attempt });
      const id = await postActivity({ connector, conversation, attempt }, content);
      return { id: toWhisperId(conversation, id) };
    }
    const conversation = conversationIdOf(place);
    const isPersonal = place.audience === "direct";
    const content =
      file === undefined ? renderReply(reply) : await toFileActivity(file, { isPersonal, attempt });
    return { id: toMessageId(place, await postActivity({ connector, conversation, attempt }, content)) };
  }

  async function chatWith(
    connector: Connector,
    { target, person, attempt }: { target: Target; person: string; attempt: Attempt },
  ): Promise<string> {
    const key = `${target.installation} ${person}`;
    const known = chats.get(key);
    if (known !== undefined) return known;
    const id = await connector.openPersonal(
      {
        isGroup: false,
        bot: { id: botIdOf(settings), name: "" },
        members: [{ id: person, name: "" }],
        tenantId: target.installation,
        channelData: { tenant: { id: target.installation } },
      },
      { ...boundTo(attempt), doing: "open a personal chat", limit: "open", creates: false },
    );
    chats.set(key, id);
    return id;
  }

  async function update(target: Target, ref: MessageRef, reply: Reply, attempt: Attempt): Promise<void> {
    if (reply.files !== undefined) return; // a file that is there is whole
    const connector = await connectorFor(target);
    const { conversation, activityId } = locate(target, ref);
    const scene = { connector, conversation, attempt };
    const options: CallOptions = {
      ...boundTo(attempt),
      doing: "update a reply",
      limit: "update",
      creates: false,
    };
    try {
      await connector.update(conversation, activityId, renderReply(reply), options);
    } catch (cause) {
      // What is no message yet may be a stream somebody left open.
      if (target.place.audience !== "direct" || !mayBeStream(cause)) throw cause;
      if (await endStream(scene, activityId, reply)) return;
      await replacements.repost(scene, activityId, reply, isUnknownMessage(cause));
    }
  }

  /** Where a message of ours is by now. */
  function locate(target: Target, ref: MessageRef): { conversation: string; activityId: string } {
    const { activityId, conversationId } = parseMessageId(ref.id);
    const conversation = conversationId ?? conversationIdOf(target.place);
    return { conversation, activityId: replacements.whereIs(conversation, activityId) };
  }

  async function stream(target: Target, text: string, attempt: Attempt): Promise<ReplyStream> {
    assertMine(attempt);
    // Teams streams in personal chats only; elsewhere the answer comes whole.
    if (target.place.audience !== "direct")
      throw new PermanentError("teams: answers are not streamed here", { code: "no stream here" });
    const connector = await connectorFor(target);
    const conversation = conversationIdOf(target.place);
    const scene = { connector, conversation, attempt };
    return openStream(
      {
        ...scene,
        everyMs,
        shown: (streamId, shown) => void shownTexts.set(`${conversation} ${streamId}`, shown),
        replace: (streamId, reply) => replacements.replace(scene, streamId, reply),
        log,
      },
      text,
    );
  }

  return {
    capabilities,
    split: splitForTeams,
    send,
    update,
    async endStream(target, ref, line, attempt, begun) {
      assertMine(attempt);
      if (target.place.audience !== "direct") return;
      const connector = await connectorFor(target);
      const { conversation, activityId } = locate(target, ref);
      // The end of a stream replaces what stands there, and Teams does not tell what that is: of what another
      // process showed, its first words are known.
      const shown = shownTexts.get(`${conversation} ${activityId}`) ?? begun;
      await endStream({ connector, conversation, attempt }, activityId, { body: `${shown}…\n\n${line}` });
    },
    async remove(target, ref, attempt) {
      const connector = await connectorFor(target);
      const { conversation, activityId } = locate(target, ref);
      try {
        await connector.remove(conversation, activityId, toRemoval(attempt));
      } catch (cause) {
        if (!isUnknownMessage(cause)) throw cause;
      }
    },
    streamsIn: ({ audience }) => audience === "direct",
    stream,
    // Bots cannot react in Teams.
    react: async () => {},
    async typing(target) {
      try {
        const connector = await connectorFor(target);
        const options: CallOptions = {
          doing: "show typing",
          limit: "typing",
          creates: false,
          timeoutMs: 5_000,
        };
        await connector.create(conversationIdOf(target.place), { type: "typing" }, options);
      } catch (cause) {
        log.debug({ installation: target.installation, err: cause }, "teams did not show typing");
      }
    },
    // Teams lets a bot read no history and knows no key of ours. A tenant that would rather see an answer twice
    // than not at all is told that it is not there.
    find: async () => ({ kind: settings.onUnknown === "resend" ? "absent" : "cannot tell" }),
  };
}

const streamEveryMs = 1_200;

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: streamEveryMs,
  // Teams ends a stream two minutes after its first step.
  streamMaxAgeMs: 105_000,
  reactions: false,
  typing: true,
  typingFades: true,
  ephemeral: false,
  reconciles: false,
};

/** Throws when the attempt may not go on, also where there is nothing to send. */
function assertMine({ signal, checkpoint }: Attempt): void {
  throwIfStopped("teams", signal);
  checkpoint();
}

/** Teams refuses to edit a stream that is still open, or does not know it as a message. */
function mayBeStream(cause: unknown): boolean {
  return isUnknownMessage(cause) || isCode(cause, "ForbiddenOperationException");
}

function isUnknownMessage(cause: unknown): boolean {
  if (!(cause instanceof PermanentError) || !(cause.cause instanceof ConnectorRefusal)) return false;
  const { status, code } = cause.cause;
  return status === 404 && code !== "ConversationNotFound";
}

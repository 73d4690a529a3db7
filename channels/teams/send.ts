import { LRUCache } from "lru-cache";
import type {
  Attempt,
  Channel,
  Installations,
  MessageRef,
  ReplyStream,
  Target,
} from "../../src/core/channel.ts";
import { PermanentError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { isFields, textAt } from "../kit/fields.ts";
import type { Pacer } from "../kit/pace.ts";
import type { Transport } from "../kit/transport.ts";
import { createConnector, throwIfStopped, type CallOptions, type Connector } from "./connector.ts";
import { parseTeamsCredentials } from "./credentials.ts";
import { ConnectorRefusal, isCode } from "./errors.ts";
import { toFileActivity } from "./files.ts";
import { parseServiceUrl } from "./hosts.ts";
import { botIdOf } from "./parse-context.ts";
import { conversationIdOf, parseMessageId, toMessageId, toWhisperId } from "./place.ts";
import { renderReply, splitForTeams } from "./render.ts";
import type { TeamsSettings } from "./settings.ts";
import { endStream, openStream, postActivity, postMessage, type StreamScene } from "./stream.ts";
import type { TeamsTokens } from "./tokens.ts";

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
  readonly settings: Pick<TeamsSettings, "appId" | "onUnknown" | "serviceHosts" | "pace">;
  readonly installations: Installations;
  readonly tokens: TeamsTokens;
  readonly transport: Transport;
  readonly pacer: Pacer;
  readonly log: Log;
}

/**
 * Where an answer stands that was to be a stream. `cleared`: what the stream left is gone and nothing stands in its
 * place yet; `unknown`: nobody can tell whether it arrived.
 */
type Replacement =
  | { readonly kind: "message"; readonly id: string }
  | { readonly kind: "cleared" }
  | { readonly kind: "unknown" };

const remembered = 10_000;

/** Sends for every tenant. What it remembers are shortcuts and what became of broken streams. */
export function createTeamsSender(parts: SenderParts): TeamsSender {
  const { settings, installations, log } = parts;
  const chats = new LRUCache<string, string>({ max: remembered });
  const shownTexts = new LRUCache<string, string>({ max: remembered });
  const replacements = new LRUCache<string, Replacement>({ max: remembered });
  const everyMs = settings.pace === "platform" ? streamEveryMs : 0;

  async function connectorFor(target: Target): Promise<Connector> {
    const { installation, returnPath } = target;
    const record = await installations.find(installation);
    if (record === undefined)
      throw new PermanentError("teams: this tenant is not installed", { code: "not_installed" });
    const known = serviceUrlIn(returnPath) ?? parseTeamsCredentials(record.credentials)?.serviceUrl;
    const serviceUrl = known === undefined ? undefined : parseServiceUrl(known, settings.serviceHosts);
    if (serviceUrl === undefined)
      throw new PermanentError("teams: the service address is not known, or not Microsoft's", {
        code: "service_host",
      });
    return createConnector({ ...parts, serviceUrl, installation });
  }

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
      const isCleared = !isUnknownMessage(cause) && (await takeAway(scene, activityId));
      if (!isCleared) assertNotReplaced(conversation, activityId);
      await postInstead(scene, activityId, reply);
    }
  }

  /** Where a message of ours is by now. */
  function locate(target: Target, ref: MessageRef): { conversation: string; activityId: string } {
    const { activityId, conversationId } = parseMessageId(ref.id);
    const conversation = conversationId ?? conversationIdOf(target.place);
    const instead = replacements.get(`${conversation} ${activityId}`);
    if (instead === undefined || instead.kind === "cleared") return { conversation, activityId };
    if (instead.kind === "message") return { conversation, activityId: instead.id };
    throw maybeReplaced();
  }

  /**
   * Whoever posts an answer in a stream's place first takes away what the stream left. So where that is gone and it
   * was not this process that did it, another one may have posted the answer and ended before it could say so.
   */
  function assertNotReplaced(conversation: string, streamId: string): void {
    const isOurs = replacements.get(`${conversation} ${streamId}`)?.kind === "cleared";
    if (!isOurs && settings.onUnknown === "hold") throw maybeReplaced();
  }

  /** Puts the answer in the place of what a broken stream left, and beside it where Teams does not let us. */
  async function replace(
    scene: Pick<StreamScene, "connector" | "conversation" | "attempt">,
    streamId: string,
    reply: Reply,
  ): Promise<string> {
    const { connector, conversation, attempt } = scene;
    const options: CallOptions = {
      ...boundTo(attempt),
      doing: "replace a stream",
      limit: "update",
      creates: false,
    };
    try {
      await connector.update(conversation, streamId, renderReply(reply), options);
      return streamId;
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      return postInstead(scene, streamId, reply);
    }
  }

  /** Posts a broken stream's answer, once: what may have been delivered is not posted again. Gives its id. */
  async function postInstead(
    scene: Pick<StreamScene, "connector" | "conversation" | "attempt">,
    streamId: string,
    reply: Reply,
  ): Promise<string> {
    const key = `${scene.conversation} ${streamId}`;
    const instead = replacements.get(key);
    if (instead?.kind === "message") return instead.id;
    if (instead === undefined) await takeAway(scene, streamId);
    replacements.set(key, { kind: "cleared" });
    try {
      const id = await postMessage(scene, reply);
      replacements.set(key, { kind: "message", id });
      return id;
    } catch (cause) {
      if (cause instanceof UncertainError && settings.onUnknown === "hold")
        replacements.set(key, { kind: "unknown" });
      throw cause;
    }
  }

  /**
   * The whole answer follows at once: half of it here is no use, and no harm where it cannot be removed. True when it
   * was this call that removed it.
   */
  async function takeAway(
    { connector, conversation, attempt }: Pick<StreamScene, "connector" | "conversation" | "attempt">,
    streamId: string,
  ): Promise<boolean> {
    try {
      await connector.remove(conversation, streamId, toRemoval(attempt));
      replacements.set(`${conversation} ${streamId}`, { kind: "cleared" });
      return true;
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      log.debug({ err: cause }, "half an answer stays beside the whole one");
      return false;
    }
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
        replace: (streamId, reply) => replace(scene, streamId, reply),
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

function maybeReplaced(): UncertainError {
  return new UncertainError("teams: a broken stream's answer may have been delivered", { code: "no_answer" });
}

const streamEveryMs = 1_200;

const capabilities: Channel["capabilities"] = {
  streaming: true,
  streamIntervalMs: streamEveryMs,
  // Teams ends a stream two minutes after its first step.
  streamMaxAgeMs: 105_000,
  reactions: false,
  typing: true,
  ephemeral: false,
  reconciles: false,
};

/** Throws when the attempt may not go on, also where there is nothing to send. */
function assertMine({ signal, checkpoint }: Attempt): void {
  throwIfStopped(signal);
  checkpoint();
}

/** Teams refuses to edit a stream that is still open, or does not know it as a message. */
function mayBeStream(cause: unknown): boolean {
  return isUnknownMessage(cause) || isCode(cause, "ForbiddenOperationException");
}

function toRemoval(attempt: Attempt): CallOptions {
  return { ...boundTo(attempt), doing: "remove a reply", limit: "remove", creates: false };
}

function boundTo({ signal, checkpoint }: Attempt): Pick<CallOptions, "signal" | "checkpoint"> {
  return { signal, checkpoint };
}

function isUnknownMessage(cause: unknown): boolean {
  if (!(cause instanceof PermanentError) || !(cause.cause instanceof ConnectorRefusal)) return false;
  const { status, code } = cause.cause;
  return status === 404 && code !== "ConversationNotFound";
}

function serviceUrlIn(returnPath: string | undefined): string | undefined {
  if (returnPath === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(returnPath);
    return isFields(value) ? textAt(value, "serviceUrl") : undefined;
  } catch {
    return undefined;
  }
}

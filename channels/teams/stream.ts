import type { Entity } from "botbuilder";
import type { Attempt, MessageRef, ReplyStream } from "../../src/core/channel.ts";
import { PermanentError, TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { createLatest } from "../kit/latest.ts";
import { boundTo, requireId, type CallOptions, type Connector } from "./connector.ts";
import { ConnectorRefusal } from "./errors.ts";
import { bytesOf, renderGrowing, renderReply, streamedLimit, type OutgoingActivity } from "./render.ts";

/** Where a stream writes, and what it leaves behind. */
export interface StreamScene {
  readonly connector: Connector;
  readonly conversation: string;
  readonly attempt: Attempt;
  /** The least time between two steps, milliseconds. */
  readonly everyMs: number;
  /** Remembers what a stream has shown, for whoever has to end it. */
  readonly shown: (streamId: string, text: string) => void;
  /** Posts the answer as a message of its own in the place of a stream that broke; gives where it stands. */
  readonly replace: (streamId: string, reply: Reply) => Promise<string>;
  readonly log: Log;
}

/**
 * Opens a stream with the beginning of `text` that can already be shown. Until its last step Teams keeps no
 * message of it, so a cut here lost nothing: it is a TransientError.
 */
export async function openStream(scene: StreamScene, text: string): Promise<ReplyStream> {
  const { connector, conversation, attempt } = scene;
  const first = renderGrowing(text);
  const isReady = first !== "";
  const activity = toStep(isReady ? first : "…", isReady ? "streaming" : "informative", {
    streamSequence: 1,
  });
  const doing = "start a stream";
  const id = await connector.create(conversation, activity, stepOptions(attempt, doing));
  if (id === undefined)
    throw new TransientError(`teams: ${doing}: the answer names no stream`, { code: "bad_answer" });
  scene.shown(id, first);
  return createStream(scene, { id }, first);
}

function createStream(scene: StreamScene, ref: MessageRef, first: string): ReplyStream {
  const { connector, conversation, attempt, log } = scene;
  let shown = first;
  let sequence = 1;
  let isBroken = false;
  let isFinished = false;
  let standsAt = ref;

  async function step(text: string): Promise<void> {
    if (isBroken) return;
    const grown = renderGrowing(text);
    // Teams takes only what goes on from what it has; `finish` sets right what does not.
    if (!grown.startsWith(shown) || grown.length === shown.length) return;
    const activity = toStep(grown, "streaming", { streamId: ref.id, streamSequence: sequence + 1 });
    if (bytesOf(activity) > streamedLimit) return;
    sequence += 1;
    try {
      await connector.create(conversation, activity, stepOptions(attempt, "go on with a stream"));
      shown = grown;
      scene.shown(ref.id, grown);
    } catch (cause) {
      // A step that was not shown is caught up by the next one, or by the end.
      if (cause instanceof TransientError || cause instanceof UncertainError) return;
      if (!(cause instanceof PermanentError)) throw cause;
      isBroken = true;
      log.info({ code: cause.code }, "teams ended a stream, the answer will come as a message");
    }
  }

  const writes = createLatest(step, () => scene.everyMs);

  async function finish(reply: Reply): Promise<void> {
    await writes.close();
    if (isFinished) return;
    if (isBroken || !(await endStream(scene, ref.id, reply)))
      standsAt = { id: await scene.replace(ref.id, reply) };
    isFinished = true;
  }

  return {
    get ref() {
      return standsAt;
    },
    show: (text) => writes.offer(text),
    finish,
  };
}

/**
 * Ends a stream on its final message. False when Teams has closed it without one; a stream that has its final
 * message already is as good as ended by this. Doing it twice is harmless, so a cut is a TransientError.
 */
export async function endStream(
  scene: Pick<StreamScene, "connector" | "conversation" | "attempt">,
  streamId: string,
  reply: Reply,
): Promise<boolean> {
  const { connector, conversation, attempt } = scene;
  const activity = { ...renderReply(reply), entities: [streamInfo("final", { streamId })] };
  try {
    await connector.create(conversation, activity, stepOptions(attempt, "finish a stream"));
    return true;
  } catch (cause) {
    if (!(cause instanceof PermanentError)) throw cause;
    return isCompleted(cause);
  }
}

/** Posts a reply as an ordinary message. */
export function postMessage(
  scene: Pick<StreamScene, "connector" | "conversation" | "attempt">,
  reply: Reply,
): Promise<string> {
  return postActivity(scene, renderReply(reply));
}

/** Posts an ordinary message; gives its id. */
export async function postActivity(
  { connector, conversation, attempt }: Pick<StreamScene, "connector" | "conversation" | "attempt">,
  activity: OutgoingActivity,
): Promise<string> {
  const doing = "send a reply";
  const options: CallOptions = { ...boundTo(attempt), doing, limit: "create", creates: true };
  return requireId(await connector.create(conversation, activity, options), doing);
}

/** A second end of the same stream: the first one's answer was lost, its message is there. */
function isCompleted({ cause }: PermanentError): boolean {
  return cause instanceof ConnectorRefusal && /already complet/i.test(cause.detail);
}

function stepOptions(attempt: Attempt, doing: string): CallOptions {
  return { ...boundTo(attempt), doing, limit: "stream", creates: false };
}

type StreamType = "informative" | "streaming" | "final";

function toStep(
  text: string,
  streamType: StreamType,
  ids: { readonly streamId?: string; readonly streamSequence: number },
): OutgoingActivity {
  return { type: "typing", text, textFormat: "markdown", entities: [streamInfo(streamType, ids)] };
}

function streamInfo(
  streamType: StreamType,
  ids: { readonly streamId?: string; readonly streamSequence?: number },
): Entity {
  return { type: "streaminfo", streamType, ...ids };
}

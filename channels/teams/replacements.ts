import { LRUCache } from "lru-cache";
import type { Attempt } from "../../src/core/channel.ts";
import { PermanentError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { boundTo, type CallOptions } from "./connector.ts";
import { renderReply } from "./render.ts";
import type { TeamsSettings } from "./settings.ts";
import { postMessage, type StreamScene } from "./stream.ts";

/** Where a message is posted. */
type PostScene = Pick<StreamScene, "connector" | "conversation" | "attempt">;

/** What became of streams that broke, as far as this process knows, and their answers in their place. */
export interface Replacements {
  /** Where a message of ours is by now. Throws UncertainError where its answer may stand somewhere nobody knows. */
  whereIs(conversation: string, activityId: string): string;
  /** Puts the answer in the place of what a broken stream left, and beside it where Teams does not let us. Gives its id. */
  replace(scene: PostScene, streamId: string, reply: Reply): Promise<string>;
  /**
   * Posts the answer of a stream that cannot be edited or ended any more. Throws UncertainError where another process may
   * have posted it.
   */
  repost(
    scene: PostScene,
    streamId: string,
    reply: Reply,
    /** Teams knows nothing there. */
    isGone: boolean,
  ): Promise<void>;
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

export function createReplacements({
  onUnknown,
  log,
}: Pick<TeamsSettings, "onUnknown"> & { readonly log: Log }): Replacements {
  const known = new LRUCache<string, Replacement>({ max: remembered });

  /**
   * Whoever posts an answer in a stream's place first takes away what the stream left. So where that is gone and it
   * was not this process that did it, another one may have posted the answer and ended before it could say so.
   */
  function assertNotReplaced({ conversation }: PostScene, streamId: string): void {
    const isOurs = known.get(keyOf(conversation, streamId))?.kind === "cleared";
    if (!isOurs && onUnknown === "hold") throw maybeReplaced();
  }

  /** Posts a broken stream's answer, once: what may have been delivered is not posted again. Gives its id. */
  async function postInstead(scene: PostScene, streamId: string, reply: Reply): Promise<string> {
    const key = keyOf(scene.conversation, streamId);
    const instead = known.get(key);
    if (instead?.kind === "message") return instead.id;
    if (instead === undefined) await takeAway(scene, streamId);
    known.set(key, { kind: "cleared" });
    try {
      const id = await postMessage(scene, reply);
      known.set(key, { kind: "message", id });
      return id;
    } catch (cause) {
      if (cause instanceof UncertainError && onUnknown === "hold") known.set(key, { kind: "unknown" });
      throw cause;
    }
  }

  /**
   * The whole answer follows at once: half of it here is no use, and no harm where it cannot be removed. True when it
   * was this call that removed it.
   */
  async function takeAway(
    { connector, conversation, attempt }: PostScene,
    streamId: string,
  ): Promise<boolean> {
    try {
      await connector.remove(conversation, streamId, toRemoval(attempt));
      known.set(keyOf(conversation, streamId), { kind: "cleared" });
      return true;
    } catch (cause) {
      if (!(cause instanceof PermanentError)) throw cause;
      log.debug({ err: cause }, "half an answer stays beside the whole one");
      return false;
    }
  }

  return {
    whereIs(conversation, activityId) {
      const instead = known.get(keyOf(conversation, activityId));
      if (instead === undefined || instead.kind === "cleared") return activityId;
      if (instead.kind === "message") return instead.id;
      throw maybeReplaced();
    },
    async replace(scene, streamId, reply) {
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
    },
    async repost(scene, streamId, reply, isGone) {
      const isCleared = !isGone && (await takeAway(scene, streamId));
      if (!isCleared) assertNotReplaced(scene, streamId);
      await postInstead(scene, streamId, reply);
    },
  };
}

/** How a message of ours is taken away. */
export function toRemoval(attempt: Attempt): CallOptions {
  return { ...boundTo(attempt), doing: "remove a reply", limit: "remove", creates: false };
}

function keyOf(conversation: string, streamId: string): string {
  return `${conversation} ${streamId}`;
}

function maybeReplaced(): UncertainError {
  return new UncertainError("teams: a broken stream's answer may have been delivered", { code: "no_answer" });
}

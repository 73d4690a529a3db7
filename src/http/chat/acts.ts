import { createHash } from "node:crypto";
import type { Attachment } from "../../core/envelope.ts";
import { TransientError } from "../../core/errors.ts";
import { actions } from "../../core/reply.ts";
import type { TranscriptContent, TranscriptItem, WebThread } from "../../core/transcript.ts";
import type { VisitorAct, WebDoor } from "../../core/web-door.ts";
import type { Limits } from "../../guard/limits/limits.ts";
import type { ChatProgress } from "../../inbox/chat-progress.ts";
import { messageIdOf, type TranscriptBook } from "../../inbox/transcript.ts";
import type { Companies } from "../../tenants/companies.ts";
import { ApiError, refusals } from "./api-error.ts";
import { isAnonymous, type ChatSession } from "./sessions.ts";

/** Who acts where. The thread is the session's own. */
export interface Scene {
  readonly session: ChatSession;
  readonly thread: WebThread;
  /** The remote address, as a trusted proxy or the socket names it. */
  readonly address: string;
  readonly correlationId: string;
}

/** What a visitor says. */
export interface Saying {
  readonly id: string;
  readonly text: string;
  readonly attachments?: readonly string[] | undefined;
  /** The message it answers. */
  readonly reply_to?: string | undefined;
}

/**
 * What visitors do. Whatever resolves is kept and will be dealt with once, however often it is sent with the same
 * id; what rejects may be sent again.
 */
export interface ChatActs {
  /** Resolves with the cursor of the message. */
  say(scene: Scene, saying: Saying): Promise<number>;
  edit(scene: Scene, id: string, text: string): Promise<void>;
  remove(scene: Scene, id: string): Promise<void>;
  /** The visitor is writing: shown to whoever helps them, kept nowhere. */
  type(scene: Scene): Promise<void>;
  press(
    scene: Scene,
    press: {
      readonly id: string;
      readonly action: string;
      readonly value: string;
      readonly target?: string | undefined;
    },
  ): Promise<void>;
  judge(scene: Scene, id: string, rating: "up" | "down"): Promise<void>;
}

export interface ChatActParts {
  readonly book: TranscriptBook;
  readonly door: WebDoor;
  readonly progress: ChatProgress;
  readonly companies: Pick<Companies, "get">;
  readonly messageLimits: Pick<Limits, "require">;
}

export function createChatActs(parts: ChatActParts): ChatActs {
  const { book, door, progress, companies, messageLimits } = parts;
  const say: ChatActs["say"] = async (scene, { id, text, attachments: wanted = [], reply_to: repliesTo }) => {
    const { thread } = scene;
    await spend(scene, id);
    const attachments = await attached(scene, wanted);
    await mustStand(scene, repliesTo);
    const answers = repliesTo === undefined ? {} : { repliesTo };
    const content = { text, ...(attachments.length > 0 && { attachments }), ...answers };
    const { kind, cursor } = await book.add(thread, { id, role: "user", state: "final", content });
    if (kind === "conflict") {
      const message = "Another message was sent with this id: make a new id for each message.";
      throw new ApiError(409, "id_taken", message);
    }
    // Also for one that is known: the first try may have ended between the two.
    await take(scene, { kind: "message", id, text, attachments, ...answers });
    void showTyping(scene);
    return cursor;
  };

  /** Under the identity the act is worked on with, so that the turn does not count it again. */
  async function spend({ session, thread, address }: Scene, actId: string): Promise<void> {
    const { site, visitor } = session;
    const { tenantId, installationId } = site.route;
    const { tier } = await companies.get(tenantId);
    await messageLimits.require({
      tenantId,
      tier,
      role: "customer",
      user: `${installationId}:${visitor.id}`,
      message: messageIdOf(installationId, thread.thread, actId),
      address: isAnonymous(visitor) ? address : undefined,
    });
  }

  async function attached({ session, thread }: Scene, ids: readonly string[]): Promise<Attachment[]> {
    const key = { tenantId: session.site.route.tenantId, thread: thread.thread };
    const found = await book.files.describe(key, ids);
    return ids.map((id) => {
      const file = found.find((one) => one.id === id);
      if (file === undefined)
        throw new ApiError(400, "no_such_attachment", `attachments: there is no ${id} here: upload it first`);
      const { name, mimeType, size: bytes } = file;
      return { id, name, mimeType, bytes, handle: `${thread.thread}/${id}` };
    });
  }

  async function take({ session, thread, correlationId }: Scene, act: VisitorAct): Promise<void> {
    const { id, name, locale } = session.visitor;
    const visitor = { id, ...(name !== undefined && { name }), ...(locale !== undefined && { locale }) };
    const at = new Date().toISOString();
    await door.take({ ...thread, visitor, act, at, correlationId });
  }

  /** A courtesy, from the door itself: the worker may be busy for a while. */
  async function showTyping({ session, thread }: Scene): Promise<void> {
    try {
      const { owner } = await progress.status({ ...session.site.route, thread: thread.thread });
      if (owner === "bot") await book.tell(thread, { kind: "typing" });
    } catch {
      // the answer itself will show
    }
  }

  async function mustStand({ thread }: Scene, id: string | undefined): Promise<void> {
    if (id === undefined || (await book.find(thread, id)) !== undefined) return;
    throw new ApiError(400, "no_such_message", `reply_to: there is no ${id} here`);
  }

  /** The visitor's own message, if it is one and still there. */
  async function own({ thread }: Scene, id: string): Promise<TranscriptItem> {
    const item = await book.find(thread, id);
    if (item?.role !== "user" || item.state !== "final") throw refusals.notFound();
    return item;
  }

  async function ours({ thread }: Scene, id: string): Promise<TranscriptItem> {
    const item = await book.find(thread, id);
    if (item?.role !== "assistant" || item.state !== "final") throw refusals.notFound();
    return item;
  }

  /** Whatever else changes about it meanwhile, such as colleagues' reactions, stays. */
  async function rewrite(
    { thread }: Scene,
    id: string,
    { edited, to }: { readonly edited: boolean; readonly to: (now: TranscriptContent) => TranscriptContent },
  ): Promise<void> {
    for (let tries = 0; tries < mostTries; tries++) {
      const item = await book.find(thread, id);
      if (item?.state !== "final") return;
      const change = { content: to(item.content), state: "final", from: ["final"], edited } as const;
      if (await book.change(thread, id, { ...change, at: item.cursor })) return;
    }
    throw new TransientError("web: the message changes all the time", { code: "busy" });
  }

  return {
    say,
    edit: async (scene, id, text) => {
      const { content, cursor } = await own(scene, id);
      if (content.text === text) return;
      // The same again, after something else, is another change.
      const actId = `edit:${id}:${cursor}:${fingerprint(text)}`;
      await spend(scene, actId);
      await take(scene, { kind: "edit", id: actId, target: id, text });
      await rewrite(scene, id, { edited: true, to: (content) => ({ ...content, text }) });
    },
    remove: async (scene, id) => {
      await own(scene, id);
      await take(scene, { kind: "delete", id: `delete:${id}`, target: id });
      await book.change(scene.thread, id, { content: { text: "" }, state: "deleted", from: ["final"] });
    },
    type: (scene) => take(scene, { kind: "typing", id: "typing" }),
    press: async (scene, { id, action, value, target }) => {
      if (action !== actions.human || target !== undefined) {
        const { content } = await ours(scene, target ?? "");
        if (!offers(content, action, value)) throw refusals.notFound();
      }
      // A suggestion is said, so that it stands in the conversation like anything else the visitor says.
      if (action === actions.suggestion) return void (await say(scene, { id, text: value }));
      const actId = `press:${id}`;
      await spend(scene, actId);
      await take(scene, { kind: "action", id: actId, action, value, target });
    },
    judge: async (scene, id, rating) => {
      const { content, cursor } = await ours(scene, id);
      const { feedback } = content;
      if (feedback === undefined) throw refusals.notFound();
      if (content.rating === rating) return;
      const action = rating === "up" ? actions.feedbackUp : actions.feedbackDown;
      const act = {
        kind: "action",
        id: `judge:${id}:${cursor}:${rating}`,
        action,
        value: feedback,
        target: id,
      } as const;
      await take(scene, act);
      await rewrite(scene, id, { edited: false, to: (now) => ({ ...now, rating }) });
    },
  };
}

const mostTries = 50;

/** Only what stands under a message can be pressed. */
function offers(
  { buttons = [], suggestions = [] }: TranscriptItem["content"],
  action: string,
  value: string,
) {
  if (action === actions.suggestion) return suggestions.includes(value);
  return buttons.some((button) => button.action === action && button.value === value);
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

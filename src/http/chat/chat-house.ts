import type { FastifyRequest } from "fastify";
import type { Log } from "../../core/log.ts";
import type { ChatProgress } from "../../inbox/chat-progress.ts";
import type { TranscriptBook } from "../../inbox/transcript.ts";
import type { FastState } from "../../store/fast-state.ts";
import type { ChatActs, Scene } from "./acts.ts";
import type { ChatLimits } from "./limits.ts";
import { bearerOf, type ChatSession, type ChatSessions } from "./sessions.ts";
import type { Sites } from "./sites.ts";
import type { StatusNews } from "./status-news.ts";

/** What the chat's endpoints share. */
export interface ChatHouse {
  readonly sites: Sites;
  readonly sessions: ChatSessions;
  readonly acts: ChatActs;
  readonly book: TranscriptBook;
  readonly progress: ChatProgress;
  readonly news: StatusNews;
  readonly fast: FastState;
  readonly limits: ChatLimits;
  /** Aborts when the server stops: who waits is let go, and comes back to another process. */
  readonly closing: AbortSignal;
  readonly log: Log;
}

/** Proves whose request it is, and that the thread is theirs; the session's own thread where none is named. */
export async function sceneOf(
  { sessions }: Pick<ChatHouse, "sessions">,
  request: FastifyRequest,
  thread?: string,
): Promise<Scene> {
  return sceneFor({ sessions }, await sessions.prove(request, bearerOf(request)), { request, thread });
}

/** The same for a session that is proved already. */
export async function sceneFor(
  { sessions }: Pick<ChatHouse, "sessions">,
  session: ChatSession,
  { request, thread }: { readonly request: FastifyRequest; readonly thread?: string | undefined },
): Promise<Scene> {
  const own = await sessions.threadOf(session, thread ?? session.claims.thread);
  return { session, thread: own, address: request.ip, correlationId: request.id };
}

/** A thread as the conversation's state is looked up by. */
export function stateKeyOf({ session, thread }: Scene) {
  return { ...session.site.route, thread: thread.thread };
}

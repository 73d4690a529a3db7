import type { FastifyRequest } from "fastify";
import type { RawData, WebSocket } from "ws";
import { conversationIdOf } from "../../inbox/transcript.ts";
import type { Scene } from "./acts.ts";
import { ApiError, parseRequest, refusals, toApiError, toErrorBody } from "./api-error.ts";
import { sceneFor, stateKeyOf, type ChatHouse } from "./chat-house.ts";
import { createFollower, type Follower } from "./follower.ts";
import { clientFrame } from "./schemas.ts";
import { toAnswer } from "./session-routes.ts";
import { toVisible, toVisibleStatus } from "./visible.ts";

/** The largest frame a client may send, bytes: a long message in any script. */
export const maxFrameBytes = 256 * 1024;

const beatMs = 20_000;
const authWithinMs = 10_000;
const renewBeforeMs = 2 * 60_000;
const idleMs = 15 * 60_000;
const framesPerSecond = 20;

/** Closing codes of ours; the rest is the protocol's. */
const codes = { protocol: 1002, tooMuch: 1008, slow: 1013, unauthorized: 4401, notFound: 4404 } as const;

type Frame = ReturnType<typeof clientFrame.parse>;

/**
 * Serves one WebSocket until it ends: first frame `auth` (or a token as subprotocol), then what the visitor does and
 * everything that happens in the thread. A client that does not read is cut off and resumes by its cursor.
 */
export function serveSocket(
  house: ChatHouse,
  socket: WebSocket,
  { request, thread }: { readonly request: FastifyRequest; readonly thread: string },
): void {
  const { book, acts, sessions, progress, news, limits, log } = house;
  let scene: Scene | undefined;
  let follower: Follower | undefined;
  let unhear = () => {};
  let isAlive = true;
  let lastFrameAt = Date.now();
  let allowance = framesPerSecond;
  let chain = Promise.resolve();

  function send(data: object): void {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.unreadBytes) {
      socket.close(codes.slow, "too slow: connect again with your cursor");
      setTimeout(() => socket.terminate(), 1_000).unref(); // a closing handshake waits behind what is unread
      return end();
    }
    socket.send(JSON.stringify(data));
  }

  async function admit(token: string, cursor: number | undefined): Promise<void> {
    const session = await sessions.prove(request, token);
    if (request.headers.origin === undefined && !session.site.allowApps) throw refusals.origin();
    const admitted = await sceneFor(house, session, { request, thread });
    const conversationId = conversationIdOf(session.site.route.installationId, thread);
    const from = cursor ?? (await book.before(admitted.thread, undefined, 1)).cursor;
    if (socket.readyState !== socket.OPEN) return;
    const following = createFollower({
      book,
      thread: admitted.thread,
      cursor: from,
      sink: {
        item: (item) =>
          send(
            item.state === "deleted"
              ? { type: "deleted", message_id: item.id, cursor: item.cursor }
              : { type: item.edited ? "edited" : "message", message: toVisible(item) },
          ),
        token: ({ id, from: at, text }) => send({ type: "token", message_id: id, from: at, content: text }),
        typing: () => send({ type: "typing" }),
        upTo: () => {},
      },
    });
    follower = following;
    unhear = news.hear(conversationId, () => void tellStatus(admitted));
    send({ type: "ready", thread_id: thread, cursor: from, status: await statusOf(admitted) });
    await following.start();
    scene = admitted; // not before: a connection that could not begin to listen is closed, and the page comes again
  }

  async function statusOf(at: Scene) {
    return toVisibleStatus(await progress.status(stateKeyOf(at)));
  }

  /** One event for what the client shows: who has the conversation, and whether that is somebody with a name. */
  async function tellStatus(at: Scene): Promise<void> {
    try {
      const status = await statusOf(at);
      send({ type: "status", status });
      if (status.assignee !== undefined) send({ type: "assignment", assignee: status.assignee });
    } catch (cause) {
      log.debug({ err: cause }, "status not told; the next change or connection tells it");
    }
  }

  async function handle(frame: Frame): Promise<void> {
    if (frame.type === "auth") {
      if (scene === undefined) await admit(frame.token, frame.cursor);
      return;
    }
    if (scene === undefined) throw refusals.unauthorized();
    switch (frame.type) {
      case "send_message": {
        const { client_message_id: id, text, attachments, reply_to } = frame;
        if (text.trim() === "" && (attachments ?? []).length === 0)
          throw new ApiError(400, "bad_request", "text: is empty: write something or attach a file");
        const cursor = await acts.say(scene, { id, text, attachments, reply_to });
        return send({ type: "receipt", client_message_id: id, state: "accepted", cursor });
      }
      case "typing":
        return acts.type(scene);
      case "ping":
        return send({ type: "pong" });
      default:
        throw new Error(`unknown frame: ${JSON.stringify(frame satisfies never)}`);
    }
  }

  function onMessage(data: RawData, isBinary: boolean): void {
    lastFrameAt = Date.now();
    allowance -= 1;
    if (allowance < 0) return socket.close(codes.tooMuch, "too many frames");
    if (isBinary) return socket.close(codes.protocol, "frames are JSON text");
    chain = chain.then(() => take(data.toString())).catch(() => {});
  }

  async function take(text: string): Promise<void> {
    let about: string | undefined;
    try {
      const json = parseJson(text);
      about = ownIdIn(json);
      await handle(parseRequest(clientFrame, json));
    } catch (cause) {
      const refused = toApiError(cause);
      if (refused === undefined) log.error({ correlationId: request.id, err: cause }, "chat frame failed");
      const shown = refused ?? new ApiError(500, "internal_error", "Something went wrong on our side.");
      send({
        type: "error",
        ...toErrorBody(shown, request.id),
        ...(shown.retryAfterMs !== undefined && { retry_after_ms: shown.retryAfterMs }),
        ...(about !== undefined && { client_message_id: about }),
      });
      if (scene === undefined) closeUnproved(shown);
    }
  }

  function closeUnproved({ status, code }: ApiError): void {
    if (status >= 500) return socket.close(codes.slow, code);
    socket.close(
      status === 404 ? codes.notFound : status === 400 ? codes.protocol : codes.unauthorized,
      code,
    );
  }

  async function onBeat(): Promise<void> {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
    if (scene === undefined) return;
    const left = scene.session.claims.expiresAt.getTime() - Date.now();
    if (left > renewBeforeMs) return;
    if (Date.now() - lastFrameAt > idleMs)
      return left <= 0 ? socket.close(codes.unauthorized, "idle") : undefined;
    try {
      const renewed = await sessions.renew(scene.session);
      const claims = { ...scene.session.claims, expiresAt: renewed.expiresAt };
      scene = { ...scene, session: { ...scene.session, claims } };
      send({ type: "session", ...toAnswer(renewed) });
    } catch (cause) {
      log.debug({ err: cause }, "session not renewed yet");
    }
  }

  function end(): void {
    clearInterval(beat);
    clearInterval(refill);
    clearTimeout(unproved);
    follower?.stop();
    unhear();
  }

  const beat = setInterval(() => void onBeat(), beatMs).unref();
  const refill = setInterval(() => (allowance = framesPerSecond), 1_000).unref();
  const unproved = setTimeout(() => {
    if (scene === undefined) socket.close(codes.unauthorized, "no auth frame came");
  }, authWithinMs).unref();
  socket.on("message", onMessage);
  socket.on("pong", () => (isAlive = true));
  socket.on("close", end);
  socket.on("error", () => {}); // `close` follows
  const token = tokenIn(request.headers["sec-websocket-protocol"]);
  if (token !== undefined) chain = chain.then(() => take(JSON.stringify({ type: "auth", token })));
}

/** A browser cannot send headers with a WebSocket, but subprotocols: `baton.v1, token.<session token>`. */
function tokenIn(protocols: string | undefined): string | undefined {
  return /(?:^|,)\s*token\.([\w.-]{1,2000})\s*(?:,|$)/.exec(protocols ?? "")?.[1];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "bad_request", "The frame is not JSON.");
  }
}

function ownIdIn(json: unknown): string | undefined {
  const id: unknown =
    typeof json === "object" && json !== null && "client_message_id" in json
      ? json.client_message_id
      : undefined;
  return typeof id === "string" ? id.slice(0, 100) : undefined;
}

import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { TranscriptItem } from "../../core/transcript.ts";
import type { Scene } from "./acts.ts";
import { ApiError } from "./api-error.ts";
import { checkAgent, untilGone } from "./ask-routes.ts";
import { sceneFor, sceneOf, stateKeyOf, type ChatHouse } from "./chat-house.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import { chatQuery, chatRequest } from "./schemas.ts";
import { bearerOf } from "./sessions.ts";
import { toVisible, toVisibleStatus } from "./visible.ts";
import { waitForAnswer } from "./wait.ts";

const path = "/api/v1/ai/chat/stream";
const beatMs = 15_000;

/** One event: its name and whatever else it says. */
interface StreamEvent {
  readonly type: "start" | "token" | "done" | "error";
  readonly [field: string]: unknown;
}

interface Asked {
  readonly message: string;
  readonly client_message_id?: string | undefined;
  readonly attachments?: readonly string[] | undefined;
}

/** Ask and watch: the answer as server-sent events `start`, `token`, `done` or `error`. */
export function streamEndpoints(house: ChatHouse): readonly Endpoint[] {
  const answers = { 200: "text/event-stream" };
  const refuses = [403, 409, 413, 415];
  return [
    defineEndpoint({
      method: "POST",
      path,
      summary: "Asks and streams the answer. With Last-Event-ID goes on where a stream of before was cut.",
      body: chatRequest,
      answers,
      refuses,
      handle: async ({ body, request, reply }) => {
        checkAgent(body.agent);
        return serve(house, await sceneOf(house, request, body.thread_id), {
          asked: body,
          request,
          reply,
        });
      },
    }),
    defineEndpoint({
      method: "GET",
      path,
      summary: "The same for an EventSource, with a ticket in place of the token.",
      query: chatQuery,
      answers,
      refuses,
      handle: async ({ query, request, reply }) => {
        checkAgent(query.agent);
        const session =
          query.ticket === undefined
            ? await house.sessions.prove(request, bearerOf(request))
            : await house.sessions.prove(request, query.ticket, "ticket");
        const scene = await sceneFor(house, session, { request, thread: query.thread_id });
        return serve(house, scene, { asked: query, request, reply });
      },
    }),
  ];
}

async function serve(
  house: ChatHouse,
  scene: Scene,
  {
    asked,
    request,
    reply,
  }: { readonly asked: Asked; readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<FastifyReply> {
  const resumed = parseEventId(request.headers["last-event-id"]);
  // An EventSource that lost its connection asks the same question again: by this id it is not said twice.
  const id = resumed?.id ?? asked.client_message_id ?? randomUUID();
  const said = await house.acts.say(scene, { id, text: asked.message, attachments: asked.attachments });
  const stream = new PassThrough();
  void run(house, scene, {
    stream,
    id,
    cursor: Math.max(said, resumed?.cursor ?? 0),
    signal: untilGone(reply, house),
  });
  return reply
    .type("text/event-stream")
    .header("cache-control", "no-store")
    .header("x-accel-buffering", "no")
    .send(stream);
}

async function run(
  house: ChatHouse,
  scene: Scene,
  {
    stream,
    id,
    cursor,
    signal,
  }: {
    readonly stream: PassThrough;
    readonly id: string;
    readonly cursor: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { limits, progress, log } = house;
  const shown = new Map<string, string>();
  let reached = cursor;
  const write = (data: StreamEvent): void => {
    if (stream.writableEnded || stream.destroyed) return;
    // Who does not read loses this connection only, and goes on from the last event it has.
    if (stream.writableLength > limits.unreadBytes) return void stream.destroy();
    stream.write(`id: ${id}@${reached}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const token = (message: string, from: number, content: string): void => {
    shown.set(message, (shown.get(message) ?? "").slice(0, from) + content);
    write({ type: "token", message_id: message, from, content });
  };
  const finish = (item: TranscriptItem): void => {
    if (item.role !== "assistant" || item.state !== "final") return;
    const { text } = item.content;
    const have = shown.get(item.id) ?? "";
    const from = text.startsWith(have) ? have.length : 0;
    if (text !== have) token(item.id, from, text.slice(from));
  };
  const beat = setInterval(() => stream.write(": beat\n\n"), beatMs).unref();
  try {
    write({ type: "start", thread_id: scene.thread.thread, message_id: id });
    const { kind, answers } = await waitForAnswer(house, scene, {
      id,
      cursor,
      withinMs: limits.streamMs,
      signal,
      show: {
        item: finish,
        token: (glimpse) => token(glimpse.id, glimpse.from, glimpse.text),
        upTo: (to) => {
          reached = to;
        },
      },
    });
    if (kind === "answered") {
      const status = toVisibleStatus(await progress.status(stateKeyOf(scene)));
      const metadata = {
        thread_id: scene.thread.thread,
        message_id: id,
        messages: answers.map(toVisible),
        status,
      };
      write({ type: "done", metadata });
    } else if (kind === "too long")
      write(toFailure("too_long", "The answer takes longer than a stream stays open."));
    else write(connectionLost);
  } catch (cause) {
    log.warn({ correlationId: scene.correlationId, err: cause }, "chat stream broke");
    write(connectionLost);
  } finally {
    clearInterval(beat);
    stream.end();
  }
}

function toFailure(code: string, message: string): StreamEvent {
  return { type: "error", error: { code, message } };
}

const connectionLost = toFailure("connection_lost", "Connection lost. Please try again.");

/** `id@cursor` of the last event the client has. */
function parseEventId(header: unknown): { readonly id: string; readonly cursor: number } | undefined {
  if (typeof header !== "string" || header === "") return undefined;
  const match = /^([A-Za-z0-9_-][A-Za-z0-9_.:-]{0,99})@(\d{1,15})$/.exec(header);
  if (match === null)
    throw new ApiError(400, "bad_request", "Last-Event-ID: is none of ours: leave it out to begin anew.");
  return { id: match[1] ?? "", cursor: Number(match[2]) };
}

import { randomUUID } from "node:crypto";
import type { FastifyReply } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Scene } from "./acts.ts";
import { sceneOf, stateKeyOf, type ChatHouse } from "./chat-house.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import { chatAnswer, chatRequest, pendingAnswer } from "./schemas.ts";
import { toVisible, toVisibleStatus } from "./visible.ts";
import { waitForAnswer } from "./wait.ts";

/** Ask and wait: for programs that want one answer to one request. */
export function askEndpoints(house: ChatHouse): readonly Endpoint[] {
  const { acts, limits, progress } = house;
  return [
    defineEndpoint({
      method: "POST",
      path: "/api/v1/ai/chat",
      summary: "Asks and waits for the whole answer; after a while it says where to look for it instead.",
      body: chatRequest,
      answers: { 200: chatAnswer, 202: pendingAnswer },
      refuses: [403, 409, 413, 415],
      handle: async ({ body, request, reply }) => {
        checkAgent(body.agent);
        const scene = await sceneOf(house, request, body.thread_id);
        const { client_message_id: id = randomUUID(), message: text, attachments } = body;
        const cursor = await acts.say(scene, { id, text, attachments });
        const signal = untilGone(reply, house);
        const waited = await waitForAnswer(house, scene, { id, cursor, withinMs: limits.waitMs, signal });
        const about = { thread_id: scene.thread.thread, message_id: id };
        if (waited.kind !== "answered") {
          const poll = pollPath(scene, cursor);
          reply.header("location", poll).header("retry-after", "2");
          return { status: 202, body: { status: "pending", ...about, poll } };
        }
        const { answers } = waited;
        const response = answers.map(({ content }) => content.text).join("\n\n");
        const status = toVisibleStatus(await progress.status(stateKeyOf(scene)));
        return { status: 200, body: { response, ...about, messages: answers.map(toVisible), status } };
      },
    }),
  ];
}

/** Visitors talk to the agent for customers; the others are for people who log in as staff. */
export function checkAgent(agent: string): void {
  if (agent === "customer") return;
  throw new ApiError(403, "agent_not_allowed", `agent: visitors may not talk to ${agent}: leave it out`);
}

/** Aborts when the caller hangs up, or the server stops. */
export function untilGone({ raw }: FastifyReply, { closing }: Pick<ChatHouse, "closing">): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => gone.abort());
  if (raw.destroyed) gone.abort();
  return AbortSignal.any([gone.signal, closing]);
}

function pollPath({ thread }: Scene, cursor: number): string {
  return `/api/v1/conversations/${thread.thread}/messages?after=${cursor}`;
}

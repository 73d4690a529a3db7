import type { z } from "zod";
import type { Scene } from "./acts.ts";
import { sceneOf, stateKeyOf, type ChatHouse } from "./chat-house.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import {
  actionRequest,
  conversationAnswer,
  doneAnswer,
  editRequest,
  feedbackRequest,
  historyAnswer,
  historyQuery,
  inThread,
  messageRequest,
  ofMessage,
  receiptAnswer,
} from "./schemas.ts";
import { toVisible, toVisibleStatus } from "./visible.ts";

const messages = "/api/v1/conversations/{thread_id}/messages";

/** One conversation: what was said in it, and what its visitor does in it. */
export function messageEndpoints(house: ChatHouse): readonly Endpoint[] {
  const { acts, progress } = house;
  return [
    defineEndpoint({
      method: "GET",
      path: "/api/v1/conversations/{thread_id}",
      summary: "Who has the conversation now: the bot, a queue or a person.",
      params: inThread,
      answers: { 200: conversationAnswer },
      handle: async ({ params, request }) => {
        const scene = await sceneOf(house, request, params.thread_id);
        const status = toVisibleStatus(await progress.status(stateKeyOf(scene)));
        return { status: 200, body: { thread_id: scene.thread.thread, ...status } };
      },
    }),
    defineEndpoint({
      method: "GET",
      path: messages,
      summary:
        "The conversation's messages: the last ones, those before a position, or what changed after a cursor.",
      params: inThread,
      query: historyQuery,
      answers: { 200: historyAnswer },
      handle: async ({ params, query, request }) => {
        const scene = await sceneOf(house, request, params.thread_id);
        return { status: 200, body: await readHistory(house, scene, query) };
      },
    }),
    defineEndpoint({
      method: "PUT",
      path: `${messages}/{message_id}`,
      summary: "Says something, once: the same id and text again are answered the same and do nothing.",
      params: ofMessage,
      body: messageRequest,
      answers: { 200: receiptAnswer },
      refuses: [409, 413, 415],
      handle: async ({ params, body, request }) => {
        const scene = await sceneOf(house, request, params.thread_id);
        const { message_id: id } = params;
        return { status: 200, body: { message_id: id, cursor: await acts.say(scene, { id, ...body }) } };
      },
    }),
    defineEndpoint({
      method: "PATCH",
      path: `${messages}/{message_id}`,
      summary: "Changes what the visitor said.",
      params: ofMessage,
      body: editRequest,
      answers: { 200: doneAnswer },
      refuses: [413, 415],
      handle: async ({ params, body, request }) => {
        const scene = await sceneOf(house, request, params.thread_id);
        await acts.edit(scene, params.message_id, body.text);
        return done;
      },
    }),
    defineEndpoint({
      method: "DELETE",
      path: `${messages}/{message_id}`,
      summary: "Takes back what the visitor said: nothing is left of it.",
      params: ofMessage,
      answers: { 200: doneAnswer },
      handle: async ({ params, request }) => {
        await acts.remove(await sceneOf(house, request, params.thread_id), params.message_id);
        return done;
      },
    }),
    defineEndpoint({
      method: "POST",
      path: `${messages}/{message_id}/feedback`,
      summary: "Thumbs up or down for an answer.",
      params: ofMessage,
      body: feedbackRequest,
      answers: { 200: doneAnswer },
      refuses: [413, 415],
      handle: async ({ params, body, request }) => {
        const scene = await sceneOf(house, request, params.thread_id);
        await acts.judge(scene, params.message_id, body.rating);
        return done;
      },
    }),
    defineEndpoint({
      method: "POST",
      path: "/api/v1/conversations/{thread_id}/actions",
      summary:
        "Presses a button or a suggestion under a message. `baton.human` needs no message: it is always there.",
      params: inThread,
      body: actionRequest,
      answers: { 200: doneAnswer },
      refuses: [409, 413, 415],
      handle: async ({ params, body, request }) => {
        const { client_action_id: id, action, value, message_id: target } = body;
        await acts.press(await sceneOf(house, request, params.thread_id), { id, action, value, target });
        return done;
      },
    }),
  ];
}

const done = { status: 200, body: { ok: true } } as const;

async function readHistory(
  { book }: ChatHouse,
  { thread }: Scene,
  { after, before, limit }: z.output<typeof historyQuery>,
): Promise<z.output<typeof historyAnswer>> {
  if (after !== undefined) {
    const items = await book.changedAfter(thread, after, limit);
    const cursor = items.at(-1)?.cursor ?? after;
    return { messages: items.map(toVisible), cursor, more: items.length === limit };
  }
  const { items, cursor } = await book.before(thread, before, limit);
  return {
    messages: items.map(toVisible),
    cursor,
    more: (items[0]?.position ?? 1) > 1 && items.length === limit,
  };
}

import { takeOrRefuse } from "./limits.ts";
import { sceneOf, type ChatHouse } from "./chat-house.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import { doneAnswer, sessionAnswer, sessionRequest, ticketAnswer } from "./schemas.ts";
import { bearerOf, type OpenedSession } from "./sessions.ts";

/** Sessions: the right to speak, short-lived. */
export function sessionEndpoints(house: ChatHouse): readonly Endpoint[] {
  const { sessions, fast, limits } = house;
  return [
    defineEndpoint({
      method: "POST",
      path: "/support/chat/session",
      summary:
        "Opens a session, anonymous or for the person a signed user token names. Sent with a token of before, " +
        "renews it; one that was idle for long gets another one.",
      isOpen: true,
      body: sessionRequest,
      answers: { 200: sessionAnswer },
      refuses: [401, 403, 404],
      handle: async ({ body, request }) => {
        await takeOrRefuse(fast, `web:sessions:${request.ip}`, { perMinute: limits.sessionsPerMinute });
        const { site_key: siteKey, user_token: userToken, new_thread: newThread } = body;
        return {
          status: 200,
          body: toAnswer(await sessions.open(request, { siteKey, userToken, newThread })),
        };
      },
    }),
    defineEndpoint({
      method: "DELETE",
      path: "/support/chat/session",
      summary: "Ends the session: its tokens are worth nothing from here on.",
      answers: { 200: doneAnswer },
      handle: async ({ request }) => {
        await sessions.end(await sessions.prove(request, bearerOf(request)));
        return { status: 200, body: { ok: true } };
      },
    }),
    defineEndpoint({
      method: "POST",
      path: "/support/chat/ticket",
      summary: "A ticket for one minute, for an EventSource, which cannot send a token in a header.",
      answers: { 200: ticketAnswer },
      handle: async ({ request }) => {
        const { session } = await sceneOf(house, request);
        const { token: ticket, expiresAt } = await sessions.ticket(session);
        return { status: 200, body: { ticket, expires_at: expiresAt.toISOString() } };
      },
    }),
  ];
}

/** A session as clients get it. */
export function toAnswer({ token, expiresAt, thread, identified }: OpenedSession) {
  return { token, expires_at: expiresAt.toISOString(), thread_id: thread, identified };
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSessions } from "../../../channels/discord/session.ts";

const apiUrl = "https://discord.com/api";
const session = {
  shardId: 0,
  shardCount: 1,
  sessionId: "s",
  resumeURL: "wss://gateway.example",
  sequence: 3,
};

function handedOn(state: string): number {
  return createSessions(state, apiUrl).retrieve(0)?.sequence ?? -1;
}

describe("What is handed on of a session", () => {
  it("never goes beyond an event that is not kept yet, and ends at the newest once all are", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 40 }, (_, at) => at + 4)), (order) => {
        const sessions = createSessions(undefined, apiUrl);
        sessions.update(0, session);
        const waiting = new Map(
          order.toSorted((a, b) => a - b).map((sequence) => [sequence, sessions.began(0, sequence)]),
        );
        for (const sequence of order) {
          expect(handedOn(sessions.snapshot())).toBeLessThan(Math.min(...waiting.keys()));
          waiting.get(sequence)?.();
          waiting.delete(sequence);
        }
        if (order.length > 0) expect(handedOn(sessions.snapshot())).toBe(Math.max(...order));
      }),
    );
  });

  it("begins anew with a new session, and is nothing without one", () => {
    const sessions = createSessions(undefined, apiUrl);
    sessions.update(0, session);
    sessions.began(0, 9);
    sessions.update(0, { ...session, sessionId: "t", sequence: 1 });
    expect(handedOn(sessions.snapshot())).toBe(1);
    sessions.update(0, null);
    expect(handedOn(sessions.snapshot())).toBe(-1);
  });

  it("is read again from what another process kept, and from nonsense as nothing", () => {
    const sessions = createSessions(JSON.stringify({ apiUrl, sessions: [session] }), apiUrl);
    expect(sessions.retrieve(0)).toEqual(session);
    for (const state of [undefined, "", "{", "[]", '{"sessions":[{"shardId":"0"}]}'])
      expect(createSessions(state, apiUrl).retrieve(0)).toBeNull();
  });

  it("is left alone when it was begun with another API", () => {
    const sessions = createSessions(undefined, "http://127.0.0.1:1/api");
    sessions.update(0, session);
    expect(createSessions(sessions.snapshot(), "http://127.0.0.1:1/api").retrieve(0)).toEqual(session);
    expect(createSessions(sessions.snapshot(), apiUrl).retrieve(0)).toBeNull();
  });
});

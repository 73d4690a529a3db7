import { expect, it } from "vitest";
import type { InstallationId } from "../../src/core/ids.ts";
import { conversationIdOf, messageIdOf } from "../../src/inbox/conversation-key.ts";

const one = "installation-1" as InstallationId;
const other = "installation-2" as InstallationId;

it("the same id in two conversations is two messages, and a second delivery is the first", () => {
  // Teams counts milliseconds: two people who write at once in different chats have the same id.
  const id = "1700000000123";
  const ids = [
    messageIdOf(one, "19:a@thread.tacv2", id),
    messageIdOf(one, "19:b@thread.tacv2", id),
    messageIdOf(other, "19:a@thread.tacv2", id),
  ];
  expect(new Set(ids).size).toBe(3);
  expect(messageIdOf(one, "19:a@thread.tacv2", id)).toBe(ids[0]);
});

it("threads of one room, and the same thread's name in two rooms, are conversations of their own", () => {
  const ids = [
    conversationIdOf(one, { space: "C1", thread: "1.1" }),
    conversationIdOf(one, { space: "C1", thread: "1.2" }),
    conversationIdOf(one, { space: "C2", thread: "1.1" }),
    conversationIdOf(one, { space: "C1", thread: "" }),
    conversationIdOf(one, { space: "C1", thread: "" }, "U1"),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

import { describe, expect, test } from "vitest";
import type { Channel } from "../../../src/core/channel.ts";
import type { MessageEnvelope } from "../../../src/core/envelope.ts";
import { PermanentError, TransientError } from "../../../src/core/errors.ts";
import { readRoom } from "../../../src/knowledge/sources/room-history.ts";

interface Said extends Partial<Pick<MessageEnvelope, "addressed" | "replies">> {
  readonly id: number;
  readonly text: string;
  readonly thread?: number;
  readonly by?: MessageEnvelope["sender"]["kind"];
}

const day = (id: number) => new Date(Date.UTC(2026, 9, 1) + id * 60_000);

/** A room in which a history without a thread tells no replies, as platforms do. */
function aRoom(said: readonly Said[], fail: () => Error | undefined = () => undefined) {
  const asked: string[] = [];
  const history: Channel["history"] = async ({ installation, place }, { limit }) => {
    asked.push(place.thread);
    const failure = fail();
    if (failure !== undefined) throw failure;
    return said
      .filter(({ id, thread }) =>
        place.thread === "" ? thread === undefined : [id, thread].includes(Number(place.thread)),
      )
      .map(({ id, text, thread = id, by = "user", addressed = "none", replies }): MessageEnvelope => ({
        kind: "message",
        id: String(id),
        channel: "slack",
        installation,
        place: { space: place.space, thread: String(thread), audience: "group" },
        sender: { id: "U1", kind: by, name: "Ana Example" },
        sentAt: day(id),
        receivedAt: day(id),
        correlationId: "c",
        text,
        attachments: [],
        addressed,
        mentionsOthers: false,
        inThread: thread !== id,
        replies,
      }))
      .slice(-limit);
  };
  return { history, asked };
}

async function read(history: Channel["history"] | undefined, more: { since?: Date; most?: number } = {}) {
  const found: { name: string; text: string; of: number }[] = [];
  const signal = new AbortController().signal;
  const options = { installation: "T1", space: "C1", most: 100, since: day(0), signal };
  for await (const { name, text, of } of readRoom({ ...options, history, ...more }))
    found.push({ name, text, of });
  return found;
}

describe("what was said in a room", () => {
  test("is a document for each thread, the question its heading, without names", async () => {
    const { history } = aRoom([
      { id: 1, text: "The lift is closed on Monday." },
      { id: 2, text: "How do I get a parking card?", replies: 2 },
      { id: 3, text: "Ask at the front desk.", thread: 2 },
      { id: 4, text: "It costs 12 euros.", thread: 2 },
    ]);
    expect(await read(history)).toEqual([
      {
        name: "2.md",
        of: 2,
        text: "# How do I get a parking card?\n\nAsk at the front desk.\n\nIt costs 12 euros.",
      },
      { name: "1.md", of: 2, text: "# Said here on 2026-10-01\n\nThe lift is closed on Monday." },
    ]);
  });

  test("tells nothing where nobody answered, where only the bot was asked, and of what bots say", async () => {
    const { history } = aRoom([
      { id: 1, text: "Does anybody know the code?" },
      { id: 2, text: "@baton where is my order?", addressed: "mention", replies: 1 },
      { id: 3, text: "It is on its way.", thread: 2, by: "self" },
      { id: 4, text: "Build 12 is green.", by: "bot" },
    ]);
    expect(await read(history)).toEqual([]);
  });

  test("is read no further back than was asked for, and threads alone that have replies", async () => {
    const { history, asked } = aRoom([
      { id: 1, text: "Long ago." },
      { id: 5, text: "New." },
      { id: 6, text: "Newer.", replies: 0 },
    ]);
    expect((await read(history, { since: day(3) })).map(({ name }) => name)).toEqual(["6.md", "5.md"]);
    expect(asked).toEqual([""]);
    expect((await read(history, { most: 1 })).map(({ name }) => name)).toEqual(["6.md"]);
  });

  test("is waited for where the platform asks for a pause, and refused in words where there is none", async () => {
    let failures = 0;
    const { history } = aRoom([{ id: 1, text: "The lift works again." }], () =>
      (failures += 1) <= 2 ? new TransientError("slack: rate limited", { retryAfterMs: 1 }) : undefined,
    );
    expect(await read(history)).toHaveLength(1);
    await expect(read(undefined)).rejects.toBeInstanceOf(PermanentError);
  });
});

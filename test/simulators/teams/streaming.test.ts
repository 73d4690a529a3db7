import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { createBotClient } from "./bot-client.ts";
import type { Answer } from "./bot-client.ts";

let teams: TeamsSimulator;
let bot: Awaited<ReturnType<typeof createBotClient>>;
let chat: string;

beforeEach(async () => {
  teams = await startTeamsSimulator({ streamIntervalMs: 0 });
  bot = await createBotClient(teams);
  chat = teams.state.findConversation("personal", teams.state.findPerson("Ana")).id;
});
afterEach(() => teams.stop());

interface Step {
  readonly type?: "informative" | "streaming" | "final";
  readonly id?: string;
  readonly sequence?: number;
  readonly text: string;
}

function send({ type = "streaming", id, sequence, text }: Step, conversation = chat): Promise<Answer> {
  return bot.post(conversation, {
    type: type === "final" ? "message" : "typing",
    text,
    entities: [
      {
        type: "streaminfo",
        streamType: type,
        ...(id === undefined ? {} : { streamId: id }),
        ...(sequence === undefined ? {} : { streamSequence: sequence }),
      },
    ],
  });
}

const idOf = (answer: Answer): string => String(answer.body["id"]);

test("a stream begins with a notice, grows and ends as an ordinary message", async () => {
  const started = await send({ type: "informative", sequence: 1, text: "Looking…" });
  expect(started.status).toBe(201);
  const id = idOf(started);
  await expect(send({ id, sequence: 2, text: "At the" })).resolves.toMatchObject({ status: 202, body: {} });
  await expect(send({ id, sequence: 3, text: "At the desk" })).resolves.toMatchObject({ status: 202 });
  expect(teams.messages(chat)).toMatchObject([{ id, text: "At the desk", streaming: true }]);
  await expect(send({ type: "final", id, text: "At the desk." })).resolves.toMatchObject({ status: 202 });
  const [message] = teams.messages(chat);
  expect(message).toMatchObject({ text: "At the desk.", streaming: false, stream: { state: "completed" } });
  expect(message?.stream?.updates.map(({ type, text }) => `${type}: ${text}`)).toEqual([
    "informative: Looking…",
    "streaming: At the",
    "streaming: At the desk",
    "final: At the desk.",
  ]);
  await expect(send({ id, sequence: 4, text: "At the desk. Or" })).resolves.toMatchObject({
    status: 403,
    code: "ContentStreamNotAllowed",
  });
  expect(teams.complaints()).toEqual([]);
});

test("streams are for personal chats only, and one at a time", async () => {
  for (const place of ["#Helpdesk", "Launch"])
    await expect(
      send({ sequence: 1, text: "A" }, teams.state.findConversation(place).id),
    ).resolves.toMatchObject({ status: 403, code: "ContentStreamNotAllowed" });
  expect((await send({ sequence: 1, text: "A" })).status).toBe(201);
  expect((await send({ sequence: 1, text: "B" })).status).toBe(403);
  expect(teams.messages(chat)).toHaveLength(1);
});

test("malformed steps are refused and change nothing", async () => {
  expect((await send({ sequence: 2, text: "A" })).status).toBe(400);
  expect((await send({ sequence: 1, text: "" })).status).toBe(400);
  expect((await send({ text: "A" })).status).toBe(400);
  expect((await send({ type: "final", text: "A" })).status).toBe(400);
  expect((await send({ type: "informative", sequence: 1, text: "x".repeat(1_001) })).status).toBe(400);
  expect(teams.messages(chat)).toEqual([]);
  const id = idOf(await send({ sequence: 1, text: "A brown fox" }));
  expect((await send({ id, sequence: 2, text: "A red fox" })).status).toBe(403);
  expect((await send({ type: "final", id, sequence: 3, text: "A brown fox." })).status).toBe(400);
  expect((await send({ id: "1", sequence: 3, text: "A brown fox jumps" })).status).toBe(400);
  expect(teams.messages(chat)).toMatchObject([{ text: "A brown fox", streaming: true }]);
});

test("requests closer than the interval are refused with 429", async () => {
  teams.configure({ streamIntervalMs: 60_000 });
  const id = idOf(await send({ sequence: 1, text: "A" }));
  const refused = await send({ id, sequence: 2, text: "AB" });
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  teams.configure({ streamIntervalMs: 0 });
  expect((await send({ id, sequence: 2, text: "AB" })).status).toBe(202);
});

test("a stream dies of its age or of the Stop button, and what was shown stays", async () => {
  teams.configure({ streamLifeMs: 100 });
  const old = idOf(await send({ sequence: 1, text: "old" }));
  await teams.waitFor(() => teams.messages(chat)[0]?.stream?.state === "expired");
  await expect(send({ type: "final", id: old, text: "old." })).resolves.toMatchObject({
    status: 403,
    body: { error: { message: "Content stream finished due to exceeded streaming time." } },
  });
  teams.configure({ streamLifeMs: 60_000 });
  const stopped = idOf(await send({ sequence: 1, text: "stopped" }));
  teams.stopsStream({ conversation: chat });
  await expect(send({ id: stopped, sequence: 2, text: "stopped?" })).resolves.toMatchObject({
    status: 403,
    body: { error: { message: "Content stream was canceled by user." } },
  });
  expect(teams.messages(chat).map(({ text }) => text)).toEqual(["old", "stopped"]);
});

test("a stream too large is refused, and one whose end differs is remarked on", async () => {
  const id = idOf(await send({ sequence: 1, text: "A" }));
  await expect(send({ id, sequence: 2, text: "A".repeat(41_000) })).resolves.toMatchObject({
    status: 403,
    body: { error: { message: "Message size too large" } },
  });
  expect((await send({ type: "final", id, text: "Something else" })).status).toBe(202);
  expect(teams.complaints()).toMatchObject([{ error: "FinalChangesText" }]);
});

test("whatever order the steps arrive in, what shows is the latest of those that were in time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([2, 3, 4, 5, 6, 7, 8], { minLength: 2 }), async (sequences) => {
      teams.reset();
      bot = await createBotClient(teams);
      const textAt = (sequence: number): string => "abcdefgh".slice(0, sequence);
      const id = idOf(await send({ sequence: 1, text: textAt(1) }));
      let latest = 1;
      for (const sequence of sequences) {
        const answer = await send({ id, sequence, text: textAt(sequence) });
        expect(answer.status).toBe(202);
        expect(answer.code).toBe(
          sequence > latest ? undefined : "ContentStreamSequenceOrderPreConditionFailed",
        );
        latest = Math.max(latest, sequence);
        expect(teams.messages(chat)[0]?.text).toBe(textAt(latest));
      }
    }),
    { numRuns: 8 },
  );
});

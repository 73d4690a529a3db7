import { afterAll, beforeAll, expect, it } from "vitest";
import { holdModel, numberedWords, until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Person, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack");
}, 120_000);
afterAll(() => house?.stop());

const hears = (person: Person, words: string) =>
  until(async () => (await person.heard()).some((said) => said.includes(words)), slowlyMs);
const shows = (room: Room, words: string) =>
  until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);

async function waits(
  platform: "slack" | "discord" | "teams" | "web",
  what: string,
): Promise<{ person: Person; room: Room }> {
  const person = await house.person(platform);
  await person.says(`my order ${what} is missing [[id:${what}]]`);
  await hears(person, `answer:${what}`);
  await person.says("human");
  await hears(person, "asked a teammate");
  const room = await house.room(what);
  await shows(room, "stays among colleagues");
  return { person, room };
}

it("who waits is told their place in one message that changes, leaves an address, and need not wait on", async () => {
  const first = await waits("discord", "W-1");
  const second = await waits("web", "W-2");
  await hears(second.person, "1 person is before you");
  await hears(second.person, "You can go on writing here");

  first.room.says("Mia", "!claim");
  await hears(first.person, "teammate has joined");
  await until(
    async () => !(await second.person.heard()).some((said) => said.includes("is before you")),
    slowlyMs,
  );
  const told = (await second.person.heard()).filter((said) => said.includes("asked a teammate"));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("go on writing here");
  const claimed = (await first.person.heard()).filter((said) => said.includes("asked a teammate"));
  await until(
    async () => !(await first.person.heard()).some((said) => said.includes("go on writing here")),
    slowlyMs,
  );
  expect(claimed).toHaveLength(1);

  await second.person.says("then write to ana@example.com please");
  await shows(second.room, "Left as contact:");
  await hears(second.person, "ana@example.com. A colleague can reach you there");
  await house.talk.settled(slowlyMs);
  const kept = await house.talk.rows("SELECT source FROM leads");
  expect(kept).toEqual([{ source: "waiting" }]);

  await second.person.says("!cancel");
  await hears(second.person, "I'm back");
  await shows(second.room, "did not want to wait");
  await until(
    async () => !(await second.person.heard()).some((said) => said.includes("go on writing here")),
    slowlyMs,
  );
  const [ticket] = await house.talk.rows<{ status: string }>(
    "SELECT status FROM tickets ORDER BY created_at DESC LIMIT 1",
  );
  expect(ticket?.status).toBe("solved");
  await first.person.says("!cancel");
  await house.talk.settled(slowlyMs);
  expect((await first.person.heard()).some((said) => said.includes("I'm back"))).toBe(false);
}, 120_000);

const has = async (person: Person, words: string) =>
  (await person.heard()).some((said) => said.includes(words));

it("who waits goes on asking the bot by a button, in their place, until somebody takes it", async () => {
  const { person, room } = await waits("slack", "W-4");
  const place = () =>
    house.talk.rows(
      `SELECT c.owner_kind, c.owner_queue, c.epoch, c.waiting_since::text, t.status FROM conversations c
       JOIN tickets t ON t.conversation_id = c.id WHERE c.id = (SELECT conversation_id FROM rooms ORDER BY created_at DESC LIMIT 1)`,
    );
  const before = await place();
  await person.says("and its colour? [[id:unasked]]");
  await shows(room, "unasked");
  await house.talk.settled(slowlyMs);
  expect(await person.presses("ask")).toEqual({});
  await hears(person, "Ask away");
  await person.says("where do I see it? [[id:aside]]");
  await hears(person, "answer:aside");
  await shows(room, "answer:aside");
  await house.talk.settled(slowlyMs);
  expect(await place()).toEqual(before);
  expect(await has(person, "answer:unasked")).toBe(false);

  // Another queue is no person.
  room.says("Mia", "!transfer billing");
  await until(async () => JSON.stringify(await place()).includes("billing"), slowlyMs);
  await person.says("and in this queue? [[id:moved]]");
  await hears(person, "answer:moved");

  // Whoever claims while the bot thinks, and whoever does while it writes, ends it at once.
  const held = holdModel(house.talk, "[[id:unseen]]");
  await person.says("one more [[id:unseen]]");
  await held.asked;
  expect(await room.clicks("Mia", "claim")).toEqual({});
  await hears(person, "teammate has joined");
  held.release();
  await person.says("and now? [[id:taken]]");
  await shows(room, "taken");
  await house.talk.settled(slowlyMs);
  expect(await has(person, "answer:unseen")).toBe(false);
  expect(await has(person, "answer:taken")).toBe(false);
}, 120_000);

it("who asks the bot while they wait, in so many words, reads no more of it than there was when somebody came", async () => {
  const { person, room } = await waits("teams", "W-5");
  house.talk.model.setPace({ tokensPerSecond: 40 });
  house.talk.model.addFixtures([
    { match: { user: "[[slow]]" }, answer: { text: numberedWords(400) }, times: 1 },
  ]);
  await person.says("!ask tell me everything [[slow]]");
  await hears(person, "word3");
  room.says("Mia", "!claim");
  await hears(person, "A teammate has taken over");
  house.talk.model.setPace({ tokensPerSecond: 0 });
  await house.talk.settled(slowlyMs);
  expect(await has(person, "word399")).toBe(false);
  const asked = house.talk.model.history().findLast(({ text }) => text.includes("[[slow]]"));
  expect(asked?.text).not.toContain("!ask");
  room.says("Mia", "!bot");
  await hears(person, "I'm back");
}, 120_000);

it("a visitor who waits asks the bot by its button, and a claim in the middle of its answer is the end of it", async () => {
  const { person, room } = await waits("web", "W-8");
  await until(() => has(person, "baton.deck.ask"), slowlyMs);
  expect(await person.presses("ask")).toEqual({});
  await hears(person, "Ask away");
  const { model } = house.talk;
  model.setPace({ tokensPerSecond: 40 });
  model.addFixtures([{ match: { user: "[[meanwhile]]" }, answer: { text: numberedWords(400) }, times: 1 }]);
  await person.says("tell me everything [[meanwhile]]");
  await hears(person, "word3");
  expect(await room.clicks("Mia", "claim")).toEqual({});
  await hears(person, "A teammate has taken over");
  model.setPace({ tokensPerSecond: 0 });
  await house.talk.settled(slowlyMs);
  expect(await has(person, "word399")).toBe(false);
  const begunAfter = await house.talk.rows(
    `SELECT d.id FROM deliveries d JOIN rooms r ON r.conversation_id = d.conversation_id
     JOIN LATERAL (SELECT max(at) AS at FROM audit WHERE conversation_id = d.conversation_id AND action = 'claim') a ON true
     WHERE r.id = (SELECT id FROM rooms ORDER BY created_at DESC LIMIT 1) AND d.kind <> 'notice' AND d.sending_since > a.at`,
  );
  expect(begunAfter).toEqual([]);
}, 120_000);

it("who does not want to wait says so by a button, and the bot has it again", async () => {
  const { person, room } = await waits("teams", "W-6");
  expect(await person.presses("cancel")).toEqual({});
  await shows(room, "did not want to wait");
  await person.says("what else? [[id:else]]");
  await hears(person, "answer:else");
  await house.talk.settled(slowlyMs);
  const states = await house.talk.rows(
    "SELECT t.status FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.channel = 'teams' ORDER BY t.created_at DESC LIMIT 1",
  );
  expect(states).toEqual([{ status: "solved" }]);
}, 120_000);

it("when nobody answers, the next colleague is told by name, then everybody, and what is known of the person is told", async () => {
  const { person, room } = await waits("web", "W-3");
  room.says("Mia", "!note prefers to be called Ann");
  await shows(room, "Noted");
  const late = (by: string) =>
    house.talk.rows(
      `UPDATE conversations SET waiting_since = waiting_since - $1::interval WHERE id =
         (SELECT conversation_id FROM rooms ORDER BY created_at DESC LIMIT 1)`,
      [by],
    );
  const alerts = () =>
    room.page
      .messages(room.channel)
      .messages.filter(({ isBot, ...said }) => isBot && JSON.stringify(said).includes("has waited for"))
      .map((message) => JSON.stringify(message));
  await late("11 minutes");
  await until(async () => alerts().length === 1, slowlyMs);
  expect(alerts()[0]).toMatch(/\w+:\*{1,2} can you take it\?/u);
  const mia = room.page.describe().people.find(({ name }) => name.startsWith("Mia"))?.id ?? "";
  expect(alerts()[0]).toContain(`<@${mia}>`);
  room.says("Mia", "!claim");
  await hears(person, "teammate has joined");
  room.says("Mia", "!r one moment");
  await hears(person, "one moment");
  await person.says("well?");
  await shows(room, "well?");
  await house.talk.settled(slowlyMs);
  await late("25 minutes");
  await until(async () => alerts().some((said) => said.includes("who can take it?")), slowlyMs);
  expect(alerts().at(-1)).toContain("has it");
  expect(alerts().at(-1)).toContain(`<@${mia}>`);
  room.says("Mia", "!resolve");
  await hears(person, "is resolved");
  room.says("Mia", "!summary");
  await shows(room, "Before:");
  await shows(room, "Note: prefers to be called Ann");
  await shows(room, "1 resolved by colleagues");
}, 120_000);

import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../support/talk.ts";
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

async function waits(platform: "discord" | "web", what: string): Promise<{ person: Person; room: Room }> {
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
  room.says("Mia", "!resolve");
  await hears(person, "is resolved");
  room.says("Mia", "!summary");
  await shows(room, "Before:");
  await shows(room, "Note: prefers to be called Ann");
  await shows(room, "1 resolved by colleagues");
}, 120_000);

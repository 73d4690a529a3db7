import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Person, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack");
}, 120_000);
afterAll(() => house?.stop());

const has = (lines: readonly string[], words: string) => lines.some((line) => line.includes(words));
const hears = (person: Person, words: string) =>
  until(async () => has(await person.heard(), words), slowlyMs);
const shows = (room: Room, words: string) => until(async () => has(room.lines(), words), slowlyMs);
const cardShows = (room: Room, words: string) =>
  until(async () => JSON.stringify(room.card()).includes(words), slowlyMs);

/** A person who was answered once and wants somebody else now, and the room that opened for them. */
async function inNeed(
  platform: "slack" | "discord" | "teams" | "web",
): Promise<{ person: Person; room: Room }> {
  const person = await house.person(platform);
  const id = `${platform}-${Date.now()}`;
  await person.says(`my order A-77 of ${id} is missing [[id:${id}]]`);
  await hears(person, `answer:${id}`);
  await person.says("human");
  await hears(person, "asked a teammate");
  const room = await house.room(id);
  await shows(room, "stays among colleagues");
  return { person, room };
}

describe.each(["slack", "discord", "teams", "web"] as const)("a room for somebody on %s", (platform) => {
  it("opens with who they are and what they want, carries both ways, and passes the baton back", async () => {
    const { person, room } = await inNeed(platform);
    const card = JSON.stringify(room.card());
    expect(card).toContain(platform);
    expect(card).toContain("is missing");
    expect(card).toContain("the person asked for a human");
    await cardShows(room, "Waiting");

    await person.says("hello, is anybody there?");
    await shows(room, "is anybody there?");

    for (let index = 0; index < 40; index += 1) room.says("Mia", `internal remark ${index}`);
    room.says("Mia", "!r I am looking into it");
    await hears(person, "I am looking into it");
    await shows(room, "delivered");
    await cardShows(room, "has it");
    await house.talk.settled();
    const heard = await person.heard();
    expect(has(heard, "internal remark")).toBe(false);
    expect(heard.filter((said) => said.includes("I am looking into it"))).toHaveLength(1);

    await person.says(`thanks [[id:quiet-${platform}]]`);
    await shows(room, `quiet-${platform}`);
    room.says("Mia", "!bot");
    await hears(person, "I'm back");
    await person.says(`are you there? [[id:back-${platform}]]`);
    await hears(person, `answer:back-${platform}`);
    expect(has(await person.heard(), `answer:quiet-${platform}`)).toBe(false);
    await house.talk.settled();
  }, 120_000);
});

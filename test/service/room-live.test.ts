import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Person, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("teams", { pace: { undoMs: 3_000 } });
}, 120_000);
afterAll(() => house?.stop());

const has = (lines: readonly string[], words: string) => lines.some((line) => line.includes(words));
const hears = (person: Person, words: string) =>
  until(async () => has(await person.heard(), words), slowlyMs);
const shows = (room: Room, words: string) => until(async () => has(room.lines(), words), slowlyMs);
const cardShows = (room: Room, words: string) =>
  until(async () => JSON.stringify(room.card()).includes(words), slowlyMs);

async function inNeed(platform: "discord" | "web", what: string): Promise<{ person: Person; room: Room }> {
  const person = await house.person(platform);
  await person.says(`my order ${what} is missing`);
  await person.says("human");
  const room = await house.room(what);
  await shows(room, "stays among colleagues");
  return { person, room };
}

describe("a room in a channel of Teams", () => {
  it("is one for somebody on Discord: the button under a remark sends it, and another one takes it back", async () => {
    const { person, room } = await inNeed("discord", "TD-1");
    room.says("Mia", "the crate is in Berlin");
    await until(async () => has(room.lines(), "crate is in Berlin"), slowlyMs);
    expect(await room.clicks("Mia", "send", "crate is in Berlin")).toEqual({});
    await shows(room, "goes out in");
    expect(await room.clicks("Mia", "undo", "goes out in")).toEqual({});
    await shows(room, "was taken back");
    room.says("Mia", "the crate is in Lisbon");
    await shows(room, "crate is in Lisbon");
    expect(await room.clicks("Mia", "send", "crate is in Lisbon")).toEqual({});
    await hears(person, "crate is in Lisbon");
    await shows(room, "#2** delivered");
    await cardShows(room, "has it");
    expect(has(await person.heard(), "Berlin")).toBe(false);
    expect(has(room.lines(), "Among colleagues: “the crate")).toBe(false);
  }, 120_000);

  it("is one for a visitor of the web site: whoever is live is read as they write, and the card says so", async () => {
    const { person, room } = await inNeed("web", "TW-2");
    room.says("Mia", "!live");
    await cardShows(room, "LIVE:");
    await shows(room, "LIVE:");
    room.says("Mia", "I can see it in the depot");
    room.says("Mia", "// she was here last week, too");
    await hears(person, "I can see it in the depot");
    expect(await room.clicks("Mia", "live")).toEqual({});
    await shows(room, "Not live any more");
    await until(async () => !JSON.stringify(room.card()).includes("LIVE:"), slowlyMs);
    room.says("Mia", "who has the key?");
    await shows(room, "who has the key?");
    room.says("Mia", "!live");
    await until(async () => JSON.stringify(room.card()).includes("LIVE:"), slowlyMs);
    room.says("Mia", "!bot");
    await hears(person, "I'm back");
    await until(async () => !JSON.stringify(room.card()).includes("LIVE:"), slowlyMs);
    await house.talk.settled();
    const heard = await person.heard();
    expect(has(heard, "last week") || has(heard, "the key")).toBe(false);
  }, 120_000);
});

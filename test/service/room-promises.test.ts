import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("slack");
}, 120_000);
afterAll(() => house?.stop());

const shows = (room: Room, words: string) =>
  until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);
const promised = () =>
  house.talk.rows<{ id: string; state: string }>(
    "SELECT id, state FROM promises ORDER BY created_at DESC LIMIT 1",
  );

it("what a colleague promises is noted, reminded of when it is due, and asked about at the end", async () => {
  const person = await house.person("web");
  await person.says("my order P-1 is missing");
  await until(async () => (await person.heard()).length > 0, slowlyMs);
  await person.says("human");
  const room = await house.room("P-1");
  await shows(room, "stays among colleagues");
  room.says("Mia", "!r I'll check with the depot by Friday.");
  await shows(room, "📌 Noted: “I'll check with the depot by Friday.”");

  await house.talk.rows("UPDATE promises SET due_at = now() - interval '1 second'");
  await shows(room, "Due now:");
  await house.talk.settled(slowlyMs);
  expect(room.lines().filter((line) => line.includes("Due now:"))).toHaveLength(1);

  room.says("Mia", "!resolve");
  await shows(room, "Still promised:");
  expect((await person.heard()).some((said) => said.includes("is resolved"))).toBe(false);
  const [one] = await promised();
  await house.talk.settled(slowlyMs);
  expect(await room.presses("Mia", "baton.promise.kept", "Still promised:")).toEqual({});
  await shows(room, "Done as promised");
  expect(await promised()).toEqual([{ id: one?.id, state: "kept" }]);
  room.says("Mia", "!resolve");
  await until(async () => (await person.heard()).some((said) => said.includes("is resolved")), slowlyMs);
}, 120_000);

import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
beforeAll(async () => {
  house = await openRoomHouse("discord", { pace: { undoMs: 3_000 }, tenant: "staffIdentity: role" });
}, 120_000);
afterAll(() => house?.stop());

it("what is taken back in time is never sent, also when Baton ends in between; a room may be Discord's", async () => {
  const person = await house.person("slack");
  await person.says("human");
  const room = await house.room("the person asked for a human");
  const shows = (words: string) =>
    until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);
  await shows("stays among colleagues");
  room.says("Mia", "!r the wrong words");
  await shows("goes out in");
  room.says("Mia", "!undo");
  await shows("was taken back");
  room.says("Mia", "!r the right words");
  await shows("#2");
  await house.talk.house.restart();
  await house.simulated.connect(house.talk.house.service.url());
  await until(async () => (await person.heard()).some((said) => said.includes("the right words")), slowlyMs);
  await shows("delivered");
  await house.talk.settled();
  const heard = await person.heard();
  expect(heard.filter((said) => said.includes("right words"))).toHaveLength(1);
  expect(heard.some((said) => said.includes("wrong words"))).toBe(false);
  expect(heard.join()).toContain("**Support team:**");
  room.says("Mia", "!undo");
  await shows("has gone out already");
}, 120_000);

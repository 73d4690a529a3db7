import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type Room, type RoomHouse } from "./room-house.ts";

let house: RoomHouse;
let room: Room;
beforeAll(async () => {
  house = await openRoomHouse("slack");
}, 120_000);
afterAll(() => house?.stop());

const pixel = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

it("what a person attaches or reacts with is seen in the room, and what a colleague sends so by the person", async () => {
  const person = await house.person("discord");
  await person.says("my order F-1 is broken [[id:F-1]]");
  await until(async () => (await person.heard()).some((said) => said.includes("answer:F-1")), slowlyMs);
  await person.says("human");
  room = await house.room("F-1");
  await until(async () => room.lines().some((line) => line.includes("stays among colleagues")), slowlyMs);

  await person.attaches("look at it", { name: "broken.png", mimetype: "image/png", content: pixel });
  const inRoom = await until(async () => room.files().find(({ name }) => name === "broken.png"), slowlyMs);
  expect(room.page.file(inRoom.id)?.content.equals(pixel)).toBe(true);

  room.attaches("Mia", "!r this is how it should look", {
    name: "whole.png",
    mimetype: "image/png",
    content: pixel,
  });
  await until(async () => (await person.files()).includes("whole.png"), slowlyMs);
  room.attaches("Mia", "and this stays here", { name: "inside.png", mimetype: "image/png", content: pixel });
  await until(async () => room.lines().some((line) => line.includes("this stays here")), slowlyMs);
  await house.talk.settled(slowlyMs);
  expect(await person.files()).toEqual(["whole.png"]);
  expect(room.files().filter(({ name }) => name === "broken.png")).toHaveLength(1);
  await person.reacts("how it should look", "❤️");
  await until(async () => room.lines().some((line) => line.includes("❤️ on")), slowlyMs);
  const left = await house.talk.rows("SELECT 1 FROM room_files WHERE state <> 'carried'");
  expect(left).toHaveLength(0);
}, 120_000);

it("what a colleague changes or deletes of what they sent is changed where the person reads it", async () => {
  const person = await house.person("discord");
  await person.says("and my order E-1? [[id:E-1]]");
  room.says("Mia", "it was lost");
  const ts = room.says("Mia", "!r it comes on the 5th");
  const hears = (words: string) =>
    until(async () => (await person.heard()).some((said) => said.includes(words)), slowlyMs);
  await hears("on the 5th");
  await house.talk.settled(slowlyMs);
  room.edits("Mia", ts, "!r it comes on the 6th");
  await hears("on the 6th");
  await until(
    async () => room.lines().some((line) => line.includes("is changed where they read it")),
    slowlyMs,
  );
  room.deletes("Mia", ts);
  await hears("was taken back");
  const heard = (await person.heard()).join("\n");
  expect(heard).not.toContain("on the 5th");
  expect(heard).not.toContain("on the 6th");
  expect(heard).not.toContain("it was lost");
}, 120_000);

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

it("what either side reacts with, or takes away, is seen on the other; a command is for colleagues alone", async () => {
  const page = house.simulated.workspaces.discord;
  const ana = page?.describe().people.find(({ name }) => name.startsWith("Ana"));
  if (page === undefined || ana === undefined) throw new Error("no Ana on Discord");
  const direct = () => page.messages(ana.directChannel).messages;
  const person = await house.person("discord");
  const asked = await person.says("is it blue? [[id:R-1]]");
  const under = () =>
    direct()
      .find(({ ts }) => ts === asked)
      ?.reactions.map(({ name }) => name) ?? [];
  const shown = await until(async () => {
    const { messages } = room.page.messages(room.channel);
    return messages.findLast((one) => one.isBot && JSON.stringify(one).includes("is it blue"))?.ts;
  }, slowlyMs);
  const mia = room.page.describe().people.find(({ name }) => name.startsWith("Mia"))?.id ?? "";
  const takesAway = (name: string) =>
    room.page.reacts({ user: mia, channel: room.channel, ts: shown, name, remove: true });

  room.reacts("Mia", shown, "tada");
  await until(async () => under().includes("🎉"), slowlyMs);
  // Ben is no colleague, and a flag is a command.
  room.reacts("Ben", shown, "thinking_face");
  room.reacts("Mia", shown, "triangular_flag_on_post");
  room.reacts("Mia", shown, "rocket");
  await until(async () => under().includes("🚀"), slowlyMs);
  expect(under()).toEqual(["🎉", "🚀"]);
  takesAway("tada");
  await until(async () => !under().includes("🎉"), slowlyMs);
  takesAway("rocket");
  await until(async () => under().length === 0, slowlyMs);

  room.says("Mia", "!r it is as blue as the sky");
  await until(async () => (await person.heard()).some((said) => said.includes("the sky")), slowlyMs);
  const sent = direct().findLast(({ text }) => text.includes("the sky"))?.ts ?? "";
  const reacts = (remove: boolean) =>
    page.reacts({ user: ana.id, channel: ana.directChannel, ts: sent, name: "😂", remove });
  const tells = (words: RegExp) =>
    until(async () => room.lines().filter((line) => words.test(line)).length === 1, slowlyMs);
  await house.talk.settled(slowlyMs);
  reacts(false);
  await tells(/😂 on \*\*#\d+\*\*(?! was)/u);
  reacts(true);
  await tells(/😂 on \*\*#\d+\*\* was taken away/u);
  reacts(false);
  await tells(/😂 on \*\*#\d+\*\*(?! was)/u);
}, 120_000);

it("a colleague's 👀 on a message and the bot's own, which says that it is at work, do not take each other away", async () => {
  const page = house.simulated.workspaces.discord;
  const ana = page?.describe().people.find(({ name }) => name.startsWith("Ana"));
  if (page === undefined || ana === undefined) throw new Error("no Ana on Discord");
  const person = await house.person("discord");
  const asked = await person.says("is it green? [[id:R-2]]");
  const under = () =>
    page
      .messages(ana.directChannel)
      .messages.find(({ ts }) => ts === asked)
      ?.reactions.map(({ name }) => name) ?? [];
  const shown = await until(async () => {
    const { messages } = room.page.messages(room.channel);
    return messages.findLast((one) => one.isBot && JSON.stringify(one).includes("is it green"))?.ts;
  }, slowlyMs);
  const mia = room.page.describe().people.find(({ name }) => name.startsWith("Mia"))?.id ?? "";
  /** The bot's sign stands there; the sweeper takes it away where its turn is over. */
  const works = (isOver: boolean) =>
    house.talk.rows(
      `UPDATE turns SET receipt = $1, finished_at = clock_timestamp() + $2 * interval '1 hour'
       WHERE id = (SELECT t.id FROM turns t JOIN messages m ON m.conversation_id = t.conversation_id
                   WHERE m.external_id = $1 AND t.state <> 'running' LIMIT 1) RETURNING id`,
      [asked, isOver ? -1 : 1],
    );
  const signs = () => house.talk.rows("SELECT id FROM turns WHERE receipt = $1", [asked]);

  room.reacts("Mia", shown, "eyes");
  await until(async () => under().includes("👀"), slowlyMs);
  expect(await works(true)).toHaveLength(1);
  await until(async () => (await signs()).length === 0, slowlyMs);
  expect(under()).toEqual(["👀"]);

  await works(false);
  room.page.reacts({ user: mia, channel: room.channel, ts: shown, name: "eyes", remove: true });
  room.reacts("Mia", shown, "tada");
  await until(async () => under().includes("🎉"), slowlyMs);
  expect(under()).toEqual(["👀", "🎉"]);
  await works(true);
  await until(async () => under().join("") === "🎉", slowlyMs);
}, 120_000);

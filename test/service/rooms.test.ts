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

/** A message has arrived, and what there was to do about it is done. */
const dealtWith = (ts: string) =>
  until(
    async () =>
      (await house.talk.rows("SELECT 1 FROM messages WHERE external_id = $1 AND state <> 'open'", [ts]))
        .length > 0,
    slowlyMs,
  );

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
    expect(card).toContain({ slack: "Slack", discord: "Discord", teams: "Teams", web: "web site" }[platform]);
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

describe("what a person changes", () => {
  it.each(["slack", "web"] as const)(
    "or takes back on %s is changed in the room, in its place",
    async (platform) => {
      const { person, room } = await inNeed(platform);
      const first = await person.says("the number is 11111");
      const second = await person.says("and my card is 4242");
      await shows(room, "card is 4242");
      await house.talk.settled();
      const before = room.lines().length;
      await person.edits(first, "the number is 22222");
      await person.deletes(second);
      await shows(room, "22222");
      await shows(room, "deleted this message");
      await house.talk.settled();
      expect(room.lines()).toHaveLength(before);
      expect(has(room.lines(), "11111") || has(room.lines(), "card is 4242")).toBe(false);
      room.says("Mia", "!bot");
      await cardShows(room, "The bot has it");
      await house.talk.settled();
    },
    120_000,
  );
});

describe("a colleague in a room", () => {
  it("sends what was written among colleagues by 📤, by the command, and changes it by its number", async () => {
    const { person, room } = await inNeed("slack");
    const newest = () =>
      Math.max(
        0,
        ...Array.from(
          room
            .lines()
            .join(" ")
            .matchAll(/#(\d+)/g),
          ([, n]) => Number(n),
        ),
      );
    const earlier = newest(); // the room of an earlier hand-over goes on
    const note = room.says("Mia", "the crate is in Berlin");
    room.says("Mia", "she sounds annoyed");
    await dealtWith(note);
    room.reacts("Mia", note, "outbox_tray");
    await hears(person, "crate is in Berlin");
    await until(async () => newest() > earlier, slowlyMs);
    const number = newest();
    const last = room.says("Mia", "it arrives on Friday");
    await dealtWith(last);
    room.says("Mia", "!send");
    await hears(person, "arrives on Friday");
    await house.talk.settled();
    room.says("Mia", `!edit ${number} the crate is in Lisbon`);
    await hears(person, "crate is in Lisbon");
    await house.talk.settled();
    const heard = await person.heard();
    expect(has(heard, "in Berlin") || has(heard, "annoyed")).toBe(false);
    expect(heard.filter((said) => said.includes("crate"))).toHaveLength(1);
  }, 120_000);

  it("finds a button under what they wrote that sends it, and none of it goes out without", async () => {
    const { person, room } = await inNeed("discord");
    await room.clicks("Mia", "claim");
    await cardShows(room, "has it");
    room.says("Mia", "the tram is in Porto");
    await shows(room, "Among colleagues: “the tram is in Porto");
    room.says("Mia", "it comes on Monday");
    await shows(room, "Among colleagues: “it comes on Monday");
    expect(await room.clicks("Mia", "send", "comes on Monday")).toEqual({});
    await hears(person, "it comes on Monday");
    expect(has(await person.heard(), "Porto")).toBe(false);
    room.says("Mia", "!bot");
    await cardShows(room, "The bot has it");
    await house.talk.settled();
  }, 120_000);

  it("speaks under their name, as the team, or without a name", async () => {
    const { person, room } = await inNeed("discord");
    room.says("Mia", "!r one");
    room.says("Mia", "!role two");
    room.says("Mia", "!anonymous three words");
    for (const words of ["one", "two", "three words"]) await hears(person, words);
    const heard = (await person.heard()).join("\n");
    expect(heard).toContain("**Mia:** one");
    expect(heard).toContain("**Support team:** two");
    expect(heard).toContain('"three words"');
  }, 120_000);

  it("claims by a button, snoozes, and resolves; each leaves one audit row, and a press again none", async () => {
    const { person, room } = await inNeed("teams");
    await Promise.all([room.clicks("Mia", "claim"), room.clicks("Mia", "claim")]);
    await cardShows(room, "has it");
    await hears(person, "teammate has joined");
    await shows(room, "has it");
    room.says("Mia", "!priority urgent");
    await shows(room, "urgent");
    room.says("Mia", "!tag lost parcel");
    await shows(room, "lost-parcel");
    room.says("Mia", "!snooze until reply");
    await cardShows(room, "Snoozed");
    await person.says("I am still here");
    await shows(room, "still here");
    await house.talk.settled();
    room.says("Mia", "!resolve found it");
    await hears(person, "is resolved");
    await cardShows(room, "Resolved");
    await house.talk.settled();
    const audited = await house.talk.rows<{ action: string }>(
      `SELECT a.action FROM audit a JOIN rooms r ON r.conversation_id = a.conversation_id
       JOIN conversations c ON c.id = r.conversation_id WHERE c.channel = 'teams' AND r.created_at = (
         SELECT max(x.created_at) FROM rooms x JOIN conversations y ON y.id = x.conversation_id WHERE y.channel = 'teams')
         AND a.at > r.created_at - interval '1 second' ORDER BY a.id`,
    );
    expect(audited.map(({ action }) => action).slice(-7)).toEqual([
      "escalate",
      "claim",
      "command priority",
      "command tag",
      "snooze",
      "user message",
      "resolve",
    ]);
    const [ticket] = await house.talk.rows<{ status: string; priority: string; tags: string[] }>(
      `SELECT t.status, t.priority, t.tags FROM tickets t JOIN conversations c ON c.id = t.conversation_id
       WHERE c.channel = 'teams' ORDER BY t.number DESC LIMIT 1`,
    );
    expect(ticket).toEqual({ status: "solved", priority: "urgent", tags: ["lost-parcel"] });
  }, 120_000);

  it("who is not of the staff commands nothing, and says nothing to the person", async () => {
    const { person, room } = await inNeed("web");
    room.says("Ben", "!r let me in");
    await shows(room, "only staff can do that");
    room.says("Ben", "!claim");
    room.reacts("Ben", room.root, "raising_hand");
    await room.clicks("Ben", "claim");
    await house.talk.settled();
    expect(has(await person.heard(), "let me in")).toBe(false);
    await cardShows(room, "Waiting");
  }, 120_000);
});

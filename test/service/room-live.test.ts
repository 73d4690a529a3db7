import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { visit } from "../http/chat/chat-house.ts";
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

/** The newest message of Baton's with these words in it. */
function stands(room: Room, words: string): Promise<string> {
  return until(async () => {
    const { messages } = room.page.messages(room.channel);
    return messages.findLast((one) => one.isBot && !one.deleted && JSON.stringify(one).includes(words))?.ts;
  }, slowlyMs);
}

function idOf({ page }: Room, name: string): string {
  return page.describe().people.find((one) => one.name.startsWith(name))?.id ?? "";
}

/** A colleague who answers one certain message of the room's thread. */
function answers(room: Room, name: string, to: string, text: string): void {
  const { page, channel, root } = room;
  const user = idOf(room, name);
  page.says({ user, channel, text, threadTs: root, repliesTo: to });
}

function anaOnDiscord() {
  const page = house.simulated.workspaces.discord;
  const ana = page?.describe().people.find(({ name }) => name.startsWith("Ana"));
  if (page === undefined || ana === undefined) throw new Error("no Ana on Discord");
  const at = { user: ana.id, channel: ana.directChannel };
  const messages = () => page.messages(ana.directChannel).messages;
  return {
    messages,
    answers: (to: string, text: string) => page.says({ ...at, text, repliesTo: to }).ts,
    find: (words: string) =>
      until(async () => messages().findLast((one) => JSON.stringify(one).includes(words)), slowlyMs),
  };
}

describe("which message is answered", () => {
  it("is told in Teams of somebody on Discord, and shown on Discord of a colleague in Teams", async () => {
    const person = await house.person("discord");
    const room = await house.room("TD-1");
    const ana = anaOnDiscord();
    const asked = await person.says("does it come with the plug TR-3p?");
    const asksToo = await person.says("and the manual TR-3m?");
    answers(room, "Mia", await stands(room, "the plug TR-3p"), "!r it does TR-3a");
    expect((await ana.find("it does TR-3a")).repliesTo).toBe(asked);
    answers(room, "Mia", await stands(room, "the manual TR-3m"), "in a drawer TR-3b");
    await shows(room, "in a drawer TR-3b");
    expect(await room.clicks("Mia", "send", "in a drawer TR-3b")).toEqual({});
    const sent = await ana.find("in a drawer TR-3b");
    expect(sent.repliesTo).toBe(asksToo);
    expect(sent.text).not.toContain("manual");
    await shows(room, "#4** delivered");
    ana.answers(sent.ts, "which drawer TR-3d?");
    await shows(room, "↪️ **#4**: which drawer");
    ana.answers(asksToo, "I mean the long one TR-3e");
    await shows(room, "↪️ “and the manual TR-3m?”: I mean");
    room.says("Mia", "!edit 3 it does, two of them TR-3a");
    expect((await ana.find("two of them TR-3a")).repliesTo).toBe(asked);
  }, 120_000);

  it("is told in Teams of a visitor, and shown to the visitor of a colleague in Teams", async () => {
    const visitor = await visit(house.talk.house.service.url());
    await visitor.put("v1", "my parcel TV-4 is late");
    await visitor.put("v2", "human");
    const room = await house.room("TV-4");
    await shows(room, "stays among colleagues");
    await visitor.put("v3", "is it lost TV-4l?");
    answers(room, "Mia", await stands(room, "is it lost TV-4l"), "!r it is on its way TV-4w");
    const sent = await until(
      async () => (await visitor.history()).find((one) => String(one["text"]).includes("TV-4w")),
      slowlyMs,
    );
    expect(sent["reply_to"]).toBe("v3");
    await shows(room, "#1** delivered");
    expect((await visitor.put("v4", "since when TV-4s?", { reply_to: String(sent["id"]) })).status).toBe(200);
    await shows(room, "↪️ **#1**: since when TV-4s?");
    const ts = await stands(room, "is it lost TV-4l");
    const likes = (remove: boolean) =>
      room.page.reacts({ user: idOf(room, "Mia"), channel: room.channel, ts, name: "like", remove });
    const shownWith = () => visitor.history().then((all) => all.find(({ id }) => id === "v3")?.["reactions"]);
    likes(false);
    await until(async () => JSON.stringify(await shownWith()) === '["👍"]', slowlyMs);
    likes(true);
    await until(async () => (await shownWith()) === undefined, slowlyMs);
    expect((await visitor.put("v5", "hello?", { reply_to: "nobody-said-this" })).status).toBe(400);
  }, 120_000);
});

it("who says no name with what they write is called by it, and reads a quote where nothing else shows what is answered", async () => {
  const person = await house.person("slack");
  await person.says("my desk SN-5 is broken");
  await person.says("human");
  const room = await house.room("SN-5");
  await cardShows(room, "**Ana");
  await person.says("can it be mended SN-5m?");
  const asked = await stands(room, "can it be mended SN-5m");
  await shows(room, "**Ana:** can it be mended");
  answers(room, "Mia", asked, "!r it can SN-5y");
  await hears(person, "it can SN-5y");
  const answer = (await person.heard()).findLast((said) => said.includes("SN-5y"));
  expect(answer).toContain("> can it be mended SN-5m?");
}, 120_000);

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SimulatedPlatform } from "../../../simulators/simulated-workspace.ts";
import { deliverTwice } from "../../contract/deck/deliver-twice.ts";
import { deckCases } from "../../contract/deck/deck-commands.ts";
import { openRoomPlace, openThreadPlace, type DeckPlace } from "../../contract/deck/deck-place.ts";
import { nameOfStep, stepsIn, walkDeck, type DeckWalk } from "../../contract/deck/deck-walk.ts";
import { openBooks } from "../../contract/deck/deck-books.ts";
import { openRoomHouse, slowlyMs, type Person, type Room, type RoomHouse } from "../../service/room-house.ts";
import { until } from "../../support/talk.ts";

const places = {
  "a thread on slack": { platform: "slack", isRoom: false },
  "a thread on discord": { platform: "discord", isRoom: false },
  "a thread on teams": { platform: "teams", isRoom: false },
  "the room of somebody on the web": { platform: "slack", isRoom: true },
} as const satisfies Record<string, { platform: SimulatedPlatform; isRoom: boolean }>;
type PlaceName = keyof typeof places;

const tenant = [
  "timeZone: Europe/Berlin",
  'snippets: { refund: "Your refund comes within five days." }',
  "askSatisfaction: false",
].join("\n");

let house: RoomHouse;
const walks = new Map<string, DeckWalk>();

// One house for all of it: every command, in every way, in four places at once.
beforeAll(async () => {
  house = await openRoomHouse("slack", { tenant, pace: { undoMs: 120_000 } });
  await deliverTwice(house);
  const { talk } = house;
  await talk.rows(
    "INSERT INTO staff (company_id, id, name) SELECT id, gen_random_uuid(), 'Kim Lee' FROM companies WHERE slug = 'acme'",
  );
  const opened = await Promise.all([
    openThreadPlace(house, "slack"),
    openThreadPlace(house, "discord"),
    openThreadPlace(house, "teams"),
    openRoomPlace(house),
  ]);
  await Promise.all(
    opened.map(async (place: DeckPlace) => walks.set(place.name, await walkDeck(talk, place))),
  );
}, 300_000);
afterAll(() => house?.stop());

const walkIn = (name: PlaceName): DeckWalk => {
  const walk = walks.get(name);
  if (walk === undefined) throw new Error(`nobody walked through ${name}`);
  return walk;
};

describe.each(Object.keys(places) as PlaceName[])("in %s", (name) => {
  const steps = stepsIn(places[name]).map((step) => [nameOfStep(step), step] as const);

  it.each(steps)("%s changes the same state, with one row in the audit", (step, { rule }) => {
    const outcome = walkIn(name).outcomes.get(step);
    expect(outcome?.after).toEqual({ ...outcome?.before, ...rule.to });
    expect(outcome?.audited).toEqual([rule.audit]);
  });

  it("whoever is not of the staff changes nothing, and is told so once for each command", () => {
    const { asked, refused, changed } = walkIn(name).strangers;
    expect(changed).toEqual([]);
    // With them the two words that everybody may say to the bot, and one button.
    expect(refused).toBe(asked + 3);
  });

  it("whoever comes second reads who has it and since when, and changes nothing", () => {
    const { told, audited } = walkIn(name).late;
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/Kim Lee has it already, since \d\d:\d\d/u);
    expect(audited).toEqual([]);
  });

  it("who has it stands on one card, which changes in its place", () => {
    expect(walkIn(name).cards).toHaveLength(1);
  });

  it("what is delivered twice is done once", () => {
    const { atOnce, inTheEnd } = walkIn(name).audited;
    expect(inTheEnd).toEqual(atOnce);
  });
});

it("the deck has every command of the product but those with tests of their own", async () => {
  const { textCommands } = await import("../../../src/core/text-command.ts");
  const elsewhere = ["human", "cancel", "fix", "tell"]; // the first two are people's own
  const here = new Set<string>(deckCases.map(({ name }) => name));
  expect(textCommands.filter((name) => !here.has(name) && !elsewhere.includes(name))).toEqual([]);
});

interface Case {
  readonly person: Person;
  readonly room: Room;
  readonly conversation: string;
}

/** Somebody on the web who waits for a person, and their room. */
async function inNeed(id: string): Promise<Case> {
  const person = await house.person("web");
  await person.says(`my order ${id} is missing [[id:${id}]]`);
  await until(async () => (await person.heard()).some((said) => said.includes(`answer:${id}`)), slowlyMs);
  await person.says("human");
  const room = await house.room(id);
  await until(async () => room.lines().some((line) => line.includes("stays among colleagues")), slowlyMs);
  const [row] = await house.talk.rows<{ id: string }>(
    "SELECT conversation_id AS id FROM rooms ORDER BY created_at DESC LIMIT 1",
  );
  return { person, room, conversation: row?.id ?? "" };
}

const shows = (room: Room, words: string) =>
  until(async () => room.lines().some((line) => line.includes(words)), slowlyMs);
const hears = (person: Person, words: string) =>
  until(async () => (await person.heard()).some((said) => said.includes(words)), slowlyMs);

describe("a colleague", () => {
  it("sends a draft by its button, in the words they read; before that the person reads nothing of it", async () => {
    const { person, room, conversation } = await inNeed("D-100");
    await person.says("when does it come? [[id:when]]");
    await shows(room, "when does it come");
    room.says("Mia", "!draft");
    await shows(room, "seen by colleagues only");
    expect((await person.heard()).join()).not.toContain("answer:when");
    await room.clicks("Mia", "send", "seen by colleagues only");
    await shows(room, "#1");
    await openBooks(house.talk, conversation).release();
    await hears(person, "answer:when");
    expect(await openBooks(house.talk, conversation).audited()).toEqual([
      "escalate",
      "command draft",
      "staff reply",
    ]);
  }, 120_000);

  it("who blocks somebody hears no more of them, and neither does the bot, until it is lifted", async () => {
    const { person, room, conversation } = await inNeed("B-200");
    room.says("Mia", "!block");
    await shows(room, "Blocked");
    const told = await person.heard();
    await person.says("hello? [[id:blocked]]");
    await person.says("human");
    await until(
      async () =>
        (
          await house.talk.rows(
            "SELECT 1 FROM messages WHERE conversation_id = $1 AND reason = 'they are blocked'",
            [conversation],
          )
        ).length === 2,
      slowlyMs,
    );
    room.says("Mia", "!unblock");
    await shows(room, "not blocked any more");
    expect(await person.heard()).toHaveLength(told.length);
    expect((await openBooks(house.talk, conversation).state()).status).toBe("closed");
    await person.says("good evening, where is my order? [[id:evening]]");
    await hears(person, "open again");
  }, 120_000);

  it("who merges two requests of one person finds the one in the room of the other", async () => {
    const first = await inNeed("M-300");
    const [ticket] = await house.talk.rows<{ number: string }>(
      "SELECT number FROM tickets WHERE conversation_id = $1",
      [first.conversation],
    );
    const second = await inNeed("M-301");
    second.room.says("Mia", "!tag damaged");
    await shows(second.room, "damaged");
    second.room.says("Mia", `!merge ${ticket?.number}`);
    await shows(second.room, "somebody else's");
    second.room.says("Mia", `!merge ${ticket?.number} same`);
    await shows(first.room, "goes on here");
    await shows(first.room, "M-301");
    await hears(second.person, "in your other conversation");
    expect((await second.person.heard()).join()).not.toContain("How was the help");
    const states = await Promise.all(
      [first, second].map(({ conversation }) => openBooks(house.talk, conversation).state()),
    );
    expect(states.map(({ status, ticket: state, tags }) => [status, state, tags])).toEqual([
      ["escalated", "open", "damaged"],
      ["closed", "closed", "damaged"],
    ]);
  }, 120_000);
});

it("of two colleagues who claim at once one has it and the other reads so, each of 20 times", async () => {
  const { talk, simulated } = house;
  const page = simulated.workspaces.slack;
  if (page === undefined) throw new Error("no simulated slack");
  const { people, channels, bot } = page.describe();
  const channel = channels[0]?.id ?? "";
  const user = (name: string) => people.find((one) => one.name.startsWith(name))?.id ?? "";
  await talk.rows(
    `WITH ben AS (INSERT INTO staff (company_id, id, name) SELECT id, gen_random_uuid(), 'Ben' FROM companies
         WHERE slug = 'acme' RETURNING company_id, id)
     INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id)
     SELECT i.company_id, i.id, $1, ben.id FROM ben JOIN installations i ON i.company_id = ben.company_id AND i.channel = 'slack'`,
    [user("Ben")],
  );
  const roots = Array.from({ length: 20 }, () =>
    page.says({ user: user("Ana"), channel, text: `@${bot.name} human` }),
  );
  const auditedIn = async (ts: string) => {
    const rows = await talk.rows<{ action: string }>(
      "SELECT action FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
      [ts],
    );
    return rows.map(({ action }) => action);
  };
  const late = (ts: string) =>
    page
      .messages(channel)
      .messages.filter((one) => one.threadTs === ts && JSON.stringify(one).includes("has it already, since"));
  for (const { ts } of roots) await until(async () => (await auditedIn(ts)).length === 1, slowlyMs);
  for (const { ts } of roots)
    for (const name of ["Mia", "Ben"]) page.says({ user: user(name), channel, text: "!claim", threadTs: ts });
  for (const { ts } of roots) await until(async () => late(ts).length > 0, slowlyMs);
  await talk.settled(slowlyMs);
  for (const { ts } of roots) {
    expect(await auditedIn(ts)).toEqual(["escalate", "claim"]);
    expect(late(ts)).toHaveLength(1);
  }
}, 120_000);

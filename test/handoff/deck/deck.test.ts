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
  "a room on slack": { platform: "slack", isRoom: true },
  "a room on discord": { platform: "discord", isRoom: true },
  "a room on teams": { platform: "teams", isRoom: true },
} as const satisfies Record<string, { platform: SimulatedPlatform; isRoom: boolean }>;
type PlaceName = keyof typeof places;

const tenant = [
  "timeZone: Europe/Berlin",
  'snippets: { refund: "Your refund comes within five days." }',
  "askSatisfaction: false",
].join("\n");

let house: RoomHouse;
const walks = new Map<string, DeckWalk>();

const site = (name: string) => ({
  key: `${name}-web`,
  origin: `https://${name}.example`,
  secret: name.repeat(10),
});

// One house for all of it: every command, in every way, in six places at once, of three companies.
beforeAll(async () => {
  house = await openRoomHouse("slack", {
    tenant,
    pace: { undoMs: 120_000 },
    others: [
      { slug: "beta", where: "discord", site: site("beta") },
      { slug: "gamma", where: "teams", site: site("gamma") },
    ],
  });
  await deliverTwice(house);
  const { talk } = house;
  await talk.rows(
    "INSERT INTO staff (company_id, id, name) SELECT id, gen_random_uuid(), 'Kim Lee' FROM companies",
  );
  const opened = await Promise.all([
    openThreadPlace(house, "slack"),
    openThreadPlace(house, "discord"),
    openThreadPlace(house, "teams"),
    openRoomPlace(house, house, "slack"),
    openRoomPlace(house, house.of("beta"), "discord"),
    openRoomPlace(house, house.of("gamma"), "teams"),
  ]);
  await Promise.all(
    opened.map(async (place: DeckPlace) => walks.set(place.name, await walkDeck(talk, place))),
  );
}, 600_000);
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
    // By the button of a card that is not up to date yet, and by the command.
    expect(told).toHaveLength(2);
    for (const one of told) expect(one).toMatch(/Kim Lee has it already, since \d\d:\d\d/u);
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
  const elsewhere = ["human", "cancel", "ask", "tell"]; // the first three are people's own
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

  it("sends the newest remark by its button, also when something came between, and the older one by its own", async () => {
    const { person, room, conversation } = await inNeed("S-150");
    room.says("Mia", "the crate is in Kiel");
    await shows(room, "crate is in Kiel");
    await person.says("any news?");
    await shows(room, "any news?");
    room.says("Mia", "it leaves on Monday");
    await shows(room, "leaves on Monday");
    expect(await room.clicks("Mia", "send", "leaves on Monday")).toEqual({});
    await shows(room, "#1");
    await openBooks(house.talk, conversation).release();
    await hears(person, "leaves on Monday");
    expect((await person.heard()).join()).not.toContain("Kiel");
    expect(await room.clicks("Mia", "send", "crate is in Kiel")).toEqual({});
    await shows(room, "#2");
    await openBooks(house.talk, conversation).release();
    await hears(person, "crate is in Kiel");
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

  it("who chooses somebody that has left meanwhile reads so, and nobody else is shown the names", async () => {
    const { room, conversation } = await inNeed("A-250");
    const { page, channel } = room;
    const { people, channels, bot } = page.describe();
    const user = (name: string) => people.find((one) => one.name.startsWith(name))?.id ?? "";
    const fieldOf = async (name: string, press: () => Promise<unknown>) => {
      const before = page.forms(user(name)).length;
      await press();
      const form = await until(async () => page.forms(user(name)).slice(before).at(-1), slowlyMs);
      return { formId: form.id, field: form.fields[0] };
    };
    const { formId, field } = await fieldOf("Mia", () => room.clicks("Mia", "assign"));
    const kim = field?.options?.find(({ label }) => label === "Kim Lee")?.value ?? "";
    await house.talk.rows("UPDATE staff SET state = 'removed' WHERE id = $1", [kim]);
    await page.fills({ user: user("Mia"), formId, values: { [field?.name ?? ""]: kim } });
    await shows(room, "whom you chose is no colleague any more");
    await house.talk.rows("UPDATE staff SET state = 'active' WHERE id = $1", [kim]);
    expect((await openBooks(house.talk, conversation).state()).owner).toBe("queue general_support");
    const shared = channels[0]?.id ?? "";
    expect(shared).not.toBe(channel);
    const root = page.says({ user: user("Ana"), channel: shared, text: `@${bot.name} human` }).ts;
    const card = await until(
      async () =>
        page
          .messages(shared)
          .messages.find((one) => one.threadTs === root && JSON.stringify(one).includes("baton.deck.assign")),
      slowlyMs,
    );
    const actionId = "baton.deck.assign";
    const asked = await fieldOf("Ben", () =>
      page.clicks({ user: user("Ben"), channel: shared, ts: card.ts, actionId }),
    );
    expect(asked.field).toBeDefined();
    expect(asked.field?.options).toBeUndefined();
  }, 120_000);

  it("who writes a note on a shared thread has it read in the staff room, with the way to the thread, and nowhere else", async () => {
    const page = house.simulated.workspaces.slack;
    if (page === undefined) throw new Error("no simulated slack");
    const { people, channels, bot } = page.describe();
    const [shared, staffRoom] = [channels[0]?.id ?? "", channels.at(-1)?.id ?? ""];
    const user = (name: string) => people.find((one) => one.name.startsWith(name))?.id ?? "";
    const root = page.says({ user: user("Ana"), channel: shared, text: `@${bot.name} human` }).ts;
    const wordsIn = (channel: string) =>
      page.messages(channel).messages.map((message) => JSON.stringify(message));
    const card = await until(
      async () =>
        page
          .messages(shared)
          .messages.find((one) => one.threadTs === root && JSON.stringify(one).includes("baton.deck.note")),
      slowlyMs,
    );
    const before = page.forms(user("Mia")).length;
    await page.clicks({ user: user("Mia"), channel: shared, ts: card.ts, actionId: "baton.deck.note" });
    const form = await until(async () => page.forms(user("Mia")).slice(before).at(-1), slowlyMs);
    const values = { [form.fields[0]?.name ?? ""]: "she is the auditor's sister" };
    await page.fills({ user: user("Mia"), formId: form.id, values });
    const told = await until(
      async () => wordsIn(staffRoom).find((one) => one.includes("auditor's sister")),
      slowlyMs,
    );
    expect(told).toContain("Mia Braun noted");
    expect(told).toContain(`${shared}/thread/${shared}-${root}`);
    const alone = await until(
      async () =>
        page.messages(shared).messages.find((one) => JSON.stringify(one).includes("in the staff room, and")),
      slowlyMs,
    );
    expect(alone.ephemeralTo).toBe(user("Mia"));
    const seen = page.messages(shared).messages.filter(({ ephemeralTo }) => ephemeralTo === undefined);
    expect(JSON.stringify(seen)).not.toContain("auditor");
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
    // What went on in the other ticket goes on there, also when somebody opens this conversation once more.
    second.room.says("Mia", "!reopen");
    await shows(second.room, "opened it again");
    const again = await openBooks(house.talk, second.conversation).state();
    expect([again.status, again.ticket]).toEqual(["escalated", "closed"]);
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

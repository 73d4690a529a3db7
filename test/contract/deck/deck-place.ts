import { expect } from "vitest";
import { deckFormOf } from "../../../src/core/deck.ts";
import type { PageMessage } from "../../../simulators/page-message.ts";
import type { PageWorkspace } from "../../../simulators/page-workspace.ts";
import type { SimulatedPlatform } from "../../../simulators/simulated-workspace.ts";
import { until } from "../../support/talk.ts";
import { slowlyMs, type CompanyHall, type RoomHouse } from "../../service/room-house.ts";
import { shownOn } from "../../service/shown-messages.ts";

/** Where colleagues give commands about one conversation, and everybody's hands and eyes there. */
export interface DeckPlace {
  readonly name: string;
  /** The platform colleagues act on. */
  readonly platform: SimulatedPlatform;
  /** The person does not read along: a room. */
  readonly isRoom: boolean;
  /** The conversation it is all about. */
  readonly conversation: string;
  says(name: string, text: string): string;
  /** The same with the bot mentioned. */
  mentions(name: string, text: string): string;
  /** Presses a button; where it opens a form, `words` are written into it. */
  presses(name: string, command: string, label: string, words?: string): Promise<void>;
  reacts(name: string, emoji: string, message?: string): void;
  /** The message that is the bot's answer, or the card that stands for it. */
  readonly answer: string;
  /** Presses the button of the newest line that asks for words, and writes them. */
  fillsIn(name: string, command: string, words: string): Promise<void>;
  /** Everything of the bot's that Mia can read here, or got for herself alone. */
  told(): readonly string[];
  /** The cards that show who has it, as they stand. */
  cards(): readonly string[];
  /** Everything the person has been told. */
  heard(): Promise<readonly string[]>;
}

/** A thread that people, colleagues and the bot share; somebody waits for a person in it. */
export async function openThreadPlace(house: RoomHouse, platform: SimulatedPlatform): Promise<DeckPlace> {
  const page = house.simulated.workspaces[platform];
  if (page === undefined) throw new Error(`no simulated ${platform}`);
  const { people, channels, bot } = page.describe();
  const channel = channels[0]?.id ?? "";
  const personOf = (name: string) => people.find((person) => person.name.startsWith(name));
  const idOf = (name: string) => personOf(name)?.id ?? "";
  const says = (name: string, text: string, threadTs?: string) =>
    page.says({ user: idOf(name), channel, text, threadTs }).ts;
  const first = `first-${platform}`;
  const root = says("Ana", `@${bot.name} where is the crate of ${platform} [[id:${first}]]`);
  const mine = ({ threadTs, isBot, deleted }: PageMessage) => isBot && !deleted && threadTs === root;
  const { textOf, ...shownHere } = shownOn(page);
  const inThread = () => shownHere.in(channel).filter(mine);
  const answer = await until(
    async () => inThread().find((message) => textOf(message).includes(`answer:${first}`)),
    slowlyMs,
  );
  says("Ana", `@${bot.name} human`, root);
  const card = () => inThread().find((message) => textOf(message).includes("baton.deck."));
  const shown = await until(async () => card(), slowlyMs);
  says("Ana", `my order is lost [[id:draft-${platform}]]`, root);
  const home = personOf("Mia")?.directChannel ?? "";
  const alone = () => shownHere.in(home).filter(({ isBot }) => isBot);
  return {
    name: `a thread on ${platform}`,
    platform,
    isRoom: false,
    conversation: await conversationIn(house, platform, root),
    says: (name, text) => says(name, text, root),
    mentions: (name, text) => says(name, `@${bot.name} ${text}`, root),
    presses: async (name, command, label, words) => {
      if (words !== undefined) {
        const at = { page, channel, ts: shown.ts, user: idOf(name) };
        return pressForm(at, command, { label, words, isAmongColleagues: false }, card);
      }
      const actionId = await until(
        async () => actionOn(card(), command) ?? (platform === "teams" && hasLabel(card(), label) && label),
        slowlyMs,
      );
      await page.clicks({
        user: idOf(name),
        channel,
        ts: shown.ts,
        actionId: platform === "teams" ? label : actionId,
      });
    },
    // Teams tells a bot of reactions to its own messages alone.
    reacts: (name, emoji, message) => {
      const ts = message ?? (platform === "teams" ? shown.ts : root);
      page.reacts({ user: idOf(name), channel, ts, name: emoji, remove: false });
    },
    answer: answer.ts,
    fillsIn: async (name, command, words) => {
      const asks = await until(async () => [...inThread(), ...alone()].findLast(isAsking), slowlyMs);
      const at = { page, channel: asks.channel, ts: asks.ts, user: idOf(name) };
      await pressForm(at, command, { label: asked, words, isAmongColleagues: true }, () => asks);
    },
    told: () => [...inThread(), ...alone()].map(textOf),
    cards: () =>
      inThread()
        .filter(({ ephemeralTo }) => ephemeralTo === undefined)
        .map(textOf)
        .filter((message) => message.includes("baton.deck.")),
    heard: async () =>
      inThread()
        .filter(({ ephemeralTo }) => ephemeralTo === undefined)
        .map(textOf),
  };
}

/** The thread of a room, on the given platform, about a visitor of a company's web site who waits for a person. */
export async function openRoomPlace(
  { talk }: RoomHouse,
  hall: CompanyHall,
  platform: SimulatedPlatform,
): Promise<DeckPlace> {
  const person = await hall.person("web");
  const order = `XK-${platform}`;
  const answer = `gone-${platform}`;
  await person.says(`my order ${order} is missing [[id:${answer}]]`);
  await until(async () => (await person.heard()).some((said) => said.includes(`answer:${answer}`)), slowlyMs);
  await person.says("human");
  const room = await hall.room(order);
  await until(async () => room.lines().some((line) => line.includes("stays among colleagues")), slowlyMs);
  await person.says(`my order is lost [[id:draft-room-${platform}]]`);
  await until(async () => room.lines().some((line) => line.includes(`draft-room-${platform}`)), slowlyMs);
  const { bot } = room.page.describe();
  const [row] = await talk.rows<{ id: string }>(
    `SELECT r.conversation_id AS id FROM rooms r JOIN conversations c ON c.id = r.conversation_id
     JOIN conversations desk ON desk.id = r.room_conversation_id WHERE c.channel = 'web' AND desk.channel = $1`,
    [platform],
  );
  return {
    name: `a room on ${platform}`,
    platform,
    isRoom: true,
    conversation: row?.id ?? "",
    says: room.says,
    mentions: (name, text) => room.says(name, `@${bot.name} ${text}`),
    presses: async (name, command, label, words) => {
      const { page, channel, root: ts } = room;
      const user = page.describe().people.find((one) => one.name.startsWith(name))?.id ?? "";
      if (words !== undefined)
        return pressForm(
          { page, channel, ts, user },
          command,
          { label, words, isAmongColleagues: true },
          room.card,
        );
      await until(async () => room.has(command), slowlyMs);
      await room.clicks(name, command);
    },
    // Teams tells a bot of reactions to its own messages alone.
    reacts: (name, emoji, message) =>
      room.reacts(name, platform === "teams" ? room.root : (message ?? room.root), emoji),
    answer: room.root,
    fillsIn: async (name, command, words) => {
      const { page, channel } = room;
      const inRoom = () => page.messages(channel).messages.filter(({ threadTs }) => threadTs === room.root);
      const asks = await until(async () => inRoom().findLast(isAsking), slowlyMs);
      const user = page.describe().people.find((one) => one.name.startsWith(name))?.id ?? "";
      const at = { page, channel: asks.channel, ts: asks.ts, user };
      await pressForm(at, command, { label: asked, words, isAmongColleagues: true }, () => asks);
    },
    told: room.lines,
    cards: () =>
      shownOn(room.page)
        .in(room.channel)
        .filter(({ isBot, threadTs, ts }) => isBot && (threadTs === undefined || threadTs === ts))
        .map(shownOn(room.page).textOf)
        .filter((message) => message.includes(order)),
    heard: person.heard,
  };
}

const asked = "Fix this answer";

function isAsking(message: PageMessage): boolean {
  return message.isBot && JSON.stringify(message).includes("What should I have answered");
}

/** Opens a form by its button, writes into its one field, or chooses what begins with the words, and sends it off. */
async function pressForm(
  at: {
    readonly page: PageWorkspace;
    readonly channel: string;
    readonly ts: string;
    readonly user: string;
  },
  command: string,
  {
    label,
    words,
    isAmongColleagues,
  }: { readonly label: string; readonly words: string; readonly isAmongColleagues: boolean },
  card: () => PageMessage | undefined,
): Promise<void> {
  const { page, user, channel, ts } = at;
  const isChoice = command === "assign";
  if (page.describe().platform === "teams") {
    // A form comes with its card, which in a shared thread everybody reads: no names are told there.
    const given =
      isChoice && isAmongColleagues ? await until(async () => choiceOn(card(), words), slowlyMs) : words;
    if (!isAmongColleagues)
      for (const colleague of ["Mia", "Kim"]) expect(choiceOn(card(), colleague)).toBeUndefined();
    const value = JSON.stringify({ [`words.baton.deck.${command}`]: given });
    const { submit = label } = deckFormOf(`baton.deck.${command}`) ?? {};
    expect(await page.clicks({ user, channel, ts, actionId: submit, value })).toEqual({});
    return;
  }
  const action = await until(async () => actionOn(card(), command), slowlyMs);
  const before = page.forms(user).length;
  expect(await page.clicks({ user, channel, ts, actionId: action })).toEqual({});
  const form = await until(async () => page.forms(user).slice(before).at(-1), slowlyMs);
  const [field] = form.fields;
  expect(field?.options !== undefined).toBe(isChoice);
  const given = isChoice ? (field?.options?.find((one) => one.label.startsWith(words))?.value ?? "") : words;
  expect(await page.fills({ user, formId: form.id, values: { [field?.name ?? ""]: given } })).toEqual({});
}

/** What a form on a card of Teams lets choose, by how it begins. */
function choiceOn(card: PageMessage | undefined, words: string): string | undefined {
  const choice = new RegExp(`"title":"${words}[^"]*","value":"([^"]+)"`);
  return choice.exec(JSON.stringify(card?.cards ?? []))?.[1];
}

function actionOn(card: PageMessage | undefined, command: string): string | undefined {
  return new RegExp(`baton\\.deck\\.${command}(:[^"\\\\]+)?(?=["\\\\])`).exec(
    JSON.stringify(card ?? ""),
  )?.[0];
}

function hasLabel(card: PageMessage | undefined, label: string): boolean {
  return JSON.stringify(card ?? "").includes(`"${label}"`);
}

async function conversationIn(house: RoomHouse, platform: string, root: string): Promise<string> {
  const [row] = await house.talk.rows<{ id: string }>(
    "SELECT id FROM conversations WHERE channel = $1 AND (thread = $2 OR thread LIKE '%' || $2 || '%')",
    [platform, root],
  );
  if (row === undefined) throw new Error(`no conversation on ${platform}`);
  return row.id;
}

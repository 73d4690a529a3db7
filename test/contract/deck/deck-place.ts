import type { PageMessage } from "../../../simulators/page-message.ts";
import type { SimulatedPlatform } from "../../../simulators/simulated-workspace.ts";
import { until } from "../../support/talk.ts";
import { slowlyMs, type RoomHouse } from "../../service/room-house.ts";

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
  presses(name: string, command: string, label: string): Promise<void>;
  reacts(name: string, emoji: string, message?: string): void;
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
  const root = says("Ana", `@${bot.name} human`);
  const mine = ({ threadTs, isBot, deleted }: PageMessage) => isBot && !deleted && threadTs === root;
  const inThread = () => page.messages(channel).messages.filter(mine);
  const card = () => inThread().find((message) => JSON.stringify(message).includes("baton.deck."));
  const shown = await until(async () => card(), slowlyMs);
  says("Ana", `my order is lost [[id:draft-${platform}]]`, root);
  const alone = () =>
    page.messages(personOf("Mia")?.directChannel ?? "").messages.filter(({ isBot }) => isBot);
  return {
    name: `a thread on ${platform}`,
    platform,
    isRoom: false,
    conversation: await conversationIn(house, platform, root),
    says: (name, text) => says(name, text, root),
    mentions: (name, text) => says(name, `@${bot.name} ${text}`, root),
    presses: async (name, command, label) => {
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
    reacts: (name, emoji) => {
      const ts = platform === "teams" ? shown.ts : root;
      page.reacts({ user: idOf(name), channel, ts, name: emoji, remove: false });
    },
    told: () => [...inThread(), ...alone()].map((message) => JSON.stringify(message)),
    cards: () =>
      inThread()
        .map((message) => JSON.stringify(message))
        .filter((message) => message.includes("baton.deck.")),
    heard: async () =>
      inThread()
        .filter(({ ephemeralTo }) => ephemeralTo === undefined)
        .map((message) => JSON.stringify(message)),
  };
}

/** The thread of a room on Slack about a visitor of the web site who waits for a person. */
export async function openRoomPlace(house: RoomHouse): Promise<DeckPlace> {
  const person = await house.person("web");
  await person.says("my order XK-4711 is missing [[id:gone]]");
  await until(async () => (await person.heard()).some((said) => said.includes("answer:gone")), slowlyMs);
  await person.says("human");
  const room = await house.room("XK-4711");
  await until(async () => room.lines().some((line) => line.includes("stays among colleagues")), slowlyMs);
  await person.says("my order is lost [[id:draft-web]]");
  await until(async () => room.lines().some((line) => line.includes("draft-web")), slowlyMs);
  const { bot } = room.page.describe();
  const [row] = await house.talk.rows<{ id: string }>(
    "SELECT conversation_id AS id FROM rooms r JOIN conversations c ON c.id = r.conversation_id WHERE c.channel = 'web'",
  );
  return {
    name: "the room of somebody on the web",
    platform: "slack",
    isRoom: true,
    conversation: row?.id ?? "",
    says: room.says,
    mentions: (name, text) => room.says(name, `@${bot.name} ${text}`),
    presses: async (name, command) => {
      await until(async () => actionOn(room.card(), command), slowlyMs);
      await room.clicks(name, command);
    },
    reacts: (name, emoji, message) => room.reacts(name, message ?? room.root, emoji),
    told: room.lines,
    cards: () =>
      room.page
        .messages(room.channel)
        .messages.filter(({ isBot, threadTs, ts }) => isBot && (threadTs === undefined || threadTs === ts))
        .map((message) => JSON.stringify(message))
        .filter((message) => message.includes("XK-4711")),
    heard: person.heard,
  };
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

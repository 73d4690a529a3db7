import type { PageWorkspace } from "../../../simulators/page-workspace.ts";
import type { ChannelName } from "../../../src/core/envelope.ts";
import { until } from "../../support/talk.ts";
import { visit, type Visitor } from "../platforms/web-visitor.ts";
import { colleagueOn, site, type Scene } from "./scene.ts";

/** How a colleague takes over. */
export type Input = "their words" | "!claim" | "@baton claim" | "!r" | "the button";

/** A place in which one case after the other is played: threads of a channel, or one talk with the bot alone. */
export interface Lane {
  readonly name: string;
  readonly channel: ChannelName;
  readonly inputs: readonly Input[];
  /** Answers become visible while they are written. */
  readonly streams: boolean;
  /** As the books name it: a channel, or a visitor's thread. */
  readonly space: string;
  /** Asks the bot; `arm` is told the message's id before the bot can have it. */
  ask(id: string, text: string, arm: (externalId: string) => void): Promise<void>;
  /** Whether the newest question's place shows these words of the bot. */
  shows(words: string): boolean;
  takeOver(input: Input): Promise<void>;
  /** Holds back the next thing the bot puts there, on one side of its taking effect. Gives whether it does. */
  holdSend(id: string, when: "before" | "after"): () => boolean;
  /** Where colleagues sit, if nobody else may read along. */
  readonly room?: Room | undefined;
  /** Gives it back to the bot, where the next case goes on in the same talk. */
  release(): Promise<void>;
}

/** The thread of a room on Slack. */
export interface Room {
  /** Who has what it is about. */
  owner(): Promise<string | undefined>;
  says(text: string): void;
  /** What Baton put there, as it stands now. */
  lines(): string[];
}

/** Longer than a loaded machine takes for anything here, milliseconds. */
export const slowlyMs = 60_000;
/** Longer than a take-over takes, milliseconds. */
const heldMs = 700;

/** So much of an id tells the lanes of a platform apart, and stands in whatever is shown of an answer. */
const firstLetters = 3;

type PagePlatform = keyof Scene["pages"];

/** In threads of a channel that everybody reads: a new one for each case. */
export function threadLane(scene: Scene, platform: PagePlatform): Lane {
  const page = scene.pages[platform];
  const { bot, channels } = page.describe();
  const channel = channels[0]?.id ?? "";
  let root = "";
  const inThread = (text: string) =>
    void page.says({ user: colleagueOn(page), channel, threadTs: root, text });
  return {
    name: `${platform}, thread`,
    channel: platform,
    inputs: ["their words", "!claim", "@baton claim"],
    streams: platform !== "teams",
    space: channel,
    ask: async (_, text, arm) => {
      root = page.says({ user: anaOn(page), channel, text: `@${bot.name} ${text}` }).ts;
      arm(root);
    },
    shows: (words) => showsIn(page, channel, root, words),
    takeOver: async (input) => inThread(toWords(input, bot.name)),
    holdSend: (id, when) => holdSend(scene, { platform, channel, id, when }),
    release: async () => {},
  };
}

/** Where a person talks to the bot alone, and colleagues sit in a room on Slack. */
export async function directLane(scene: Scene, platform: PagePlatform): Promise<Lane> {
  const page = scene.pages[platform];
  const user = anaOn(page);
  const channel = page.describe().people.find(({ id }) => id === user)?.directChannel ?? "";
  const says = async (text: string) => page.says({ user, channel, text }).ts;
  const room = await openRoom(scene, { space: channel, words: `room of ${platform}`, says });
  return {
    name: `${platform}, direct`,
    channel: platform,
    inputs: roomInputs,
    streams: true,
    space: channel,
    ask: async (_, text, arm) => arm(page.says({ user, channel, text }).ts),
    shows: (words) => showsIn(page, channel, undefined, words),
    room,
    takeOver: room.takeOver,
    holdSend: (id, when) => holdSend(scene, { platform, channel, id, when }),
    release: room.release,
  };
}

/** A visitor of the web site. */
export async function webLane(scene: Scene, name: string): Promise<Lane & { readonly visitor: Visitor }> {
  const visitor = await visit([scene.talk.house.service.url()], site);
  const put = (id: string, text: string) => visitor.says({ id, text, copies: 1, again: false });
  let count = 0;
  const says = async (text: string) => {
    count += 1;
    await put(`${name}${count}`, text);
  };
  const room = await openRoom(scene, { space: visitor.thread, words: `room of ${name}`, says });
  return {
    name: "web",
    channel: "web",
    visitor,
    inputs: roomInputs,
    streams: true,
    space: visitor.thread,
    ask: async (id, text, arm) => {
      arm(id);
      await put(id, text);
    },
    shows: (words) => visitor.items().some(({ role, text }) => role === "assistant" && text.includes(words)),
    room,
    takeOver: room.takeOver,
    // The statement that keeps it is what is held: there is no platform in between.
    holdSend: () => () => false,
    release: room.release,
  };
}

const roomInputs = ["!claim", "!r", "the button"] as const satisfies readonly Input[];

function toWords(input: Input, bot: string): string {
  if (input === "!r") return "!r I take this over, one moment";
  if (input === "@baton claim") return `@${bot} claim`;
  return input === "!claim" ? "!claim" : "I take this over, one moment";
}

/** Who asks there. */
export function anaOn(page: PageWorkspace): string {
  return page.describe().people.find(({ name }) => name.startsWith("Ana"))?.id ?? "";
}

function showsIn(page: PageWorkspace, channel: string, root: string | undefined, words: string): boolean {
  return page
    .messages(channel)
    .messages.some(
      ({ isBot, threadTs, text }) =>
        isBot && (root === undefined || threadTs === root) && text.includes(words),
    );
}

interface Held {
  readonly platform: PagePlatform;
  readonly channel: string;
  readonly id: string;
  readonly when: "before" | "after";
}

function holdSend({ slack, discord, teams }: Scene, { platform, channel, id, when }: Held): () => boolean {
  const fault = { times: 1, do: { kind: "delay", ms: heldMs, when } } as const;
  const isStruck = (active: readonly { readonly id: number; readonly struck: number }[], known: number) =>
    active.some((one) => one.id === known && one.struck > 0);
  if (platform === "slack") {
    const known = slack.faults.api({ ...fault, method: ["chat.postMessage", "chat.startStream"], channel });
    return () => isStruck(slack.faults.list().api, known);
  }
  if (platform === "discord") {
    const route = "POST /channels/:channel/messages";
    const known = discord.faults.rest({ ...fault, route, text: id.slice(0, firstLetters) });
    return () => isStruck(discord.faults.list().rest, known);
  }
  const operation = ["message.create", "stream"];
  const known = teams.faults.api({ ...fault, operation, text: id.slice(0, firstLetters) });
  return () => isStruck(teams.faults.list().api, known);
}

/** Asks for a person, so that there is a room, and gives the talk back to the bot. */
async function openRoom(
  { talk, pages, staffChannel }: Scene,
  {
    space,
    words,
    says,
  }: {
    readonly space: string;
    readonly words: string;
    readonly says: (text: string) => Promise<unknown>;
  },
): Promise<Room & Pick<Lane, "takeOver" | "release">> {
  const { slack } = pages;
  const user = colleagueOn(slack);
  const all = () => slack.messages(staffChannel).messages;
  await says(`this is the ${words}`);
  await until(async () => {
    const rows = await talk.rows(
      "SELECT 1 FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.space = $1 AND m.state = 'settled'",
      [space],
    );
    return rows.length > 0;
  }, slowlyMs);
  await says("human");
  const root = await until(
    async () =>
      all().find(
        ({ isBot, threadTs, ts, ...said }) =>
          isBot && (threadTs === undefined || threadTs === ts) && JSON.stringify(said).includes(words),
      )?.ts,
    slowlyMs,
  );
  const inRoom = (text: string) => void slack.says({ user, channel: staffChannel, threadTs: root, text });
  const card = () => JSON.stringify(all().find(({ ts }) => ts === root));
  const conversationOf = async () => {
    const [row] = await talk.rows<{ conversation_id: string }>(
      `SELECT r.conversation_id FROM rooms r JOIN conversations c ON c.id = r.room_conversation_id WHERE c.thread = $1`,
      [root],
    );
    return row?.conversation_id;
  };
  const conversation = await until(conversationOf, slowlyMs);

  async function owner(): Promise<string | undefined> {
    const [row] = await talk.rows<{ owner_kind: string }>(
      "SELECT owner_kind FROM conversations WHERE id = $1",
      [conversation],
    );
    return row?.owner_kind;
  }

  async function release(): Promise<void> {
    inRoom("!bot");
    await until(async () => (await owner()) === "bot", slowlyMs);
    await until(async () => card().includes("baton.deck.claim"), slowlyMs);
  }

  /** Slack says so where a press was not taken in time; whoever pressed presses again. */
  async function takeOver(input: Input): Promise<void> {
    if (input !== "the button") return inRoom(toWords(input, ""));
    await until(async () => {
      const actionId = /"(baton\.deck\.claim[^"]*)"/.exec(card())?.[1];
      if (actionId === undefined) return (await owner()) === "human";
      const { problem } = await slack.clicks({ user, channel: staffChannel, ts: root, actionId });
      return problem === undefined;
    }, slowlyMs);
  }

  await release();
  return {
    takeOver,
    release,
    owner,
    says: inRoom,
    lines: () =>
      all()
        .filter(({ isBot, deleted, threadTs, ts }) => isBot && !deleted && threadTs === root && ts !== root)
        .map((message) => JSON.stringify(message)),
  };
}

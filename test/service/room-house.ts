import type { PageMessage } from "../../simulators/page-message.ts";
import type { PageUpload, PageWorkspace } from "../../simulators/page-workspace.ts";
import {
  startSimulatedWorkspace,
  type SimulatedPlatform,
  type SimulatedWorkspace,
} from "../../simulators/simulated-workspace.ts";
import type { HouseOptions } from "../support/house.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";
import { acme, visit } from "../http/chat/chat-house.ts";

/** Longer than a simulated platform waits before it sends again, milliseconds. */
export const slowlyMs = 45_000;

/** A house between all platforms, whose colleagues have their room on one of them. */
export interface RoomHouse {
  readonly talk: Talk;
  readonly simulated: SimulatedWorkspace;
  /** Somebody who talks to the bot alone, new at each call. */
  person(platform: SimulatedPlatform | "web"): Promise<Person>;
  /** The newest room's thread in the staff room that has these words in it. */
  room(words: string): Promise<Room>;
  stop(): Promise<void>;
}

/** Somebody who talks to the bot where nobody else reads along. */
export interface Person {
  says(text: string): Promise<string>;
  attaches(text: string, file: PageUpload): Promise<void>;
  /** Reacts to the newest message with these words in it, whoever's it is. */
  reacts(words: string, emoji: string): Promise<void>;
  edits(id: string, text: string): Promise<void>;
  deletes(id: string): Promise<void>;
  /** What the bot, or somebody through it, has said to them. */
  heard(): Promise<string[]>;
  /** Names of the files that have reached them. */
  files(): Promise<string[]>;
}

/** The thread of a room as a colleague sees it. */
export interface Room {
  readonly page: PageWorkspace;
  readonly channel: string;
  readonly root: string;
  card(): PageMessage;
  says(name: string, text: string): string;
  attaches(name: string, text: string, file: PageUpload): void;
  edits(name: string, ts: string, text: string): void;
  deletes(name: string, ts: string): void;
  /** Files of Baton's in the thread. */
  files(): NonNullable<PageMessage["files"]>;
  reacts(name: string, ts: string, emoji: string): void;
  /** Presses a button of the deck: on the card, or on the newest line in the thread that has these words in it. */
  clicks(name: string, action: string, words?: string): Promise<{ problem?: string }>;
  /** Presses any button of ours on the newest line in the thread that has these words in it. */
  presses(name: string, action: string, words: string): Promise<{ problem?: string }>;
  /** What Baton put there, in order, as it stands now. */
  lines(): string[];
}

/** Opens one; the staff room is a channel of the given platform. */
export async function openRoomHouse(
  where: SimulatedPlatform,
  options: { readonly pace?: HouseOptions["pace"]; readonly tenant?: string } = {},
): Promise<RoomHouse> {
  const simulated = await startSimulatedWorkspace({ hasModel: true });
  const page = simulated.workspaces[where];
  if (page === undefined) throw new Error(`no simulated ${where}`);
  const { workspace } = accountOf(simulated, where);
  const staffChannel = page.describe().channels.at(-1)?.id ?? "";
  const staff = simulated.staff.map(({ name, accounts }) => ({ name, roles: ["staff"], accounts }));
  const talk = await openTalk({
    env: { ...simulated.env, SLACK_PACE: "off", DISCORD_PACE: "off", TEAMS_PACE: "off" },
    pace: { undoMs: 0, ...options.pace },
    files: {
      "config/tenants/acme.yaml": [
        "name: Acme",
        "default: true",
        `sites: [{ key: ${acme.key}, origins: ["${acme.origin}", "self"] }]`,
        `staffRoom: { channel: ${where}, workspace: "${workspace}", id: "${staffChannel}" }`,
        `staff: ${JSON.stringify(staff)}`,
        options.tenant ?? "",
      ].join("\n"),
    },
  });
  await simulated.connect(talk.house.service.url());
  if (where === "teams") await greetOnTeams(simulated, talk);
  return {
    talk,
    simulated,
    person: (platform) =>
      platform === "web" ? visitor(talk) : Promise.resolve(directTo(simulated, platform)),
    room: (words) =>
      until(async () => {
        const card = page
          .messages(staffChannel)
          .messages.findLast(
            ({ isBot, threadTs, ts, ...said }) =>
              isBot && isRoot(threadTs, ts) && JSON.stringify(said).includes(words),
          );
        return card && roomUnder(page, staffChannel, card.ts);
      }, slowlyMs),
    stop: async () => {
      await talk.stop();
      await simulated.stop();
    },
  };
}

/** A tenant of Teams is known from its first activity on. */
async function greetOnTeams(simulated: SimulatedWorkspace, talk: Talk): Promise<void> {
  const greeter = directTo(simulated, "teams");
  await greeter.says("hello [[id:greeting]]");
  await until(async () => (await greeter.heard()).length > 0, slowlyMs);
  await talk.settled(slowlyMs);
}

const isRoot = (threadTs: string | undefined, ts: string) => threadTs === undefined || threadTs === ts;

function accountOf(simulated: SimulatedWorkspace, channel: SimulatedPlatform) {
  const account = simulated.staff.flatMap(({ accounts }) => accounts).find((one) => one.channel === channel);
  if (account === undefined) throw new Error(`nobody is of the staff on ${channel}`);
  return account;
}

function roomUnder(page: PageWorkspace, channel: string, root: string): Room {
  const person = (name: string) => page.describe().people.find((one) => one.name.startsWith(name))?.id ?? "";
  const all = () => page.messages(channel).messages;
  const card = () => {
    const found = all().find(({ ts }) => ts === root);
    if (found === undefined) throw new Error("the card is gone");
    return found;
  };
  const under = () =>
    all().filter(({ threadTs, ts, isBot, deleted }) => isBot && !deleted && threadTs === root && ts !== root);
  const press = (name: string, action: string, words: string | undefined) => {
    const line =
      words === undefined ? card() : under().findLast((one) => JSON.stringify(one).includes(words));
    const actionId = actionOn(JSON.stringify(line), action) ?? `no ${action}`;
    return page.clicks({ user: person(name), channel, ts: line?.ts ?? root, actionId });
  };
  return {
    page,
    channel,
    root,
    card,
    says: (name, text) => page.says({ user: person(name), channel, text, threadTs: root }).ts,
    attaches: (name, text, file) =>
      void page.says({ user: person(name), channel, text, threadTs: root, files: [file] }),
    files: () => under().flatMap(({ files = [] }) => files),
    reacts: (name, ts, emoji) => page.reacts({ user: person(name), channel, ts, name: emoji, remove: false }),
    edits: (name, ts, text) => page.edits({ user: person(name), channel, ts, text }),
    deletes: (name, ts) => page.deletes({ user: person(name), channel, ts }),
    clicks: (name, action, words) => press(name, `baton.deck.${action}`, words),
    presses: press,
    lines: () => under().map((message) => JSON.stringify(message)),
  };
}

/** How a button is named where it is pressed: Teams knows it by its title. */
function actionOn(shown: string | undefined, action: string): string | undefined {
  const inTeams = new RegExp(`"title":"([^"]+)"[^{}]*"data":\\{"[^"]+":\\{"action":"${action}`);
  const elsewhere = new RegExp(`"(${action}[^"]*)"`);
  return (inTeams.exec(shown ?? "") ?? elsewhere.exec(shown ?? ""))?.[1];
}

function directTo(simulated: SimulatedWorkspace, platform: SimulatedPlatform): Person {
  const page = simulated.workspaces[platform];
  if (page === undefined) throw new Error(`no simulated ${platform}`);
  const ana = page.describe().people.find(({ name }) => name.startsWith("Ana"));
  if (ana === undefined) throw new Error(`no Ana on ${platform}`);
  const at = { user: ana.id, channel: ana.directChannel };
  const said = (words: string) =>
    page.messages(ana.directChannel).messages.findLast((one) => JSON.stringify(one).includes(words));
  return {
    says: async (text) => page.says({ ...at, text }).ts,
    reacts: async (words, name) => page.reacts({ ...at, ts: said(words)?.ts ?? "", name, remove: false }),
    attaches: async (text, file) => void page.says({ ...at, text, files: [file] }),
    files: async () =>
      page
        .messages(ana.directChannel)
        .messages.filter(({ isBot, deleted }) => isBot && !deleted)
        .flatMap(({ files = [] }) => files.map(({ name }) => name)),
    edits: async (ts, text) => page.edits({ ...at, ts, text }),
    deletes: async (ts) => page.deletes({ ...at, ts }),
    heard: async () =>
      page
        .messages(ana.directChannel)
        .messages.filter(({ isBot, deleted }) => isBot && !deleted)
        .map((message) => JSON.stringify(message)),
  };
}

async function visitor(talk: Talk): Promise<Person> {
  const one = await visit(talk.house.service.url());
  let count = 0;
  return {
    says: async (text) => {
      const id = `m${(count += 1)}`;
      await one.put(id, text);
      return id;
    },
    reacts: () => Promise.reject(new Error("visitors do not react")),
    attaches: () => Promise.reject(new Error("visitors attach files in tests of their own")),
    files: () => Promise.resolve([]),
    edits: async (id, text) =>
      void (await one.call("PATCH", `/api/v1/conversations/${one.thread}/messages/${id}`, { text })),
    deletes: async (id) =>
      void (await one.call("DELETE", `/api/v1/conversations/${one.thread}/messages/${id}`)),
    heard: async () =>
      (await one.history())
        .filter((said) => String(said["role"]) === "assistant")
        .map((said) => JSON.stringify(said)),
  };
}

import type { PageMessage } from "../../simulators/page-message.ts";
import type { PageUpload, PageWorkspace } from "../../simulators/page-workspace.ts";
import {
  startSimulatedWorkspace,
  type CompanyWorkspaces,
  type SimulatedPlatform,
  type SimulatedWorkspace,
} from "../../simulators/simulated-workspace.ts";
import type { HouseOptions } from "../support/house.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";
import { acme, visit, type Json } from "../http/chat/chat-house.ts";
import { shownOn } from "./shown-messages.ts";

/** Longer than a simulated platform waits before it sends again, milliseconds. */
export const slowlyMs = 45_000;

/** A house between all platforms, whose colleagues have their room on one of them. */
export interface RoomHouse extends CompanyHall {
  readonly talk: Talk;
  readonly simulated: SimulatedWorkspace;
  /** The same of a further company, by its slug. */
  of(slug: string): CompanyHall;
  stop(): Promise<void>;
}

/** What one company's people and colleagues do. */
export interface CompanyHall {
  /** Somebody who talks to the bot alone, new at each call. */
  person(platform: SimulatedPlatform | "web"): Promise<Person>;
  /** The newest room's thread in the staff room that has these words in it. */
  room(words: string): Promise<Room>;
}

/** A further company of the same house: its web site, and where its colleagues have their room. */
interface FurtherCompany {
  readonly slug: string;
  readonly where: SimulatedPlatform;
  readonly site: Site;
}

type Site = typeof acme;

/** Somebody who talks to the bot where nobody else reads along. */
export interface Person {
  says(text: string): Promise<string>;
  attaches(text: string, file: PageUpload): Promise<void>;
  /** Reacts to the newest message with these words in it, whoever's it is. */
  reacts(words: string, emoji: string): Promise<void>;
  /** Presses the newest button of the deck that there is for them. */
  presses(action: string): Promise<{ problem?: string }>;
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
  /** Whether the card has this button of the deck. */
  has(action: string): boolean;
  /** Presses a button of the deck: on the card, or on the newest line in the thread that has these words in it. */
  clicks(name: string, action: string, words?: string): Promise<{ problem?: string }>;
  /** Presses any button of ours on the newest line in the thread that has these words in it. */
  presses(name: string, action: string, words: string): Promise<{ problem?: string }>;
  /** What Baton put there, in order, as it stands now. */
  lines(): string[];
}

/** Opens one; the staff room is a channel of the given platform. Further companies have theirs on others. */
export async function openRoomHouse(
  where: SimulatedPlatform,
  options: {
    readonly pace?: HouseOptions["pace"];
    readonly tenant?: string;
    readonly others?: readonly FurtherCompany[];
  } = {},
): Promise<RoomHouse> {
  const others = options.others ?? [];
  const companies = others.map(({ slug }) => ({ slug, name: toName(slug) }));
  const simulated = await startSimulatedWorkspace({ hasModel: true, companies });
  const first = { slug: "acme", where, site: acme };
  const scenes = new Map([first, ...others].map((company) => [company.slug, toScene(simulated, company)]));
  const talk = await openTalk({
    env: { ...simulated.env, SLACK_PACE: "off", DISCORD_PACE: "off", TEAMS_PACE: "off" },
    pace: { undoMs: 0, ...options.pace },
    files: Object.fromEntries(
      [...scenes].map(([slug, scene]) => [
        `config/tenants/${slug}.yaml`,
        toTenantFile(slug, scene, options.tenant ?? ""),
      ]),
    ),
  });
  await simulated.connect(talk.house.service.url());
  const halls = new Map([...scenes].map(([slug, scene]) => [slug, toHall(talk, scene)]));
  for (const { slug, where: platform } of [first, ...others])
    if (platform === "teams") await greetOnTeams(hallOf(slug), talk);

  function hallOf(slug: string): CompanyHall {
    const hall = halls.get(slug);
    if (hall === undefined) throw new Error(`no company ${slug}`);
    return hall;
  }

  return {
    ...hallOf("acme"),
    talk,
    simulated,
    of: hallOf,
    stop: async () => {
      await talk.stop();
      await simulated.stop();
    },
  };
}

/** What there is of one company before the house stands. */
interface Scene extends FurtherCompany {
  readonly around: Pick<SimulatedWorkspace, "workspaces" | "staff"> &
    Partial<Pick<CompanyWorkspaces, "installations">>;
  readonly page: PageWorkspace;
  readonly staffChannel: string;
}

function toScene(simulated: SimulatedWorkspace, company: FurtherCompany): Scene {
  const around = company.slug === "acme" ? simulated : simulated.companies.get(company.slug);
  const page = around?.workspaces[company.where];
  if (around === undefined || page === undefined) throw new Error(`no simulated ${company.where}`);
  return { ...company, around, page, staffChannel: page.describe().channels.at(-1)?.id ?? "" };
}

function toTenantFile(slug: string, { around, where, site, staffChannel }: Scene, more: string): string {
  const { workspace } = accountOf(around, where);
  const staff = around.staff.map(({ name, accounts }) => ({ name, roles: ["staff"], accounts }));
  const { installations = [] } = around;
  return [
    `name: ${toName(slug)}`,
    `default: ${slug === "acme"}`,
    `sites: [{ key: ${site.key}, origins: ["${site.origin}", "self"] }]`,
    `staffRoom: { channel: ${where}, workspace: "${workspace}", id: "${staffChannel}" }`,
    `staff: ${JSON.stringify(staff)}`,
    `installations: ${JSON.stringify(installations)}`,
    more,
  ].join("\n");
}

const toName = (slug: string) => slug.slice(0, 1).toUpperCase() + slug.slice(1);

function toHall(talk: Talk, { around, page, staffChannel, site }: Scene): CompanyHall {
  return {
    person: (platform) =>
      platform === "web" ? visitor(talk, site) : Promise.resolve(directTo(around, platform)),
    room: (words) =>
      until(async () => {
        const { textOf, ...shown } = shownOn(page);
        const card = shown
          .in(staffChannel)
          .findLast((one) => one.isBot && isRoot(one.threadTs, one.ts) && textOf(one).includes(words));
        return card && roomUnder(page, staffChannel, card.ts);
      }, slowlyMs),
  };
}

/** A tenant of Teams is known from its first activity on. */
async function greetOnTeams(hall: CompanyHall, talk: Talk): Promise<void> {
  const greeter = await hall.person("teams");
  await greeter.says("hello [[id:greeting]]");
  await until(async () => (await greeter.heard()).length > 0, slowlyMs);
  await talk.settled(slowlyMs);
}

const isRoot = (threadTs: string | undefined, ts: string) => threadTs === undefined || threadTs === ts;

function accountOf(simulated: Scene["around"], channel: SimulatedPlatform) {
  const account = simulated.staff.flatMap(({ accounts }) => accounts).find((one) => one.channel === channel);
  if (account === undefined) throw new Error(`nobody is of the staff on ${channel}`);
  return account;
}

function roomUnder(page: PageWorkspace, channel: string, root: string): Room {
  const person = (name: string) => page.describe().people.find((one) => one.name.startsWith(name))?.id ?? "";
  const { textOf, ...shown } = shownOn(page);
  const all = () => shown.in(channel);
  const card = () => {
    const found = all().find(({ ts }) => ts === root);
    if (found === undefined) throw new Error("the card is gone");
    return found;
  };
  const under = () =>
    all().filter(({ threadTs, ts, isBot, deleted }) => isBot && !deleted && threadTs === root && ts !== root);
  const press = (name: string, action: string, words: string | undefined) => {
    const line = words === undefined ? card() : under().findLast((one) => textOf(one).includes(words));
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
    has: (action) => actionOn(textOf(card()), `baton.deck.${action}`) !== undefined,
    clicks: (name, action, words) => press(name, `baton.deck.${action}`, words),
    presses: press,
    lines: () => under().map(textOf),
  };
}

/** How a button is named where it is pressed: Teams knows it by its title. */
function actionOn(shown: string | undefined, action: string): string | undefined {
  const inTeams = new RegExp(`"title":"([^"]+)"[^{}]*"data":\\{"[^"]+":\\{"action":"${action}`);
  const elsewhere = new RegExp(`"(${action}[^"]*)"`);
  return (inTeams.exec(shown ?? "") ?? elsewhere.exec(shown ?? ""))?.[1];
}

function directTo(simulated: Scene["around"], platform: SimulatedPlatform): Person {
  const page = simulated.workspaces[platform];
  if (page === undefined) throw new Error(`no simulated ${platform}`);
  const ana = page.describe().people.find(({ name }) => name.startsWith("Ana"));
  if (ana === undefined) throw new Error(`no Ana on ${platform}`);
  const at = { user: ana.id, channel: ana.directChannel };
  const { textOf, ...shown } = shownOn(page);
  const said = (words: string) => shown.in(ana.directChannel).findLast((one) => textOf(one).includes(words));
  return {
    says: async (text) => page.says({ ...at, text }).ts,
    reacts: async (words, name) => page.reacts({ ...at, ts: said(words)?.ts ?? "", name, remove: false }),
    attaches: async (text, file) => void page.says({ ...at, text, files: [file] }),
    files: async () =>
      shown
        .in(ana.directChannel)
        .filter(({ isBot, deleted }) => isBot && !deleted)
        .flatMap(({ files = [] }) => files.map(({ name }) => name)),
    presses: async (action) => {
      const name = `baton.deck.${action}`;
      const shown = said(name);
      const actionId = actionOn(JSON.stringify(shown), name) ?? `no ${name}`;
      return page.clicks({ ...at, ts: shown?.ts ?? "", actionId });
    },
    edits: async (ts, text) => page.edits({ ...at, ts, text }),
    deletes: async (ts) => page.deletes({ ...at, ts }),
    heard: async () =>
      shown
        .in(ana.directChannel)
        .filter(({ isBot, deleted }) => isBot && !deleted)
        .map(textOf),
  };
}

async function visitor(talk: Talk, site: Site): Promise<Person> {
  const one = await visit(talk.house.service.url(), { site });
  let count = 0;
  return {
    says: async (text) => {
      const id = `m${(count += 1)}`;
      await one.put(id, text);
      return id;
    },
    presses: async (action) => {
      const name = `baton.deck.${action}`;
      const shown = (await one.history()).findLast((said) => JSON.stringify(said).includes(`"${name}"`));
      const buttons = (shown?.["buttons"] ?? []) as unknown as readonly Json[];
      const button = buttons.find((known) => String(known["action"]) === name);
      const pressed = { action: name, value: button?.["value"], message_id: shown?.["id"] };
      const act = { client_action_id: `a${(count += 1)}`, ...pressed };
      const { status } = await one.call("POST", `/api/v1/conversations/${one.thread}/actions`, act);
      return status < 300 ? {} : { problem: `it answered ${status}` };
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

import { randomUUID } from "node:crypto";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";
import type { Nodes } from "mdast";
import { isFields, listAt, textAt, type Fields } from "../../../channels/kit/fields.ts";
import { createTeamsChannel } from "../../../channels/teams/index.ts";
import { renderReply } from "../../../channels/teams/render.ts";
import { readTeamsSettings } from "../../../channels/teams/settings.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import type { SeenMessage } from "../../../simulators/teams/model.ts";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import type { TeamsSimulatorOptions } from "../../../simulators/teams/settings.ts";
import type { Channel, OpenTicket, Target } from "../../../src/core/channel.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Reply } from "../../../src/core/reply.ts";
import { createFileShelf } from "../../contract/channel/file-shelf.ts";
import { readMarkdown } from "../../contract/channel/read-markdown.ts";
import type { ChannelStage, Shown, StageFault } from "../../contract/channel/subject.ts";
import { createInstallations } from "./teams-harness.ts";
import { serveChannel } from "../slack/serve-channel.ts";
import { teamsEnvironment } from "../../support/teams-environment.ts";

/** A simulated tenant, a channel of ours on it and the HTTP server between them. */
export interface Simulated {
  readonly teams: TeamsSimulator;
  readonly channel: Channel;
  /** A channel as another process has it, which remembers nothing of this one. */
  another(): Channel;
  readonly installations: ReturnType<typeof createInstallations>;
  stop(): Promise<void>;
}

export interface SimulatedOptions extends TeamsSimulatorOptions {
  readonly env?: (teams: TeamsSimulator) => Readonly<Record<string, string>>;
  readonly now?: () => number;
  readonly openTicket?: OpenTicket;
}

/** Starts all of it; the channel is not started and unpaced unless `env` says otherwise. */
export async function simulate({
  env,
  now,
  openTicket,
  ...options
}: SimulatedOptions = {}): Promise<Simulated> {
  const teams = await startTeamsSimulator({
    timeScale: 0.01,
    streamIntervalMs: 0,
    resendDelaysMs: [20, 20],
    deliveryTimeoutMs: 20_000,
    ...options,
  });
  const installations = createInstallations();
  const settings = readTeamsSettings({
    ...teamsEnvironment(teams),
    ...env?.(teams),
  });
  const another = (): Channel =>
    createTeamsChannel({
      settings,
      installations,
      log: silentLog,
      ...(now === undefined ? {} : { now }),
      ...(openTicket === undefined ? {} : { openTicket }),
    });
  const channel = another();
  const server = await serveChannel(() => channel);
  teams.configure({ endpoint: `${server.url}/teams/messages` });
  return {
    teams,
    channel,
    another,
    installations,
    async stop() {
      await channel.stop();
      await teams.stop();
      await server.close();
    },
  };
}

/** What a person sees of an activity: its markdown with the HTML in it, then its cards. */
export function shownByTeams(activity: Fields): Shown {
  const text = textAt(activity, "text") ?? "";
  const read = readMarkdown(text);
  const cards = listAt(activity, "attachments").map((attachment) => readCard(attachment["content"]));
  const mentions = listAt(activity, "entities").filter((entity) => textAt(entity, "type") === "mention");
  return {
    text: [read.text, ...cards.map((card) => card.text)].join("\n"),
    links: [...read.links, ...cards.flatMap((card) => card.links)],
    alive: [...htmlIn(text), ...mentions.map((mention) => textAt(mention, "text") ?? "")],
  };
}

/** Reads a reply as `shownByTeams` reads the activity made of it. */
export function shownReply(reply: Reply): Shown {
  const activity: unknown = JSON.parse(JSON.stringify(renderReply(reply)));
  return shownByTeams(isFields(activity) ? activity : {});
}

const withHtml = unified().use(remarkParse).use(remarkGfm, { singleTilde: false }).freeze();

/** Teams brings HTML in markdown to life: whatever CommonMark with HTML would take for some, and `<at>` anywhere. */
function htmlIn(markdown: string): string[] {
  const found = markdown.match(/<\/?at\b/gi)?.slice() ?? [];
  const search = (node: Nodes): void => {
    if (node.type === "html") found.push(node.value);
    if ("children" in node) node.children.forEach(search);
  };
  search(withHtml.parse(markdown));
  return found;
}

function readCard(element: unknown): Pick<Shown, "text" | "links"> {
  if (!isFields(element)) return { text: "", links: [] };
  const parts = ["body", "inlines", "actions"].flatMap((key) => listAt(element, key)).map(readCard);
  const own = textAt(element, "text") ?? textAt(element, "title") ?? "";
  const action = element["selectAction"];
  const url = isFields(action) ? textAt(action, "url") : undefined;
  const between = textAt(element, "type") === "RichTextBlock" ? "" : "\n";
  return {
    text: [own, ...parts.map((part) => part.text)].join(between),
    links: [...(url === undefined ? [] : [{ label: own, url }]), ...parts.flatMap((part) => part.links)],
  };
}

const teamsCard = "application/vnd.microsoft.teams.card.file";

/** A stage for the contract suite. Each question opens a channel thread, or comes in a personal chat. */
export async function startTeamsStage(): Promise<ChannelStage> {
  const shelf = createFileShelf();
  const simulated = await simulate({
    openTicket: shelf.open,
    hearsAll: true,
    env: (platform) => ({ TEAMS_ALLOWED_BOTS: platform.state.findPerson("Build Bot").id }),
  });
  const { teams, channel } = simulated;
  await simulated.installations.save({
    externalId: teams.app.tenantId,
    name: "Contoso",
    credentials: { serviceUrl: teams.serviceUrl },
  });
  const people = ["Ana", "Ben", "Mia"];
  let asked = 0;

  async function ask(where: "room" | "direct"): Promise<Target> {
    const user = where === "room" ? "Ana" : (people[asked++ % people.length] ?? "Ana");
    const said = teams.userSays({
      user,
      conversation: where === "room" ? "#Helpdesk" : "personal",
      text: `question ${randomUUID()}`,
      mentionsBot: where === "room",
    });
    const person = teams.state.findPerson(user);
    const [space = "", thread = ""] = said.conversation.split(";messageid=");
    const installation = teams.app.tenantId;
    return where === "room"
      ? { installation, place: { space, thread, audience: "public" }, recipient: person.id }
      : { installation, place: { space, thread: "", audience: "direct" }, recipient: person.id };
  }

  const standingIn = ({ place }: Target): SeenMessage[] =>
    place.audience === "direct" ? teams.botReplies(place.space) : teams.botReplies(place.space, place.thread);

  /** Says yes to every file that is offered there; only a channel that has started can hear it. */
  async function takeOffered(target: Target): Promise<void> {
    await channel.start(async () => ({ kind: "accepted" }));
    for (const { id, attachments } of standingIn(target)) {
      if (!attachments.some(({ contentType }) => contentType === `${teamsCard}.consent`)) continue;
      const user = teams.state.people.get(target.recipient ?? "")?.name ?? "";
      const { status } = await teams.consents({ user, messageId: id, action: "accept" }).done;
      if (status !== 200) throw new Error(`the consent was answered ${status}`);
    }
  }

  function openAttached({ contentType, contentUrl, name, content }: Fields) {
    const written = /^data:[^,]*;base64,(.*)$/s.exec(String(contentUrl))?.[1];
    if (written !== undefined) return [{ name: String(name), content: Buffer.from(written, "base64") }];
    if (contentType !== `${teamsCard}.info` || !isFields(content)) return [];
    const file = teams.files().find(({ id }) => id === content["uniqueId"]);
    return file === undefined ? [] : [{ name: String(name), content: file.content }];
  }

  return {
    channel,
    ask,
    standing: async (target) =>
      standingIn(target).map((message) => ({
        id: target.place.thread === "" ? message.id : `${target.place.thread}/${message.id}`,
        isOpen: message.streaming,
        reactions: message.reactions.length,
        ...shownByTeams(message.activity),
      })),
    attached: async (target) => {
      if (target.place.audience === "direct") await takeOffered(target);
      return standingIn(target).flatMap(({ attachments }) => attachments.flatMap(openAttached));
    },
    shelf,
    whispers: async ({ recipient = "" }) =>
      teams
        .messages("personal", recipient)
        .filter(({ isBot, deleted }) => isBot && !deleted)
        .map(({ text }) => ({ to: recipient, text })),
    fail: (fault) => void teams.faults.api(toApiFault(fault)),
    async say(text) {
      await teams.userSays({ user: "Ana", conversation: "personal", text }).delivered;
    },
    async botSays(text) {
      await teams.botSays({ conversation: "Launch", text }).delivered;
    },
    stop: () => simulated.stop(),
  };
}

function toApiFault({ call, how, times }: StageFault) {
  const operation = call === "edit" ? ["message.update", "stream"] : "message.create";
  switch (how) {
    case "cut before":
      return { operation, times, do: { kind: "cut", when: "before" } } as const;
    case "cut after":
      return { operation, times, do: { kind: "cut", when: "after" } } as const;
    case "refused":
      return { operation, times, do: { kind: "error", error: "BotNotInConversationRoster" } } as const;
    case "limited":
      return { operation, times, do: { kind: "rate_limit", retryAfterSeconds: 1 } } as const;
    default:
      throw new Error(`unknown fault: ${how satisfies never}`);
  }
}

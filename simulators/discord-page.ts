import { fromCall, fromDispatch, toPageForm, toPageMessage } from "./discord-drawn.ts";
import type { Change, Channel, Command, SeenMessage } from "./discord/model.ts";
import type { DiscordSimulator } from "./discord/simulator.ts";
import { inOrder, lastHappenings, shorten, type PageMessage } from "./page-message.ts";
import {
  createFeed,
  createTyping,
  follow,
  isAbout,
  settle,
  type PageLog,
  type PagePerson,
  type PageWorkspace,
  type Told,
} from "./page-workspace.ts";

/**
 * One guild of the simulated Discord as its page sees it. The first one, where none is named, with its people's direct
 * channels: what is said to the bot alone belongs to no guild.
 */
export function createDiscordPage(
  discord: DiscordSimulator,
  model: string,
  { log, guildId = discord.guild.id }: { readonly log?: PageLog; readonly guildId?: string } = {},
): PageWorkspace {
  const { state } = discord;
  const guild = state.guilds.get(guildId) ?? discord.guild;
  const hasDirect = guild.id === discord.guild.id;
  const isHere = (channel: string): boolean => {
    const owner = state.channels.get(channel)?.guildId;
    return owner === undefined ? hasDirect : owner === guild.id;
  };
  const botId = state.app.botUserId;
  const feed = createFeed();
  const typing = createTyping(feed.tell);
  const toMessage = (seen: SeenMessage): PageMessage | undefined =>
    toPageMessage(seen, placeOf(seen.channelId));
  discord.onChange((change) => {
    if (change.kind === "typing") {
      const { channel, threadTs = "" } = placeOf(change.channelId);
      if (change.userId === botId && isHere(channel)) typing.typing(channel, threadTs);
      return;
    }
    const told = toTold(change, toMessage);
    if (told === undefined || !isAbout(told, isHere)) return;
    if (told.kind === "message" && told.message.isBot)
      typing.said(told.message.channel, told.message.threadTs ?? "");
    feed.tell(told);
  });

  /** A thread is drawn in its channel, under the message it was opened on, which has the thread's id. */
  function placeOf(channelId: string): { readonly channel: string; readonly threadTs?: string } {
    const known = state.channels.get(channelId);
    if (known?.thread === undefined || known.parentId === undefined) return { channel: channelId };
    return { channel: known.parentId, threadTs: known.id };
  }

  function roomsOf(channel: string): string[] {
    return [channel, ...state.threadsOf(channel).map(({ id }) => id)];
  }

  /** Where on the platform a message stands that the page knows by its channel and id. */
  function find(channel: string, ts: string): SeenMessage | undefined {
    for (const room of roomsOf(channel)) {
      const seen = discord.message(room, ts);
      if (seen !== undefined) return seen;
    }
    return discord.ephemerals().find(({ id }) => id === ts);
  }

  function roomOf(channel: string, ts: string): string {
    return find(channel, ts)?.channelId ?? channel;
  }

  /** The thread on that message, opened by whoever answers first. */
  function openThread(user: string, channel: string, root: string): string {
    const open = discord.threadOf(channel, root);
    if (open !== undefined) return open.id;
    const name = shorten(find(channel, root)?.text) || "Thread";
    const opening = discord.userOpensThread({ user, channel, messageId: root, name });
    follow(opening.delivered, log);
    return opening.threadId;
  }

  return {
    describe: () => ({
      platform: "discord",
      workspace: guild.name,
      bot: { id: botId, name: state.app.name },
      people: toPeople(discord, guild, hasDirect),
      channels: state
        .channelsOf(guild.id)
        .filter(isOpenToAll)
        .map(({ id, name }) => ({ id, name })),
      directThreads: false,
      thumb: "👍",
      commands: slashCommands(discord).map(({ name, definition }) => ({
        name: `/${name}`,
        about: String(definition["description"] ?? ""),
      })),
      model,
    }),
    messages: (channel) => ({
      version: feed.version(),
      messages: [
        ...roomsOf(channel).flatMap((room) => discord.messages(room)),
        ...discord.ephemerals().filter(({ channelId }) => roomsOf(channel).includes(channelId)),
      ].flatMap((seen) => toMessage(seen) ?? []),
    }),
    message(channel, ts) {
      const seen = find(channel, ts);
      return seen === undefined ? undefined : toMessage(seen);
    },
    file(id) {
      for (const { messages } of state.channels.values())
        for (const { files } of messages.values()) {
          const file = files.find((one) => one.id === id);
          if (file !== undefined)
            return { name: file.name, mimetype: file.contentType, content: file.content };
        }
      return undefined;
    },
    says({ user, channel, text, threadTs, repliesTo, files = [] }) {
      const room = threadTs === undefined ? channel : openThread(user, channel, threadTs);
      const said = discord.userSays({
        user,
        channel: room,
        text,
        ...(repliesTo === undefined ? {} : { replyTo: repliesTo }),
        files: files.map(({ name, mimetype, content }) => ({
          name,
          content,
          ...(mimetype === undefined ? {} : { contentType: mimetype }),
        })),
      });
      follow(said.delivered, log);
      return { channel, ts: said.messageId };
    },
    edits: ({ user, channel, ts, text }) =>
      follow(discord.userEdits({ user, channel: roomOf(channel, ts), messageId: ts, text }).delivered, log),
    deletes: ({ user, channel, ts }) =>
      follow(discord.userDeletes({ user, channel: roomOf(channel, ts), messageId: ts }).delivered, log),
    reacts: ({ user, channel, ts, name, remove }) =>
      follow(
        discord.reacts({ user, channel: roomOf(channel, ts), messageId: ts, emoji: name, remove }).delivered,
        log,
      ),
    clicks: ({ user, channel, ts, actionId, value }) =>
      settle(async () =>
        toProblem(
          await discord.clicks({
            user,
            channel: roomOf(channel, ts),
            messageId: ts,
            customId: actionId,
            ...(value === undefined ? {} : { values: [value] }),
          }).done,
        ),
      ),
    forms: (user) => discord.modals(user).map(toPageForm),
    fills: ({ user, formId, values }) =>
      settle(async () => toProblem(await discord.submitsModal({ user, customId: formId, values }).done)),
    commands: ({ user, channel, command, text }) =>
      settle(async () => {
        const known = slashCommands(discord).find(({ name }) => `/${name}` === command);
        if (known === undefined) return `there is no command ${command}`;
        const options = toOptions(known, text);
        return toProblem(await discord.slash({ user, channel, name: known.name, options }).done);
      }),
    happenings: (seq) => {
      const { calls, dispatches } = discord.history();
      return inOrder(lastHappenings(seq, calls, fromCall), lastHappenings(seq, dispatches, fromDispatch));
    },
    onChange: feed.listen,
  };
}

function toPeople(
  { state, directChannel }: DiscordSimulator,
  guild: DiscordSimulator["guild"],
  hasDirect: boolean,
): PagePerson[] {
  const staff = state.roleNamed(guild, "Staff")?.id;
  return [...guild.members.values()].flatMap(({ userId, roles }) => {
    const user = state.users.get(userId);
    if (user === undefined || user.bot) return [];
    const name = user.globalName ?? user.username;
    const isStaff = staff !== undefined && roles.includes(staff);
    const direct = hasDirect ? directChannel(user.id) : "";
    return [{ id: user.id, name, realName: name, isStaff, directChannel: direct }];
  });
}

/** Ordinary channels that everyone sees. */
function isOpenToAll({ type, overwrites }: Channel): boolean {
  return type === 0 && overwrites.size === 0;
}

const slash = 1;

function slashCommands({ state }: DiscordSimulator): Command[] {
  return [...state.commands.values()].filter(({ type }) => type === slash);
}

/** What stands behind the command is its first option. */
function toOptions({ definition }: Command, text: string): Record<string, string> {
  const [first] = Array.isArray(definition["options"])
    ? (definition["options"] as { readonly name?: unknown }[])
    : [];
  return typeof first?.name === "string" && text !== "" ? { [first.name]: text } : {};
}

function toProblem({ acknowledged }: { readonly acknowledged: boolean }): string | undefined {
  return acknowledged ? undefined : "this interaction failed";
}

function toTold(
  change: Exclude<Change, { kind: "typing" }>,
  toMessage: (seen: SeenMessage) => PageMessage | undefined,
): Told | undefined {
  switch (change.kind) {
    case "message":
    case "ephemeral": {
      const message = toMessage(change.message);
      return message === undefined ? undefined : { kind: "message", message };
    }
    case "call":
    case "dispatch":
      return { kind: "happening" };
    case "reset":
      return change;
    case "channel":
    case "modal":
    case "gateway":
      return undefined;
    default:
      throw new Error(`unknown change: ${JSON.stringify(change satisfies never)}`);
  }
}

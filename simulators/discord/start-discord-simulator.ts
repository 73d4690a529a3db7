import { WorkInHand } from "../kit/work-in-hand.ts";
import { AttachmentUrls } from "./attachment-urls.ts";
import { EmbedResolver } from "./embed-resolver.ts";
import { Faults } from "./faults.ts";
import { Gateway } from "./gateway.ts";
import { InteractionDesk } from "./interaction-desk.ts";
import { giveRole } from "./give-role.ts";
import { Interactions } from "./interactions.ts";
import type { App, Channel, Message, SeenMessage } from "./model.ts";
import { People } from "./people.ts";
import { permitInChannel } from "./permissions.ts";
import type { Platform } from "./platform.ts";
import { Publisher } from "./publish.ts";
import { RateLimiter } from "./rate-limits.ts";
import { Recorder } from "./record.ts";
import { applicationFlags, gatewayUrl } from "./rest/applications.ts";
import { seedApp, seedGuilds } from "./seed.ts";
import { toSeenChannel } from "./seen.ts";
import { startServer } from "./server.ts";
import { toSettings } from "./settings.ts";
import type { DiscordSimulatorOptions, SettingsChange } from "./settings.ts";
import type { DiscordSimulator } from "./simulator.ts";
import { State } from "./state.ts";
import { toReady } from "./wire-ready.ts";

/** Starts a local Discord on 127.0.0.1 (or `host`); resolves when it answers. Rejects when the port is taken. */
export async function startDiscordSimulator(
  options: DiscordSimulatorOptions = {},
): Promise<DiscordSimulator> {
  const app: App = { ...seedApp, ...options.app };
  const settings = toSettings(options);
  const activity = new WorkInHand("discord");
  const state = new State(app, () => activity.poke());
  const seed = (): void => state.load(options.guilds ?? seedGuilds);
  seed();

  const recorder = new Recorder(options.record ?? "full", options.historyLimit ?? 100_000);
  const faults = new Faults(options.seed ?? 1, (nameOrId) => state.findChannel(nameOrId).id);
  const limiter = new RateLimiter();
  const begin = (): void => activity.begin();
  const end = (): void => activity.end();
  let url = "";
  const urls = new AttachmentUrls(
    () => url,
    () => settings.attachmentLifeMs,
  );
  const gateway = new Gateway({
    settings,
    recorder,
    faults,
    token: app.botToken,
    ready: (session) => {
      const guilds = [...state.guilds.values()].filter(({ id }) => session.carries(id));
      return {
        ready: toReady(state, {
          url,
          shard: session.shard,
          flags: applicationFlags(settings.privilegedIntents),
        }),
        events: guilds.filter(({ unavailable }) => !unavailable).map((guild) => publisher.guildCreate(guild)),
      };
    },
    begin,
    end,
    told: (told) =>
      state.changed(() =>
        "dispatch" in told ? { kind: "dispatch", ...told } : { kind: "gateway", ...told },
      ),
  });
  const publisher = new Publisher(state, gateway, urls);
  const desk = new InteractionDesk({ recorder, begin, end });
  const embeds = new EmbedResolver({
    delayMs: () => settings.embedResolveMs,
    begin,
    end,
    resolved: (message) => void publisher.edited(message),
  });
  const platform: Platform = {
    get url() {
      return url;
    },
    state,
    settings,
    recorder,
    faults,
    activity,
    limiter,
    urls,
    gateway,
    publisher,
    desk,
    embeds,
  };
  const people = new People(platform);
  const interactions = new Interactions(platform);
  const placeOf = (nameOrId: string, user?: string): Channel => state.findChannel(nameOrId, user);

  const simulator: DiscordSimulator = {
    get url() {
      return url;
    },
    get port() {
      return server.port;
    },
    get apiUrl() {
      return `${url}/api`;
    },
    get gatewayUrl() {
      return gatewayUrl(url);
    },
    app,
    get guild() {
      const [first] = state.guilds.values();
      if (first === undefined) throw new Error("discord simulator: the bot is in no guild");
      return first;
    },
    state,
    settings,
    configure: (change) => configure(platform, change),

    addGuild(seed) {
      const guild = state.addGuild(seed);
      void publisher.guildJoined(guild);
      return guild;
    },
    removeGuild(guildId) {
      const guild = guildOf(state, guildId);
      state.removeGuild(guildId);
      return { delivered: publisher.guildGone(guild, false) };
    },
    guildOutage(guildId, gone) {
      const guild = guildOf(state, guildId);
      guild.unavailable = gone;
      return { delivered: gone ? publisher.guildGone(guild, true) : publisher.guildJoined(guild) };
    },
    addChannel(draft) {
      const guildId = draft.guildId ?? simulator.guild.id;
      const channel = state.addChannel({ type: draft.type ?? 0, name: draft.name, guildId });
      void publisher.channelOpened(channel);
      return channel;
    },
    removeChannel(nameOrId) {
      const channel = placeOf(nameOrId);
      state.channels.delete(channel.id);
      return { delivered: publisher.channelGone(channel) };
    },
    permit(change) {
      const channel = placeOf(change.channel);
      permitInChannel(channel, app.botUserId, change);
      return { delivered: publisher.channelChanged(channel) };
    },
    givesRole(change) {
      const guild = change.guildId === undefined ? simulator.guild : guildOf(state, change.guildId);
      const member = giveRole(state, guild, change);
      return { delivered: publisher.memberChanged(guild, member) };
    },

    userSays: (say) => people.says(say),
    userOpensThread: (opening) => people.opensThread(opening),
    forumPost: (post) => people.postsInForum(post),
    userEdits: (edit) => people.edits(edit),
    userDeletes: (deletion) => people.deletes(deletion),
    bulkDeletes: (deletion) => people.bulkDeletes(deletion),
    reacts: (reaction) => people.reacts(reaction),
    types: (typing) => people.types(typing),
    archives: (change) => people.archives(change),
    slash: (use) => interactions.slash(use),
    clicks: (press) => interactions.clicks(press),
    submitsModal: (answer) => interactions.submitsModal(answer),
    contextMenu: (use) => interactions.contextMenu(use),

    messages: (channel, user) => seenIn(state, placeOf(channel, user)),
    message: (channel, messageId) => seenIn(state, placeOf(channel)).find(({ id }) => id === messageId),
    botReplies: (channel, after, user) =>
      seenIn(state, placeOf(channel, user)).filter(
        (message) =>
          message.userId === app.botUserId &&
          (message.type === 0 || message.type >= 19) &&
          message.type !== 21 &&
          !message.deleted &&
          !message.thinking &&
          (after === undefined || BigInt(message.id) > BigInt(after)),
      ),
    threadOf(channel, messageId) {
      const { threadId } = placeOf(channel).messages.get(messageId) ?? {};
      const thread = threadId === undefined ? undefined : state.channels.get(threadId);
      return thread === undefined ? undefined : toSeenChannel(thread);
    },
    threads: (channel) =>
      [...state.channels.values()]
        .filter(
          (one) =>
            one.thread !== undefined && (channel === undefined || one.parentId === placeOf(channel).id),
        )
        .map(toSeenChannel),
    directChannel: (user) => state.directChannel(state.findUser(user).id).channel.id,
    ephemerals: (user) =>
      [...state.ephemerals.values()]
        .filter((message) => user === undefined || message.ephemeralTo === state.findUser(user).id)
        .map((message) => state.seen(message)),
    modals: (user) =>
      state.modals.filter((modal) => user === undefined || modal.userId === state.findUser(user).id),
    history: () => ({
      calls: recorder.calls.slice(),
      dispatches: recorder.dispatches.slice(),
      gateway: recorder.gateway.slice(),
      interactions: recorder.interactions.slice(),
      complaints: recorder.complaints.slice(),
      messages: [
        ...[...state.channels.values()].flatMap((channel) => seenIn(state, channel)),
        ...[...state.ephemerals.values()].map((message): SeenMessage => state.seen(message)),
      ],
      counts: { ...recorder.counts },
      forgotten: recorder.forgotten,
    }),
    complaints: () => recorder.complaints.slice(),
    waitFor: (probe, timeoutMs = 20_000) => activity.waitFor(probe, timeoutMs, () => describe(platform)),
    async connected(timeoutMs = 20_000) {
      await activity.waitFor(
        () => gateway.count >= settings.shards,
        timeoutMs,
        () => describe(platform),
      );
    },
    async settled(timeoutMs = 20_000) {
      await activity.waitFor(
        () => activity.inHand === 0,
        timeoutMs,
        () => describe(platform),
      );
    },
    onChange: (listener) => state.onChange(listener),

    faults,
    gateway,
    reset() {
      faults.clear();
      limiter.clear();
      embeds.clear();
      desk.clear();
      state.clear();
      seed();
      gateway.reset();
      recorder.clear();
      state.changed(() => ({ kind: "reset" }));
    },
    async stop() {
      embeds.clear();
      desk.clear();
      gateway.stop();
      await server.stop();
    },
  };

  const server = await startServer(platform, simulator, {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
  });
  url = server.url;
  return simulator;
}

function configure(platform: Platform, change: SettingsChange): void {
  const { record, ...settings } = change;
  Object.assign(platform.settings, settings);
  if (record !== undefined) platform.recorder.mode = record;
}

function guildOf(state: State, id: string) {
  const guild = state.guilds.get(id);
  if (guild === undefined) throw new Error(`discord simulator: the bot is in no guild ${id}`);
  return guild;
}

function seenIn(state: State, channel: Channel): SeenMessage[] {
  return [...channel.messages.values()].map((message: Message) => state.seen(message));
}

function describe({ activity, recorder, gateway }: Platform): string {
  const last = recorder.calls
    .slice(-5)
    .map(({ method, route, code, status }) => `${method} ${route} ${code ?? status}`);
  return `${activity.inHand} in hand, ${gateway.count} sessions connected, last calls: ${last.join(", ") || "none"}`;
}

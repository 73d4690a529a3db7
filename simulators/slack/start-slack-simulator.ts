import { WorkInHand } from "../kit/work-in-hand.ts";
import { Deliverer } from "./deliver.ts";
import { EventPublisher } from "./events.ts";
import { Faults } from "./faults.ts";
import { createSecret } from "./ids.ts";
import { Interactions } from "./interactions.ts";
import { loadSeed } from "./load-seed.ts";
import { runLoad } from "./load.ts";
import type { App, Channel, Message, SeenMessage } from "./model.ts";
import { OAuth } from "./oauth.ts";
import { People } from "./people.ts";
import type { Platform } from "./platform.ts";
import { RateLimiter } from "./rate-limits.ts";
import { Recorder } from "./record.ts";
import { ResponseUrls } from "./response-urls.ts";
import { seedApp, seedTeams } from "./seed.ts";
import { startServer } from "./server.ts";
import { toSettings } from "./settings.ts";
import type { SettingsChange, SlackSimulatorOptions } from "./settings.ts";
import type { SlackSimulator } from "./simulator.ts";
import { SocketHub } from "./socket-mode.ts";
import { State } from "./state.ts";
import { Triggers } from "./triggers.ts";

/** Starts a local Slack on 127.0.0.1 (or `host`); resolves when it answers. Rejects when the port is taken. */
export async function startSlackSimulator(options: SlackSimulatorOptions = {}): Promise<SlackSimulator> {
  const app: App = { ...seedApp, ...options.app };
  const settings = toSettings(options);
  const activity = new WorkInHand("slack");
  const state = new State(app, () => activity.poke());
  state.keepText = options.record !== "counts";
  const seed = (): void => loadSeed(state, options.teams ?? seedTeams, options.shared ?? []);
  seed();

  const recorder = new Recorder(options.record ?? "full", options.historyLimit ?? 100_000);
  const faults = new Faults(options.seed ?? 1, (nameOrId) => state.findChannel(nameOrId).id);
  const sockets = new SocketHub({
    appId: app.appId,
    timeScale: () => settings.timeScale,
    changed: () => activity.poke(),
  });
  const deliverer = new Deliverer({ state, settings, recorder, faults, activity, sockets });
  let url = "";
  const events = new EventPublisher({ state, settings, deliverer, activity, url: () => url });
  const limiter = new RateLimiter();
  const oauth = new OAuth(state, settings);
  const triggers = new Triggers(() => settings.timeScale);
  const responseUrls = new ResponseUrls();
  const platform: Platform = {
    state,
    settings,
    recorder,
    faults,
    activity,
    limiter,
    deliverer,
    events,
    sockets,
    oauth,
    triggers,
    responseUrls,
    get url() {
      return url;
    },
  };
  const people = new People(platform);
  const interactions = new Interactions(platform);

  const simulator: SlackSimulator = {
    get url() {
      return url;
    },
    get port() {
      return server.port;
    },
    get apiUrl() {
      return `${url}/api/`;
    },
    get authorizeUrl() {
      return `${url}/oauth/v2/authorize`;
    },
    app,
    get installation() {
      const first = [...state.installations.values()][0];
      if (first === undefined) throw new Error("slack simulator: the app is installed nowhere");
      return first;
    },
    state,
    settings,
    configure: (change) => configure(platform, change),

    userSays: (say) => people.says(say),
    botSays: (say) => people.botSays(say),
    userEdits: (edit) => people.edits(edit),
    userDeletes: (deletion) => people.deletes(deletion),
    reacts: (reaction) => people.reacts(reaction),
    clicks: (click) => interactions.clicks(click),
    submitsView: (submission) => interactions.submitsView(submission),
    closesView: (closing) => interactions.closesView(closing),
    shortcut: (use) => interactions.shortcut(use),
    slash: (command) => interactions.slash(command),
    opensHome: (opening) => people.opensHome(opening),
    joins: (joining) => people.joins(joining),
    leaves: (leaving) => people.leaves(leaving),
    regroups: (change) => people.regroups(change),
    uninstalls: (teamId) => people.uninstalls(teamId),
    rateLimitsApp: (teamId) => people.rateLimitsApp(teamId),
    sendsEvent: (event, more) => people.sendsEvent(event, more),
    verifiesUrl: () => verifyUrl(platform),

    thread: (channel, ts) => threadOf(state.findChannel(channel), ts).map((message) => state.seen(message)),
    messages: (channel) => messagesOf(state.findChannel(channel)).map((message) => state.seen(message)),
    botReplies: (channel, ts) =>
      threadOf(state.findChannel(channel), ts)
        .filter((message) => message.botId !== undefined && message.deleted !== true && message.ts !== ts)
        .map((message) => state.seen(message)),
    ephemerals: (channel) =>
      state.ephemerals
        .filter((message) => channel === undefined || message.channel === state.findChannel(channel).id)
        .map((message) => state.seen(message)),
    views: () => [...state.views.values()],
    home: (user) => state.homes.get(state.findUser(user).id),
    history: () => ({
      calls: recorder.calls.slice(),
      deliveries: recorder.deliveries.slice(),
      complaints: recorder.complaints.slice(),
      messages: [...state.channels.values()].flatMap((channel): SeenMessage[] =>
        messagesOf(channel).map((message) => state.seen(message)),
      ),
      counts: { ...recorder.counts },
      forgotten: recorder.forgotten,
    }),
    complaints: () => recorder.complaints.slice(),
    waitFor: (probe, timeoutMs = 20_000) =>
      activity.waitFor(probe, timeoutMs, () => describeActivity(platform)),
    async settled(timeoutMs = 20_000) {
      await activity.waitFor(
        () => activity.inHand === 0 && state.openStreams === 0,
        timeoutMs,
        () => describeActivity(platform),
      );
    },
    onChange: (listener) => state.onChange(listener),

    faults,
    sockets,
    load: (request) => runLoad({ state, says: (say) => people.says(say) }, request),
    reset() {
      deliverer.abandon();
      faults.clear();
      limiter.clear();
      oauth.clear();
      recorder.clear();
      sockets.reset();
      state.clear();
      seed();
      state.changed(() => ({ kind: "reset" }));
    },
    async stop() {
      deliverer.stop();
      sockets.stop();
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
  if (record === undefined) return;
  platform.recorder.mode = record;
  platform.state.keepText = record === "full";
}

async function verifyUrl(platform: Platform): Promise<{ status: number; body: string; ok: boolean }> {
  const { requestUrl } = platform.settings;
  if (requestUrl === undefined) throw new Error("slack simulator: no request URL to verify");
  const challenge = createSecret(24);
  const answer = await platform.deliverer.postJson(requestUrl, {
    token: platform.state.app.verificationToken,
    challenge,
    type: "url_verification",
  });
  return {
    status: answer.status,
    body: answer.body,
    ok: answer.status === 200 && answer.body.includes(challenge),
  };
}

function threadOf(channel: Channel, ts: string): Message[] {
  const root = channel.byTs.get(ts);
  return [...(root === undefined ? [] : [root]), ...(channel.threads.get(ts) ?? [])];
}

function messagesOf(channel: Channel): Message[] {
  return [...channel.byTs.values()];
}

function describeActivity(platform: Platform): string {
  const { activity, state, recorder } = platform;
  const last = recorder.calls.slice(-5).map((call) => `${call.method} ${call.error ?? call.status}`);
  return `${activity.inHand} in hand, ${state.openStreams} open streams, last calls: ${last.join(", ") || "none"}`;
}

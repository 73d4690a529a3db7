import type { Conversation, SeenMessage } from "./model.ts";
import { Interactions } from "./interactions.ts";
import { People } from "./people.ts";
import type { Platform } from "./platform.ts";
import { Roster } from "./roster.ts";
import type { TeamsSimulator } from "./simulator.ts";
import { stopStream } from "./streams.ts";
import { mintAuthorization } from "./tokens.ts";
import { serviceUrlOf } from "./wire-activity.ts";

/** Puts the parts behind one handle. `load` seeds the state again; `door` is the server, once it is open. */
export function createHandle(
  platform: Platform,
  parts: { load(): void; door(): { readonly port: number; stop(): Promise<void> } },
): TeamsSimulator {
  const { state, settings, recorder, faults, work, identity, regions, deliverer } = platform;
  const { app } = state;
  const people = new People(platform);
  const interactions = new Interactions(platform);
  const roster = new Roster(platform);
  const find = (nameOrId: string, user?: string): Conversation =>
    state.findConversation(nameOrId, user === undefined ? undefined : state.findPerson(user));
  const seen = (conversation: Conversation): SeenMessage[] =>
    [...conversation.messages.values()].map((message) => state.seen(message));
  const serviceUrl = (): string => serviceUrlOf(platform, [...state.tenants.keys()][0] ?? app.tenantId);

  return {
    get url() {
      return platform.url;
    },
    get port() {
      return parts.door().port;
    },
    get serviceUrl() {
      return serviceUrl();
    },
    get openIdUrl() {
      return `${platform.url}/v1/.well-known/openidconfiguration`;
    },
    get emulatorOpenIdUrl() {
      return `${platform.url}/common/v2.0/.well-known/openid-configuration`;
    },
    get loginUrl() {
      return `${platform.url}/${app.tenantId}`;
    },
    get tokenUrl() {
      return `${platform.url}/${app.tenantId}/oauth2/v2.0/token`;
    },
    app,
    botId: state.botId,
    state,
    settings,
    configure: (change) => void Object.assign(settings, change),

    userSays: (say) => people.says(say),
    botSays: ({ name, ...say }) => people.says({ ...say, user: name ?? "Build Bot" }),
    userEdits: (edit) => people.edits(edit),
    userDeletes: (deletion) => people.deletes(deletion),
    userUndeletes: (restoring) => people.undeletes(restoring),
    types: (typing) => people.types(typing),
    reacts: (reaction) => people.reacts(reaction),
    clicks: (click) => interactions.clicks(click),
    executes: (click) => interactions.executes(click),
    consents: (consent) => interactions.consents(consent),
    stopsStream: ({ conversation, user }) => stopStream(platform, find(conversation, user)),
    blocksBot({ user, blocked }) {
      state.personalChat(state.findPerson(user)).blocked = blocked ?? true;
    },
    installs: (installation) => roster.installs(installation),
    addTeam: (draft) =>
      state.addTeam(draft).map(({ id, name, isPrivate = false }) => ({ id, name, isPrivate })),
    memberAdded: (joining) => roster.memberChanges({ ...joining, added: true }),
    memberRemoved: (leaving) => roster.memberChanges({ ...leaving, added: false }),
    teamEvent: (event) => roster.teamEvent(event),
    sendsActivity: (activity, flaws) => ({
      delivered:
        flaws === undefined
          ? deliverer.activity(activity)
          : deliverer.once(activity, flaws).then((record) => [record]),
    }),
    activityOf: (say) => people.writes(say).activity,
    authorization: (options = {}) =>
      mintAuthorization(identity, app, {
        serviceUrl: options.serviceUrl ?? serviceUrl(),
        flaw: options.flaw,
      }),

    openId: identity,
    rotateKeys: (options = {}) => identity.rotate(options.keepOld ?? false),
    expireTokens: () => platform.accessTokens.expireAll(),
    moveServiceUrl: ({ region, old }) => regions.move(region, old ?? "not_found"),

    messages: (conversation, user) => seen(find(conversation, user)),
    thread: (conversation, rootId) =>
      seen(find(conversation)).filter(({ id, rootId: root }) => id === rootId || root === rootId),
    botReplies: (conversation, rootId) =>
      seen(find(conversation)).filter(
        ({ from, deleted, rootId: root }) =>
          from === state.botId && !deleted && (rootId === undefined || root === rootId),
      ),
    files: () => platform.files.list(),
    history: () => ({
      calls: recorder.calls.slice(),
      deliveries: recorder.deliveries.slice(),
      complaints: recorder.complaints.slice(),
      messages: [...state.conversations.values()].flatMap(seen),
      counts: { ...recorder.counts },
      forgotten: recorder.forgotten,
    }),
    complaints: () => recorder.complaints.slice(),
    waitFor: (probe, timeoutMs = 20_000) => work.waitFor(probe, timeoutMs, () => describe(platform)),
    async settled(timeoutMs = 20_000) {
      await work.waitFor(
        () => work.inHand === 0 && state.openStreams === 0,
        timeoutMs,
        () => describe(platform),
      );
    },
    onChange: (listener) => state.onChange(listener),

    faults,
    reset() {
      deliverer.abandon();
      faults.clear();
      platform.limiter.clear();
      platform.files.clear();
      platform.accessTokens.expireAll();
      recorder.clear();
      regions.reset();
      identity.resetCounters();
      parts.load();
      state.changed(() => ({ kind: "reset" }));
    },
    async stop() {
      deliverer.abandon();
      await parts.door().stop();
    },
  };
}

function describe({ work, state, recorder }: Platform): string {
  const last = recorder.calls.slice(-5).map((call) => `${call.operation} ${call.error ?? call.status}`);
  return `${work.inHand} in hand, ${state.openStreams} open streams, last calls: ${last.join(", ") || "none"}`;
}

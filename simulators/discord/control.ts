import type { ServerResponse } from "node:http";
import { readSince, reply, steer, type ControlCall, type Controls } from "../kit/steer.ts";
import type { Platform } from "./platform.ts";
import { toSeenChannel } from "./seen.ts";
import type { DiscordSimulator } from "./simulator.ts";

type Fields = Record<string, unknown>;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Controls<DiscordSimulator>["actions"] = {
  say: (simulator, body: Parameters<DiscordSimulator["userSays"]>[0]) => simulator.userSays(body),
  "open-thread": (simulator, body: Parameters<DiscordSimulator["userOpensThread"]>[0]) =>
    simulator.userOpensThread(body),
  "forum-post": (simulator, body: Parameters<DiscordSimulator["forumPost"]>[0]) => simulator.forumPost(body),
  edit: (simulator, body: Parameters<DiscordSimulator["userEdits"]>[0]) => simulator.userEdits(body),
  delete: (simulator, body: Parameters<DiscordSimulator["userDeletes"]>[0]) => simulator.userDeletes(body),
  "bulk-delete": (simulator, body: Parameters<DiscordSimulator["bulkDeletes"]>[0]) =>
    simulator.bulkDeletes(body),
  react: (simulator, body: Parameters<DiscordSimulator["reacts"]>[0]) => simulator.reacts(body),
  type: (simulator, body: Parameters<DiscordSimulator["types"]>[0]) => simulator.types(body),
  archive: (simulator, body: Parameters<DiscordSimulator["archives"]>[0]) => simulator.archives(body),
  slash: (simulator, body: Parameters<DiscordSimulator["slash"]>[0]) => simulator.slash(body),
  click: (simulator, body: Parameters<DiscordSimulator["clicks"]>[0]) => simulator.clicks(body),
  "submit-modal": (simulator, body: Parameters<DiscordSimulator["submitsModal"]>[0]) =>
    simulator.submitsModal(body),
  "context-menu": (simulator, body: Parameters<DiscordSimulator["contextMenu"]>[0]) =>
    simulator.contextMenu(body),
  "add-guild": (simulator, body: Parameters<DiscordSimulator["addGuild"]>[0]) => ({
    guildId: simulator.addGuild(body).id,
  }),
  "remove-guild": (simulator, body: { guildId: string }) => simulator.removeGuild(body.guildId),
  "guild-outage": (simulator, body: { guildId: string; gone: boolean }) =>
    simulator.guildOutage(body.guildId, body.gone),
  "add-channel": (simulator, body: Parameters<DiscordSimulator["addChannel"]>[0]) => ({
    channelId: simulator.addChannel(body).id,
  }),
  "remove-channel": (simulator, body: { channel: string }) => simulator.removeChannel(body.channel),
  permit: (simulator, body: Parameters<DiscordSimulator["permit"]>[0]) => simulator.permit(body),
  "give-role": (simulator, body: Parameters<DiscordSimulator["givesRole"]>[0]) => simulator.givesRole(body),
  configure: (simulator, body: Parameters<DiscordSimulator["configure"]>[0]) => simulator.configure(body),
  faults: (
    simulator,
    body: {
      rest?: Parameters<DiscordSimulator["faults"]["rest"]>[0];
      events?: Parameters<DiscordSimulator["faults"]["events"]>[0];
    },
  ) => ({
    ids: [
      ...(body.rest === undefined ? [] : [simulator.faults.rest(body.rest)]),
      ...(body.events === undefined ? [] : [simulator.faults.events(body.events)]),
    ],
  }),
  gateway: (simulator, body: GatewayCommand) => commandGateway(simulator, body),
  reset: (simulator) => simulator.reset(),
};

/** What can be asked, by path. */
const questions: Readonly<Record<string, (simulator: DiscordSimulator, query: URLSearchParams) => unknown>> =
  {
    state: describeState,
    messages: (simulator, query) =>
      simulator.messages(query.get("channel") ?? "", query.get("user") ?? undefined),
    threads: (simulator, query) => simulator.threads(query.get("channel") ?? undefined),
    ephemerals: (simulator, query) => simulator.ephemerals(query.get("user") ?? undefined),
    modals: (simulator, query) => simulator.modals(query.get("user") ?? undefined),
    "direct-channel": (simulator, query) => ({ channelId: simulator.directChannel(query.get("user") ?? "") }),
    history: readHistory,
    faults: (simulator) => simulator.faults.list(),
    gateway: (simulator) => ({ count: simulator.gateway.count, sessions: simulator.gateway.sessions }),
    async settled(simulator, query) {
      await simulator.settled(Number(query.get("timeoutMs") ?? 20_000));
      return { settled: true };
    },
  };

/** Serves `/_control/*`: people, faults, history and live changes, for whoever runs the simulator. */
export async function serveControl(
  platform: Platform,
  simulator: DiscordSimulator,
  call: ControlCall,
): Promise<void> {
  if (call.path === "file") return sendFile(platform, call.response, call.query);
  return steer(simulator, { actions, questions }, call);
}

interface GatewayCommand {
  readonly action: string;
  readonly code?: number;
  readonly times?: number;
  readonly on?: boolean;
  readonly resumable?: boolean;
}

function commandGateway({ gateway }: DiscordSimulator, command: GatewayCommand): Fields {
  const { action, code = 4000, times = 1, on = true, resumable = false } = command;
  const known: Readonly<Record<string, () => void>> = {
    drop: () => gateway.drop(),
    close: () => gateway.close(code),
    reconnect: () => gateway.askReconnect(),
    invalidate: () => gateway.invalidateSessions(resumable),
    heartbeat: () => gateway.askHeartbeat(),
    silence: () => gateway.silence(on),
    "lose-acks": () => gateway.loseAcks(times),
    refuse: () => gateway.refuseConnections(times),
    forget: () => gateway.forgetSessions(),
    overlap: () => gateway.overlapResume(times),
  };
  const act = known[action];
  if (act === undefined) throw new Error(`no such gateway action: ${action}`);
  act();
  return { count: gateway.count };
}

function describeState(simulator: DiscordSimulator): Fields {
  const { state } = simulator;
  return {
    app: simulator.app,
    apiUrl: simulator.apiUrl,
    gatewayUrl: simulator.gatewayUrl,
    settings: simulator.settings,
    guilds: [...state.guilds.values()].map(({ id, name, ownerId, roles, members, unavailable }) => ({
      id,
      name,
      ownerId,
      unavailable,
      roles: [...roles.values()].map((role) => ({ id: role.id, name: role.name })),
      members: [...members.values()],
    })),
    users: [...state.users.values()],
    channels: [...state.channels.values()].map(toSeenChannel),
    commands: [...state.commands.values()],
  };
}

function readHistory(simulator: DiscordSimulator, query: URLSearchParams): unknown {
  const history = simulator.history();
  const kind = query.get("kind");
  if (kind === null) return history;
  if (kind === "counts") return history.counts;
  if (kind === "messages") return history.messages;
  const lists: Readonly<Record<string, readonly { readonly seq: number }[]>> = {
    calls: history.calls,
    dispatches: history.dispatches,
    gateway: history.gateway,
    interactions: history.interactions,
    complaints: history.complaints,
  };
  const records = lists[kind];
  if (records === undefined) throw new Error(`no such kind of history: ${kind}`);
  return readSince(records, query);
}

function sendFile({ state }: Platform, response: ServerResponse, query: URLSearchParams): void {
  const id = query.get("id");
  const file = [...state.channels.values()]
    .flatMap((channel) => [...channel.messages.values()])
    .flatMap((message) => message.files)
    .find((one) => one.id === id);
  if (file === undefined) return reply(response, 404, { error: `no file ${id}` });
  response.writeHead(200, { "content-type": file.contentType }).end(file.content);
}

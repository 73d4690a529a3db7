import type { ServerResponse } from "node:http";
import { readSince, reply, steer, type ControlCall, type Controls } from "../kit/steer.ts";
import type { Platform } from "./platform.ts";
import type { SlackSimulator } from "./simulator.ts";
import type { DisconnectReason } from "./socket-mode.ts";

type Fields = Record<string, unknown>;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Controls<SlackSimulator>["actions"] = {
  say: (simulator, body: Parameters<SlackSimulator["userSays"]>[0]) => simulator.userSays(body),
  "bot-say": (simulator, body: Parameters<SlackSimulator["botSays"]>[0]) => simulator.botSays(body),
  edit: (simulator, body: Parameters<SlackSimulator["userEdits"]>[0]) => simulator.userEdits(body),
  delete: (simulator, body: Parameters<SlackSimulator["userDeletes"]>[0]) => simulator.userDeletes(body),
  react: (simulator, body: Parameters<SlackSimulator["reacts"]>[0]) => simulator.reacts(body),
  click: (simulator, body: Parameters<SlackSimulator["clicks"]>[0]) => simulator.clicks(body),
  "submit-view": (simulator, body: Parameters<SlackSimulator["submitsView"]>[0]) =>
    simulator.submitsView(body),
  "close-view": (simulator, body: Parameters<SlackSimulator["closesView"]>[0]) => simulator.closesView(body),
  shortcut: (simulator, body: Parameters<SlackSimulator["shortcut"]>[0]) => simulator.shortcut(body),
  slash: (simulator, body: Parameters<SlackSimulator["slash"]>[0]) => simulator.slash(body),
  home: (simulator, body: Parameters<SlackSimulator["opensHome"]>[0]) => simulator.opensHome(body),
  join: (simulator, body: Parameters<SlackSimulator["joins"]>[0]) => simulator.joins(body),
  leave: (simulator, body: Parameters<SlackSimulator["leaves"]>[0]) => simulator.leaves(body),
  regroup: (simulator, body: Parameters<SlackSimulator["regroups"]>[0]) => simulator.regroups(body),
  uninstall: (simulator, body: { teamId?: string }) => simulator.uninstalls(body.teamId),
  "rate-limit-app": (simulator, body: { teamId?: string }) => simulator.rateLimitsApp(body.teamId),
  event: (simulator, body: { event: Fields; teamId?: string; channel?: string }) =>
    simulator.sendsEvent(body.event, body),
  "verify-url": (simulator) => simulator.verifiesUrl(),
  configure: (simulator, body: Parameters<SlackSimulator["configure"]>[0]) => simulator.configure(body),
  faults: (
    simulator,
    body: {
      api?: Parameters<SlackSimulator["faults"]["api"]>[0];
      events?: Parameters<SlackSimulator["faults"]["events"]>[0];
    },
  ) => ({
    ids: [
      ...(body.api === undefined ? [] : [simulator.faults.api(body.api)]),
      ...(body.events === undefined ? [] : [simulator.faults.events(body.events)]),
    ],
  }),
  sockets: (
    simulator,
    body: { action: string; reason?: DisconnectReason; which?: "one" | "all"; times?: number },
  ) => commandSockets(simulator, body),
  load: (simulator, body: Parameters<SlackSimulator["load"]>[0]) => simulator.load(body),
  reset: (simulator) => simulator.reset(),
};

/** What can be asked, by path. */
const questions: Controls<SlackSimulator>["questions"] = {
  state: describeState,
  thread: (simulator, query) => simulator.thread(query.get("channel") ?? "", query.get("ts") ?? ""),
  messages: (simulator, query) => simulator.messages(query.get("channel") ?? ""),
  threads: listThreads,
  ephemerals: (simulator, query) => simulator.ephemerals(query.get("channel") ?? undefined),
  views: (simulator) => ({ modals: simulator.views(), homes: [...simulator.state.homes.values()] }),
  history: readHistory,
  faults: (simulator) => simulator.faults.list(),
  sockets: (simulator) => ({ count: simulator.sockets.count }),
  async settled(simulator, query) {
    await simulator.settled(Number(query.get("timeoutMs") ?? 20_000));
    return { settled: true };
  },
};

/** Serves `/control/*`: people, faults, history, load and live changes, for whoever runs the simulator. */
export async function serveControl(
  platform: Platform,
  simulator: SlackSimulator,
  call: ControlCall,
): Promise<void> {
  if (call.path === "file") return sendFile(platform, call.response, call.query.get("id") ?? "");
  return steer(simulator, { actions, questions }, call);
}

function commandSockets(
  simulator: SlackSimulator,
  body: { action: string; reason?: DisconnectReason; which?: "one" | "all"; times?: number },
): Fields {
  const { sockets } = simulator;
  if (body.action === "close") sockets.close(body.which);
  else if (body.action === "disconnect") sockets.disconnect(body.reason ?? "refresh_requested", body.which);
  else if (body.action === "lose-acks") sockets.loseAcks(body.times ?? 1);
  else throw new Error(`no such socket action: ${body.action}`);
  return { count: sockets.count };
}

function describeState(simulator: SlackSimulator): Fields {
  const { state } = simulator;
  return {
    app: simulator.app,
    settings: simulator.settings,
    teams: [...state.teams.values()],
    installations: [...state.installations.values()],
    users: [...state.users.values()],
    channels: [...state.channels.values()].map(
      ({ id, name, type, teamIds, members, archived, imUser, roots }) => ({
        id,
        name,
        type,
        teamIds,
        members: [...members],
        archived,
        imUser,
        messages: roots.length,
      }),
    ),
    usergroups: [...state.usergroups.values()],
  };
}

function listThreads(simulator: SlackSimulator, query: URLSearchParams): unknown {
  const channel = simulator.state.findChannel(query.get("channel") ?? "");
  const limit = Number(query.get("limit") ?? 200);
  return channel.roots.slice(-limit).map((root) => ({
    ...simulator.state.seen(root),
    replies: channel.threads.get(root.ts)?.filter((reply) => reply.deleted !== true).length ?? 0,
  }));
}

function readHistory(simulator: SlackSimulator, query: URLSearchParams): unknown {
  const history = simulator.history();
  const kind = query.get("kind");
  if (kind === null) return history;
  if (kind === "counts") return history.counts;
  if (kind === "messages") return history.messages;
  if (kind !== "calls" && kind !== "deliveries" && kind !== "complaints")
    throw new Error(`no such kind of history: ${kind}`);
  const records: readonly { readonly seq: number }[] = history[kind];
  return readSince(records, query);
}

function sendFile(platform: Platform, response: ServerResponse, id: string): void {
  const file = platform.state.files.get(id);
  if (file === undefined) return reply(response, 404, { error: `no file ${id}` });
  response.writeHead(200, { "content-type": file.mimetype }).end(file.content);
}

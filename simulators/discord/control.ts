import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord } from "./is-record.ts";
import type { Platform } from "./platform.ts";
import { toSeenChannel } from "./seen.ts";
import type { DiscordSimulator } from "./simulator.ts";

interface ControlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

type Fields = Record<string, unknown>;

// The bodies come from our own tests and pages: their shape is the handle's, and a wrong one fails loudly inside.
type Action = (simulator: DiscordSimulator, body: never) => unknown;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Readonly<Record<string, Action>> = {
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
  const { request, response, path, query } = call;
  if (path === "changes") return streamChanges(simulator, request, response);
  if (path === "file") return sendFile(platform, response, query);
  try {
    if (request.method === "DELETE" && path === "faults") {
      const id = query.get("id");
      simulator.faults.clear(id === null ? undefined : Number(id));
      return reply(response, 200, { ok: true });
    }
    const question = request.method === "GET" ? questions[path] : undefined;
    if (question !== undefined) return reply(response, 200, await question(simulator, query));
    const action = request.method === "POST" ? actions[path] : undefined;
    if (action === undefined)
      return reply(response, 404, { error: `no such control: ${request.method ?? ""} ${path}` });
    const body: unknown = call.body === "" ? {} : JSON.parse(call.body);
    if (!isRecord(body)) return reply(response, 400, { error: "the body must be a JSON object" });
    const outcome = await action(simulator, decodeFiles(body) as never);
    reply(response, 200, await outcomeOf(outcome, query.get("wait") === "1"));
  } catch (error) {
    reply(response, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Promises inside an outcome (`delivered`, `done`) are awaited when asked for, and left out otherwise. */
async function outcomeOf(outcome: unknown, wait: boolean): Promise<unknown> {
  if (!isRecord(outcome)) return { ok: true };
  const entries = Object.entries(outcome).filter(([, value]) => wait || !(value instanceof Promise));
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, value]) => [key, await value] as const)),
  );
}

/** File contents travel as base64 in `contentBase64`. */
function decodeFiles(body: Fields): Fields {
  const { files } = body;
  if (!Array.isArray(files)) return body;
  return {
    ...body,
    files: files.map((file: unknown) =>
      isRecord(file) && typeof file["contentBase64"] === "string"
        ? { ...file, content: Buffer.from(file["contentBase64"], "base64") }
        : file,
    ),
  };
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
  const since = Number(query.get("since") ?? 0);
  return records.filter((record) => record.seq > since).slice(0, Number(query.get("limit") ?? 10_000));
}

function streamChanges(
  simulator: DiscordSimulator,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    connection: "keep-alive",
  });
  response.write(": open\n\n");
  const stop = simulator.onChange((change) =>
    response.write(`event: ${change.kind}\ndata: ${JSON.stringify(change)}\n\n`),
  );
  request.on("close", stop);
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

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

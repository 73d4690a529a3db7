import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord } from "./is-record.ts";
import type { Platform } from "./platform.ts";
import type { SlackSimulator } from "./simulator.ts";
import type { DisconnectReason } from "./socket-mode.ts";

interface ControlCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

type Fields = Record<string, unknown>;

// The bodies come from our own tests and pages: their shape is the handle's, and a wrong one fails loudly inside.
type Action = (simulator: SlackSimulator, body: never) => unknown;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Readonly<Record<string, Action>> = {
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
const questions: Readonly<Record<string, (simulator: SlackSimulator, query: URLSearchParams) => unknown>> = {
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
  const { request, response, path, query } = call;
  if (path === "changes") return streamChanges(simulator, request, response);
  if (path === "file") return sendFile(platform, response, query.get("id") ?? "");
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
    reply(
      response,
      200,
      await outcomeOf(await action(simulator, decodeFiles(body) as never), query.get("wait") === "1"),
    );
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
  const since = Number(query.get("since") ?? 0);
  const records: readonly { readonly seq: number }[] = history[kind];
  return records.filter((record) => record.seq > since).slice(0, Number(query.get("limit") ?? 10_000));
}

function streamChanges(simulator: SlackSimulator, request: IncomingMessage, response: ServerResponse): void {
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

function sendFile(platform: Platform, response: ServerResponse, id: string): void {
  const file = platform.state.files.get(id);
  if (file === undefined) return reply(response, 404, { error: `no file ${id}` });
  response.writeHead(200, { "content-type": file.mimetype }).end(file.content);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { isRecord } from "./is-record.ts";
import type { Exchange } from "./serve-call.ts";
import type { TeamsSimulator } from "./simulator.ts";

type Fields = Record<string, unknown>;

// The bodies come from our own tests and pages: their shape is the handle's, and a wrong one fails loudly inside.
type Action = (simulator: TeamsSimulator, body: never) => unknown;
type Body<K extends keyof TeamsSimulator> = TeamsSimulator[K] extends (
  argument: infer A,
  ...rest: never
) => unknown
  ? NonNullable<A>
  : never;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Readonly<Record<string, Action>> = {
  say: (simulator, body: Body<"userSays">) => simulator.userSays(body),
  "bot-say": (simulator, body: Body<"botSays">) => simulator.botSays(body),
  edit: (simulator, body: Body<"userEdits">) => simulator.userEdits(body),
  delete: (simulator, body: Body<"userDeletes">) => simulator.userDeletes(body),
  undelete: (simulator, body: Body<"userUndeletes">) => simulator.userUndeletes(body),
  react: (simulator, body: Body<"reacts">) => simulator.reacts(body),
  click: (simulator, body: Body<"clicks">) => simulator.clicks(body),
  execute: (simulator, body: Body<"executes">) => simulator.executes(body),
  consent: (simulator, body: Body<"consents">) => simulator.consents(body),
  "stop-stream": (simulator, body: Body<"stopsStream">) => simulator.stopsStream(body),
  block: (simulator, body: Body<"blocksBot">) => simulator.blocksBot(body),
  install: (simulator, body: Body<"installs">) => simulator.installs(body),
  "member-added": (simulator, body: Body<"memberAdded">) => simulator.memberAdded(body),
  "member-removed": (simulator, body: Body<"memberRemoved">) => simulator.memberRemoved(body),
  "team-event": (simulator, body: Body<"teamEvent">) => simulator.teamEvent(body),
  activity: (simulator, body: { activity: Fields; flaws?: Parameters<TeamsSimulator["sendsActivity"]>[1] }) =>
    simulator.sendsActivity(body.activity, body.flaws),
  authorization: (simulator, body: Body<"authorization">) => ({
    authorization: simulator.authorization(body) ?? null,
  }),
  "rotate-keys": (simulator, body: Body<"rotateKeys">) => simulator.rotateKeys(body),
  "open-id": (simulator, body: { status?: "up" | "down"; delayMs?: number }) =>
    void Object.assign(simulator.openId, body),
  "expire-tokens": (simulator) => simulator.expireTokens(),
  "move-service-url": (simulator, body: Body<"moveServiceUrl">) => simulator.moveServiceUrl(body),
  configure: (simulator, body: Body<"configure">) => simulator.configure(body),
  faults: (
    simulator,
    body: {
      api?: Parameters<TeamsSimulator["faults"]["api"]>[0];
      deliveries?: Parameters<TeamsSimulator["faults"]["deliveries"]>[0];
    },
  ) => ({
    ids: [
      ...(body.api === undefined ? [] : [simulator.faults.api(body.api)]),
      ...(body.deliveries === undefined ? [] : [simulator.faults.deliveries(body.deliveries)]),
    ],
  }),
  reset: (simulator) => simulator.reset(),
};

/** What can be asked, by path. */
const questions: Readonly<Record<string, (simulator: TeamsSimulator, query: URLSearchParams) => unknown>> = {
  state: describeState,
  messages: (simulator, query) =>
    simulator.messages(query.get("conversation") ?? "", query.get("user") ?? undefined),
  thread: (simulator, query) => simulator.thread(query.get("conversation") ?? "", query.get("root") ?? ""),
  files: (simulator) =>
    simulator.files().map(({ content, ...file }) => ({ ...file, contentBase64: content.toString("base64") })),
  history: readHistory,
  faults: (simulator) => simulator.faults.list(),
  "open-id": ({ openId }) => ({
    kid: openId.kid,
    status: openId.status,
    delayMs: openId.delayMs,
    metadataFetches: openId.metadataFetches,
    keysFetches: openId.keysFetches,
    emulatorFetches: openId.emulatorFetches,
  }),
  async settled(simulator, query) {
    await simulator.settled(Number(query.get("timeoutMs") ?? 20_000));
    return { settled: true };
  },
};

/** Serves `/_control/*`: people, faults, history and live changes, for whoever runs the simulator. */
export async function serveControl(
  simulator: TeamsSimulator,
  { request, response, method, query, body: raw }: Exchange,
  path: string,
): Promise<void> {
  if (path === "changes") return streamChanges(simulator, request, response);
  try {
    if (method === "DELETE" && path === "faults") {
      const id = query.get("id");
      simulator.faults.clear(id === null ? undefined : Number(id));
      return reply(response, 200, { ok: true });
    }
    const question = method === "GET" ? questions[path] : undefined;
    if (question !== undefined) return reply(response, 200, await question(simulator, query));
    const action = method === "POST" ? actions[path] : undefined;
    if (action === undefined) return reply(response, 404, { error: `no such control: ${method} ${path}` });
    const body: unknown = raw.length === 0 ? {} : JSON.parse(raw.toString("utf8"));
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

function describeState(simulator: TeamsSimulator): Fields {
  const { state, app, botId, settings, serviceUrl } = simulator;
  return {
    app,
    botId,
    serviceUrl,
    settings,
    tenants: [...state.tenants.values()],
    people: [...state.people.values()],
    teams: [...state.teams.values()],
    conversations: [...state.conversations.values()].map(({ members, messages, ...conversation }) => ({
      ...conversation,
      members: [...members],
      messages: messages.size,
    })),
  };
}

function readHistory(simulator: TeamsSimulator, query: URLSearchParams): unknown {
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

function streamChanges(simulator: TeamsSimulator, request: IncomingMessage, response: ServerResponse): void {
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

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

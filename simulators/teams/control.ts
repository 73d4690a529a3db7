import { readSince, steer, type Controls } from "../kit/steer.ts";
import type { Exchange } from "./serve-call.ts";
import type { TeamsSimulator } from "./simulator.ts";

type Fields = Record<string, unknown>;

type Body<K extends keyof TeamsSimulator> = TeamsSimulator[K] extends (
  argument: infer A,
  ...rest: never
) => unknown
  ? NonNullable<A>
  : never;

/** What people do, by path; bodies are the arguments of the handle's calls. */
const actions: Controls<TeamsSimulator>["actions"] = {
  say: (simulator, body: Body<"userSays">) => simulator.userSays(body),
  "bot-say": (simulator, body: Body<"botSays">) => simulator.botSays(body),
  edit: (simulator, body: Body<"userEdits">) => simulator.userEdits(body),
  delete: (simulator, body: Body<"userDeletes">) => simulator.userDeletes(body),
  undelete: (simulator, body: Body<"userUndeletes">) => simulator.userUndeletes(body),
  type: (simulator, body: Body<"types">) => simulator.types(body),
  react: (simulator, body: Body<"reacts">) => simulator.reacts(body),
  click: (simulator, body: Body<"clicks">) => simulator.clicks(body),
  execute: (simulator, body: Body<"executes">) => simulator.executes(body),
  consent: (simulator, body: Body<"consents">) => simulator.consents(body),
  "stop-stream": (simulator, body: Body<"stopsStream">) => simulator.stopsStream(body),
  block: (simulator, body: Body<"blocksBot">) => simulator.blocksBot(body),
  install: (simulator, body: Body<"installs">) => simulator.installs(body),
  "add-team": (simulator, body: Body<"addTeam">) => ({ channels: simulator.addTeam(body) }),
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
const questions: Controls<TeamsSimulator>["questions"] = {
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
  { request, response, query, body }: Exchange,
  path: string,
): Promise<void> {
  const call = { request, response, path, query, body: body.toString("utf8") };
  return steer(simulator, { actions, questions }, call);
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
  const records: readonly { readonly seq: number }[] = history[kind];
  return readSince(records, query);
}

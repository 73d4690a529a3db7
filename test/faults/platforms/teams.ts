import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import type { SeenMessage } from "../../../simulators/teams/model.ts";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import type { CallRecord } from "../../../simulators/teams/record.ts";
import type { CallFault, CallName, OwnTrouble, Platform, Speaker, Truth } from "./platform.ts";
import { teamsEnvironment } from "../../support/teams-environment.ts";

const rooms: Readonly<Record<string, string>> = {
  "#support": "#Helpdesk",
  "#general": "#General",
  dm: "personal",
};

// In personal chats answers are streamed, elsewhere posted: whatever begins, grows or ends an answer is meant.
const operations: Readonly<Record<CallName, readonly string[]>> = {
  post: ["message.create"],
  begin: ["stream", "message.create"],
  grow: ["stream", "message.create"],
  end: ["stream", "message.create"],
  change: ["message.update"],
  search: [],
};
const writing = new Set(["message.create", "message.update", "stream"]);

/** A tenant with one bot that hears everything in the rooms it is in. */
export async function startTeams(): Promise<Platform> {
  const teams = await startTeamsSimulator({
    timeScale: 0.01,
    hearsAll: true,
    streamIntervalMs: 0,
    streamLifeMs: 15_000,
    deliveryTimeoutMs: 2_000,
    resendDelaysMs: [0, 2_000, 6_000],
  });
  let lastRegion = 0;

  function opens({ user, room }: { user: string; room: string }): Speaker {
    const conversation = rooms[room] ?? room;
    let root: string | undefined;
    return {
      says: async ({ text, namesBot }) => {
        const said = teams.userSays({
          user,
          conversation,
          text,
          mentionsBot: namesBot,
          ...(root !== undefined && conversation !== "personal" && { thread: root }),
        });
        root ??= said.id;
        const [space = ""] = said.conversation.split(";messageid=");
        const at = conversation === "personal" ? `${space} ${said.id}` : `${space} ${root}/${said.id}`;
        return { at, acknowledged: said.delivered.then((all) => all.some(({ acked }) => acked)) };
      },
    };
  }

  function trouble(given: OwnTrouble): void {
    if (given.on !== "teams") return;
    switch (given.do) {
      case "move the service address":
      case "move the service address and cut the old one": {
        lastRegion += 1;
        const old = given.do === "move the service address" ? "works" : "cut";
        return teams.moveServiceUrl({ region: `moved${"abcdefgh"[lastRegion % 8]}`, old });
      }
      case "take the keys away":
        teams.openId.status = "down";
        return;
      case "give the keys back":
        teams.openId.status = "up";
        return;
      case "expire the tokens":
        return teams.expireTokens();
      case "refuse tokens":
        teams.faults.api({
          operation: "token",
          times: 3,
          do: { kind: "status", status: 500, when: "before" },
        });
        return teams.expireTokens();
      case "precondition":
        return fault("message.*", 4, "PreconditionFailed");
      case "forbid streams":
        return fault("stream", undefined, "ContentStreamNotAllowed");
      case "close the stream":
        return void teams.faults.api({
          operation: "stream",
          skip: 2,
          times: 2,
          do: { kind: "error", error: "ContentStreamNotAllowed" },
        });
      default:
        throw new Error(`unknown trouble: ${JSON.stringify(given satisfies never)}`);
    }
  }

  function fault(
    operation: string,
    times: number | undefined,
    error: "PreconditionFailed" | "ContentStreamNotAllowed",
  ): void {
    teams.faults.api({ operation, ...(times !== undefined && { times }), do: { kind: "error", error } });
  }

  return {
    name: "teams",
    env: teamsEnvironment(teams),
    files: {},
    leavesUnknown: true,
    serve: async ([door = ""]) => teams.configure({ endpoint: `${door}/teams/messages` }),
    opens,
    failCalls: ({ on, ...rest }) => void teams.faults.api({ operation: operationsOf(on), ...rest }),
    failEvents: (given) => void teams.faults.deliveries({ ...given, types: ["message"] }),
    holdBack: (call) => {
      const id = teams.faults.api({
        operation: operations[call],
        times: 1,
        do: { kind: "delay", ms: 600, when: "after" },
      });
      return {
        hasStruck: () => teams.faults.list().api.some((active) => active.id === id && active.struck > 0),
        release: () => teams.faults.clear(id),
      };
    },
    trouble,
    activity: () => teams.history().calls.length,
    settled: () => teams.settled(5_000).catch(() => {}),
    truth: async () => readTeams(teams),
    stop: () => teams.stop(),
  };
}

function operationsOf(on: CallFault["on"]): string | readonly string[] {
  if (on === "any") return ["message.*", "stream", "conversation.create", "members.*", "token"];
  if (on === "any write") return ["message.*", "stream"];
  return typeof on === "string" ? operations[on] : on.flatMap((one) => operations[one]);
}

/** What the simulated Teams knows to have happened. */
export function readTeams(teams: TeamsSimulator): Truth {
  const { calls, messages } = teams.history();
  const seen = messages.filter(({ deleted }) => !deleted);
  const places = new Map(messages.map((message) => [`${message.conversation} ${message.id}`, message]));
  return {
    botMessages: seen
      .filter(({ from }) => from === teams.botId)
      .toSorted((a, b) => a.createdAt - b.createdAt || Number(a.id) - Number(b.id))
      .map((message) => ({
        at: placeOf(message),
        thread: isChannel(message)
          ? `${message.conversation} ${message.rootId ?? message.id}`
          : `${message.conversation} `,
        text: plain(`${message.text} ${message.cards.map((card) => JSON.stringify(card)).join(" ")}`),
        // A stream that Teams closed is whole once the answer was put in its place.
        isHalf: message.streaming || (message.stream?.state === "expired" && !message.edited),
      })),
    receipts: [],
    writes: calls
      .filter(({ operation, effect }) => effect === "applied" && writing.has(operation))
      .map((call) => ({
        at: touchedBy(call, places),
        what: call.operation,
        ms: call.at,
        doneMs: call.at + call.ms,
        text: plain(JSON.stringify(call.body)),
      })),
    transcript: seen.map(
      ({ conversation, rootId = "", id, fromName, text }) =>
        `${conversation} ${rootId} ${id} ${fromName}: ${text}`,
    ),
    complaints: [],
  };
}

function touchedBy(
  { conversation = "", id = "" }: CallRecord,
  places: ReadonlyMap<string, SeenMessage>,
): string {
  const [space = ""] = conversation.split(";messageid=");
  const message = places.get(`${space} ${id}`);
  return message === undefined ? `${space} ${id}` : placeOf(message);
}

/** The thread's id stands before a message's own: they repeat from one thread to the next. */
function placeOf(message: SeenMessage): string {
  const { conversation, rootId, id } = message;
  return isChannel(message) ? `${conversation} ${rootId ?? id}/${id}` : `${conversation} ${id}`;
}

function isChannel({ conversation }: SeenMessage): boolean {
  return conversation.includes("@thread.tacv2");
}

/** As people read it: what only keeps marks from meaning something is no text. */
function plain(text: string): string {
  return text.replaceAll("\\", "").replaceAll("&#39;", "'");
}

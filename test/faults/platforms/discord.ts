import { startDiscordSimulator } from "../../../simulators/discord/start-discord-simulator.ts";
import type { SeenMessage } from "../../../simulators/discord/model.ts";
import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";
import type { CallFault, CallName, OwnTrouble, Platform, Speaker, Truth } from "./platform.ts";

const create = "POST /channels/:channel/messages";
const edit = "PATCH /channels/:channel/messages/:message";
const routes: Readonly<Record<CallName, string>> = {
  post: create,
  begin: create,
  grow: edit,
  end: edit,
  change: edit,
  search: "GET /channels/:channel/messages",
};
const writing = [create, edit, "POST /channels/:channel/messages/:message/threads"];
const said = new Set([0, 19, 20]);

/** A server with one bot. Events know no acknowledgement: what left for a session has to be answered. */
export async function startDiscord(): Promise<Platform> {
  const discord = await startDiscordSimulator({ rateLimits: false, embedResolveMs: false });

  function opens({ user, room }: { user: string; room: string }): Speaker {
    let root: string | undefined;
    const direct = room === "dm" ? discord.directChannel(user) : undefined;
    const space = direct ?? discord.state.findChannel(room, discord.state.findUser(user).id).id;

    /** People go on in the thread the bot opened, or open one themselves where it has not yet. */
    function threadOn(messageId: string): string {
      const opened = discord.threadOf(space, messageId);
      if (opened !== undefined) return opened.id;
      return discord.userOpensThread({ user, channel: space, messageId, name: "badge" }).threadId;
    }

    return {
      says: async ({ text, namesBot }) => {
        const channel = direct ?? (root === undefined ? space : threadOn(root));
        const message = discord.userSays({ user, channel, text: namesBot ? `@baton ${text}` : text });
        root ??= message.messageId;
        const acknowledged = message.delivered.then((all) =>
          all.some(({ outcome }) => outcome !== "nobody" && outcome !== "dropped"),
        );
        return { at: `${space} ${message.messageId}`, acknowledged };
      },
    };
  }

  async function settled(): Promise<void> {
    await discord.connected(30_000).catch(() => {});
    await discord.settled(5_000).catch(() => {});
  }

  return {
    name: "discord",
    env: {
      DISCORD_BOT_TOKEN: discord.app.botToken,
      DISCORD_API_URL: discord.apiUrl,
      DISCORD_PACE: "off",
    },
    files: {},
    leavesUnknown: false,
    serve: () => discord.connected(60_000),
    opens,
    failCalls: ({ on, ...fault }) => void discord.faults.rest({ route: routesOf(on), ...fault }),
    failEvents: (fault) => {
      const { kind } = fault.do;
      // There is no answer to lose: what would have been sent again is replayed by a RESUME instead.
      if (kind === "lose_ack") return discord.gateway.drop();
      discord.faults.events({ ...fault, types: ["MESSAGE_CREATE"], do: fault.do });
    },
    holdBack: (call) => {
      const id = discord.faults.rest({
        route: routes[call],
        times: 1,
        do: { kind: "delay", ms: 600, when: "after" },
      });
      return {
        hasStruck: () => discord.faults.list().rest.some((active) => active.id === id && active.struck > 0),
        release: () => discord.faults.clear(id),
      };
    },
    trouble: (given) => {
      if (given.on === "discord") makeTrouble(discord, given.do);
    },
    activity: () => {
      const { calls, dispatches } = discord.history();
      return calls.filter(({ method }) => method !== "GET").length + dispatches.length;
    },
    settled,
    truth: async () => readDiscord(discord),
    stop: () => discord.stop(),
  };
}

function makeTrouble(
  { gateway, faults, configure }: DiscordSimulator,
  what: Extract<OwnTrouble, { on: "discord" }>["do"],
): void {
  switch (what) {
    case "drop the connection":
      return gateway.drop();
    case "ask to reconnect":
      return gateway.askReconnect();
    case "refuse the session for now":
      return gateway.invalidateSessions(true);
    case "end the session":
      return gateway.invalidateSessions(false);
    case "close 4000":
      return gateway.close(4000);
    case "close 4009":
      return gateway.close(4009);
    case "swallow heartbeats":
      return gateway.silence();
    case "answer from the proxy":
      return void faults.rest({ route: create, times: 2, do: { kind: "cloudflare", retryAfterSeconds: 1 } });
    case "limit everything":
      return void faults.rest({ do: { kind: "rate_limit", retryAfterSeconds: 1, scope: "global" } });
    case "limit shared":
      return void faults.rest({
        route: create,
        times: 2,
        do: { kind: "rate_limit", retryAfterSeconds: 1, scope: "shared" },
      });
    case "forget nonces":
      return configure({ nonceWindowMs: 0 });
    case "remember nonces":
      return configure({ nonceWindowMs: 300_000 });
    default:
      throw new Error(`unknown trouble: ${JSON.stringify(what satisfies never)}`);
  }
}

function routesOf(on: CallFault["on"]): string | readonly string[] {
  if (on === "any") return "*";
  if (on === "any write") return writing;
  return typeof on === "string" ? routes[on] : on.map((one) => routes[one]);
}

/** What the simulated Discord knows to have happened. */
export function readDiscord(discord: DiscordSimulator): Truth {
  const { calls, messages } = discord.history();
  const parents = new Map(discord.threads().map(({ id, parentId }) => [id, parentId]));
  const bot = discord.app.botUserId;
  const seen = messages.filter(({ deleted, type }) => !deleted && said.has(type));
  const spaceOf = (channelId: string): string => parents.get(channelId) ?? channelId;
  const threadOf = ({ channelId, replyTo = "" }: SeenMessage): string =>
    `${spaceOf(channelId)} ${parents.has(channelId) ? channelId : replyTo}`;
  return {
    botMessages: seen
      .filter(({ userId }) => userId === bot)
      .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
      .map((message) => ({
        at: `${spaceOf(message.channelId)} ${message.id}`,
        thread: threadOf(message),
        text: message.text.replaceAll("\\", ""),
        isHalf: message.thinking,
      })),
    receipts: seen
      .filter(({ reactions }) => reactions.some(({ users }) => users.includes(bot)))
      .map(({ channelId, id }) => `${spaceOf(channelId)} ${id}`),
    writes: calls
      .filter(({ method, route, effect }) => effect === "applied" && writing.includes(`${method} ${route}`))
      .filter(({ messageId }) => messageId !== undefined)
      .map(({ method, channelId = "", messageId = "", at, ms, body }) => ({
        at: `${spaceOf(channelId)} ${messageId}`,
        what: method,
        ms: at,
        doneMs: at + ms,
        text: JSON.stringify(body).replaceAll("\\", ""),
      })),
    transcript: seen.map(
      ({ channelId, id, userName, text }) => `${spaceOf(channelId)} ${channelId} ${id} ${userName}: ${text}`,
    ),
    complaints: [],
  };
}

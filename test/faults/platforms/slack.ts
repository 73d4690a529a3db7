import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import type { SeenMessage } from "../../../simulators/slack/model.ts";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import type { CallFault, CallName, Platform, Speaker, Truth } from "./platform.ts";

const methods: Readonly<Record<CallName, string>> = {
  post: "chat.postMessage",
  begin: "chat.startStream",
  grow: "chat.appendStream",
  end: "chat.stopStream",
  change: "chat.update",
  search: "conversations.replies",
};
const writing = /^chat\.(postMessage|startStream|appendStream|update|stopStream)$/;

/** A workspace with one bot. */
export async function startSlack(): Promise<Platform> {
  const slack = await startSlackSimulator({ timeScale: 0.01, retryDelaysMs: [0, 2_000, 6_000] });

  function opens({ user, room }: { user: string; room: string }): Speaker {
    let root: string | undefined;
    return {
      says: async ({ text, namesBot }) => {
        const said = slack.userSays({
          user,
          channel: room,
          text: namesBot ? `@baton ${text}` : text,
          ...(root !== undefined && { threadTs: root }),
        });
        root ??= said.ts;
        const acknowledged = said.delivered.then((all) => all.some(({ acked }) => acked));
        return { at: `${said.channel} ${said.ts}`, acknowledged };
      },
    };
  }

  return {
    name: "slack",
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      SLACK_PACE: "off",
    },
    files: {},
    leavesUnknown: false,
    serve: async ([door = ""]) => slack.configure({ requestUrl: `${door}/slack/events` }),
    opens,
    failCalls: ({ on, ...fault }) => void slack.faults.api({ method: methodsOf(on), ...fault }),
    failEvents: (fault) => void slack.faults.events(fault),
    holdBack: (call) => {
      const id = slack.faults.api({
        method: methods[call],
        times: 1,
        do: { kind: "delay", ms: 600, when: "after" },
      });
      return {
        hasStruck: () => slack.faults.list().api.some((active) => active.id === id && active.struck > 0),
        release: () => slack.faults.clear(id),
      };
    },
    trouble: () => {},
    activity: () => slack.history().calls.length,
    settled: () => slack.settled(5_000).catch(() => {}),
    truth: async () => readSlack(slack),
    stop: () => slack.stop(),
  };
}

/** What the simulated Slack knows to have happened. */
export function readSlack(slack: SlackSimulator): Truth {
  const { calls, messages } = slack.history();
  const seen = messages.filter(({ deleted }) => !deleted);
  const ours = seen.filter(({ botId }) => botId === slack.installation.botId);
  return {
    botMessages: ours
      .toSorted((a, b) => Number(a.ts) - Number(b.ts))
      .map((message) => ({
        at: placeOf(message),
        thread: `${message.channel} ${message.threadTs ?? ""}`,
        text: textOf(message),
        isHalf: message.streaming,
      })),
    receipts: seen.filter(({ isBot, reactions }) => !isBot && reactions.length > 0).map(placeOf),
    writes: calls
      .filter(({ method, effect }) => effect === "applied" && writing.test(method))
      .map(({ method, at, ms, ts, channel, args }) => ({
        at: `${channel ?? textArgument(args["channel"])} ${ts ?? textArgument(args["ts"])}`,
        what: method,
        ms: at,
        doneMs: at + ms,
        text: JSON.stringify(args),
      })),
    transcript: seen.map(
      ({ channel, threadTs = "", ts, userName, text }) => `${channel} ${threadTs} ${ts} ${userName}: ${text}`,
    ),
    complaints: [],
  };
}

function methodsOf(on: CallFault["on"]): string | readonly string[] {
  if (on === "any") return "*";
  if (on === "any write") return "chat.*";
  return typeof on === "string" ? methods[on] : on.map((one) => methods[one]);
}

function textArgument(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Channel and timestamp: the platform repeats timestamps across channels. */
function placeOf({ channel, ts }: SeenMessage): string {
  return `${channel} ${ts}`;
}

function textOf(message: SeenMessage): string {
  return message.text === "" ? JSON.stringify(message.blocks ?? []) : message.text;
}

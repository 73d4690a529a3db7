import type { ChannelRequest, ChannelRoute } from "../../src/core/channel.ts";
import { silentLog } from "../../src/core/log.ts";
import { createHttp } from "../../src/http/http.ts";
import { playgroundRoutes } from "../../src/http/playground.ts";
import { createMetrics } from "../../src/insights/metrics.ts";
import { startSimulatedWorkspace } from "../../simulators/simulated-workspace.ts";

/** What the little bot does when it is mentioned, or a button of its is pressed. */
export interface BotScript {
  mentioned?(bot: Bot, event: SlackEvent): Promise<void>;
  pressed?(bot: Bot, press: Press): Promise<void>;
  /** What was written into a form, by the names of its fields. */
  filled?(values: Readonly<Record<string, string>>): Promise<void>;
  commanded?(bot: Bot, form: URLSearchParams): Promise<void>;
}

export interface SlackEvent {
  readonly type: string;
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly thread_ts?: string;
  readonly text: string;
}

export interface Press {
  readonly user: string;
  readonly actionId: string;
  readonly value: string;
  readonly channel: string;
  readonly threadTs: string;
  /** Opens one form, within three seconds. */
  readonly trigger: string;
}

/** The Web API with the bot's token. */
export type Bot = (method: string, args: Record<string, unknown>) => Promise<Record<string, string>>;

/** The playground with a bot of a few lines behind it, in place of all of Baton. */
export async function openStage(script: BotScript = {}, port = 0) {
  const simulated = await startSimulatedWorkspace({ hasModel: true, platforms: ["slack"] });
  const workspace = simulated.workspaces.slack;
  if (workspace === undefined) throw new Error("no simulated Slack");
  const bot: Bot = async (method, args) => {
    const response = await fetch(new URL(method, simulated.env["SLACK_API_URL"]), {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        authorization: `Bearer ${simulated.env["SLACK_BOT_TOKEN"] ?? ""}`,
      },
      body: JSON.stringify(args),
    });
    const answer = (await response.json()) as Record<string, string> & { ok?: unknown };
    if (answer.ok !== true) throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const failures: unknown[] = [];
  const run = (work: Promise<void> | undefined): void => {
    work?.catch((error: unknown) => failures.push(error));
  };
  const http = createHttp({
    host: "127.0.0.1",
    port,
    routes: [
      door("/slack/events", (body) => {
        const { event } = JSON.parse(body) as {
          event?: SlackEvent & { channel_type?: string; bot_id?: string; subtype?: string };
        };
        const isDirect =
          event?.channel_type === "im" && event.bot_id === undefined && event.subtype === undefined;
        if (event !== undefined && (event.type === "app_mention" || isDirect))
          run(script.mentioned?.(bot, event));
      }),
      door("/slack/interactions", (body) => {
        const payload = JSON.parse(new URLSearchParams(body).get("payload") ?? "{}") as Interaction;
        if (payload.view === undefined) run(script.pressed?.(bot, toPress(payload)));
        else run(script.filled?.(toValues(payload.view)));
      }),
      door("/slack/commands", (body) => run(script.commanded?.(bot, new URLSearchParams(body)))),
    ],
    health: {
      database: async () => "healthy",
      redis: async () => "healthy",
      llm_api: async () => "healthy",
    },
    metrics: createMetrics(),
    log: silentLog,
    extra: playgroundRoutes([{ slug: "", name: "Acme", workspaces: simulated.workspaces }], {
      data: "./data",
    }),
  });
  await http.start();
  await simulated.connect(http.url);
  const [support] = workspace.describe().channels;
  return {
    url: http.url,
    workspace,
    bot,
    failures,
    support: support?.id ?? "",
    async close() {
      await http.stop(AbortSignal.timeout(2_000));
      await simulated.stop();
    },
  };
}

function door(path: string, take: (body: string) => void): ChannelRoute {
  const handle = async ({ body }: ChannelRequest) => {
    take(body.toString());
    return { status: 200 };
  };
  return { method: "POST", path, maxBodyBytes: 1_000_000, handle };
}

interface Interaction {
  readonly user: { readonly id: string };
  readonly channel: { readonly id: string };
  readonly container: { readonly thread_ts: string };
  readonly trigger_id: string;
  readonly actions: readonly { readonly action_id: string; readonly value: string }[];
  readonly view?: View;
}

interface View {
  readonly state: {
    readonly values: Readonly<
      Record<string, Record<string, { value?: string; selected_option?: { value: string } }>>
    >;
  };
}

function toPress({ user, channel, container, trigger_id: trigger, actions: [action] }: Interaction): Press {
  return {
    user: user.id,
    channel: channel.id,
    threadTs: container.thread_ts,
    actionId: action?.action_id ?? "",
    value: action?.value ?? "",
    trigger,
  };
}

function toValues({ state }: View): Record<string, string> {
  const fields = Object.entries(state.values).flatMap(([name, block]) =>
    Object.values(block).map((field) => [name, field.value ?? field.selected_option?.value ?? ""] as const),
  );
  return Object.fromEntries(fields);
}

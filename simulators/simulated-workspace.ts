import { startOpenAiSimulator } from "./openai/openai-simulator.ts";
import { toHappenings, toPageMessage, toTyped, type Happening, type PageMessage } from "./page-message.ts";
import type { Change } from "./slack/model.ts";
import type { SlackSimulator } from "./slack/simulator.ts";
import { startSlackSimulator } from "./slack/start-slack-simulator.ts";

/** How a simulated workspace is set up. */
export interface SimulatedWorkspaceOptions {
  /** Where Baton listens, when that is known already: the same as `connect` with its events door. */
  readonly baseUrl?: string | undefined;
  /** Whether a real model is set up; read from the environment when left out. */
  readonly hasModel?: boolean | undefined;
  readonly log?: { warn(fields: object, message: string): void } | undefined;
}

type PageChange =
  | { readonly kind: "message"; readonly version: number; readonly message: PageMessage }
  | { readonly kind: "status"; readonly channel: string; readonly threadTs: string; readonly status: string }
  | { readonly kind: "happening" }
  | { readonly kind: "reset" };

interface Place {
  readonly user: string;
  readonly channel: string;
}

/** What the playground's page may ask of the workspace and do in it. */
export interface PageWorkspace {
  describe(): {
    workspace: string;
    bot: { id: string; name: string };
    people: { id: string; name: string; realName: string; isStaff: boolean; directChannel: string }[];
    channels: { id: string; name: string }[];
    model: string;
  };
  messages(channel: string): { version: number; messages: PageMessage[] };
  message(channel: string, ts: string): PageMessage | undefined;
  file(id: string): { name: string; mimetype: string; content: Buffer } | undefined;
  says(
    say: Place & {
      readonly text: string;
      readonly threadTs?: string | undefined;
      readonly files?:
        | readonly {
            readonly name: string;
            readonly mimetype?: string | undefined;
            readonly content: Buffer;
          }[]
        | undefined;
    },
  ): { channel: string; ts: string };
  edits(edit: Place & { readonly ts: string; readonly text: string }): void;
  deletes(deletion: Place & { readonly ts: string }): void;
  reacts(reaction: Place & { readonly ts: string; readonly name: string; readonly remove: boolean }): void;
  clicks(
    click: Place & {
      readonly ts: string;
      readonly actionId: string;
      readonly blockId?: string | undefined;
      readonly value?: string | undefined;
    },
  ): Promise<{ problem?: string }>;
  commands(
    command: Place & { readonly command: string; readonly text: string },
  ): Promise<{ problem?: string }>;
  happenings(seq: number): Happening[];
  onChange(listener: (change: PageChange) => void): () => void;
}

/** A running simulated workspace. */
export interface SimulatedWorkspace {
  /** What Baton must be set up with to live in it. */
  readonly env: Record<string, string>;
  readonly workspace: PageWorkspace;
  /** The workspace's id, and the accounts in it that belong to staff. */
  readonly team: string;
  readonly staff: readonly { readonly name: string; readonly id: string }[];
  /** Events go to this address from now on; clicks and commands to its siblings `interactions` and `commands`. */
  connect(eventsUrl: string): void;
  /** Ends both platforms; safe to call twice. */
  stop(): Promise<void>;
}

// Slow enough to see the receipt come and go and the words arrive, fast enough not to wait.
const pace = { firstTokenMs: 400, tokensPerSecond: 40 };

/**
 * Starts a Slack workspace with three people in this process and, where no model is set up, a model stand-in:
 * enough for Baton to run without an account, a key or a network. All of it is forgotten at the stop.
 */
export async function startSimulatedWorkspace(
  options: SimulatedWorkspaceOptions = {},
): Promise<SimulatedWorkspace> {
  const slack = await startSlackSimulator({ historyLimit: 2_000 });
  const model =
    (options.hasModel ?? isModelConfigured(process.env))
      ? undefined
      : await startOpenAiSimulator({ ...pace, historyLimit: 200 });
  const connect = (eventsUrl: string): void => {
    slack.configure({
      requestUrl: eventsUrl,
      interactivityUrl: new URL("interactions", eventsUrl).href,
      commandUrl: new URL("commands", eventsUrl).href,
    });
  };
  if (options.baseUrl !== undefined) connect(new URL("/slack/events", options.baseUrl).href);
  const workspace = createPageWorkspace(slack, model === undefined ? "your own" : "stand-in", options.log);
  const staff = workspace.describe().people.filter(({ isStaff }) => isStaff);
  return {
    env: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.installation.botToken,
      SLACK_SIGNING_SECRET: slack.app.signingSecret,
      ...(model === undefined
        ? {}
        : { OPENAI_BASE_URL: model.baseURL, OPENAI_API_KEY: "sk-stand-in", OPENAI_MODEL: "gpt-4o-mini" }),
    },
    workspace,
    team: slack.installation.teamId,
    staff: staff.map(({ realName, id }) => ({ name: realName, id })),
    connect,
    async stop() {
      await Promise.all([slack.stop(), model?.stop()]);
    },
  };
}

function isModelConfigured(env: NodeJS.ProcessEnv): boolean {
  const names =
    env["AI_PROVIDER"] === "azure" ? ["AZURE_OPENAI_API_KEY"] : ["OPENAI_API_KEY", "OPENAI_BASE_URL"];
  return names.some((name) => (env[name] ?? "") !== "");
}

function createPageWorkspace(
  slack: SlackSimulator,
  model: string,
  log: SimulatedWorkspaceOptions["log"],
): PageWorkspace {
  const { state } = slack;
  const botId = (): string => slack.installation.botUserId;
  const feed = createFeed(slack);
  // Behind a call its events travel on; that one of them fails is no failure of the call.
  const follow = ({ delivered }: { readonly delivered: Promise<unknown> }): void => {
    delivered.catch((error: unknown) =>
      log?.warn({ error }, "simulated workspace: an event was not delivered"),
    );
  };
  const find = (channel: string, ts: string): PageMessage | undefined => {
    const { byTs } = state.findChannel(channel);
    const found = byTs.get(ts) ?? state.ephemerals.find((one) => one.ts === ts && one.channel === channel);
    return found === undefined ? undefined : toPageMessage(state.seen(found));
  };
  return {
    describe: () => ({
      workspace: state.teams.get(slack.installation.teamId)?.name ?? "",
      bot: { id: botId(), name: slack.installation.botName },
      people: [...state.users.values()]
        .filter((user) => !user.isBot && !user.deleted)
        .map(({ id, name, realName, isAdmin }) => ({
          id,
          name,
          realName,
          isStaff: isAdmin,
          directChannel: state.directChannel(id, botId()).id,
        })),
      channels: [...state.channels.values()]
        .filter(({ type, archived }) => type === "channel" && !archived)
        .map(({ id, name }) => ({ id, name })),
      model,
    }),
    messages: (channel) => ({
      version: feed.version(),
      messages: [...slack.messages(channel), ...slack.ephemerals(channel)].map(toPageMessage),
    }),
    message: find,
    file: (id) => state.files.get(id),
    says({ files, text, threadTs, ...place }) {
      const said = slack.userSays({
        ...place,
        text: toTyped(text),
        ...(threadTs === undefined ? {} : { threadTs }),
        ...(files === undefined || files.length === 0
          ? {}
          : {
              files: files.map(({ name, mimetype, content }) => ({
                name,
                content,
                ...(mimetype === undefined ? {} : { mimetype }),
              })),
            }),
      });
      follow(said);
      return { channel: said.channel, ts: said.ts };
    },
    edits: ({ text, ...edit }) => follow(slack.userEdits({ ...edit, text: toTyped(text) })),
    deletes: ({ channel, ts }) => follow(slack.userDeletes({ channel, ts })),
    reacts: (reaction) => follow(slack.reacts(reaction)),
    clicks: ({ ts, user, channel, actionId, blockId, value }) =>
      settle(() =>
        slack.clicks({
          user,
          channel,
          messageTs: ts,
          actionId,
          ...(blockId === undefined ? {} : { blockId }),
          ...(value === undefined ? {} : { value }),
        }),
      ),
    commands: (command) => settle(() => slack.slash(command)),
    happenings: (seq) => toHappenings(slack.history(), seq),
    onChange: feed.listen,
  };
}

/** What came of a click or a command, told to a person. */
async function settle(
  act: () => { readonly done: Promise<{ readonly status: number; readonly error?: string }> },
): Promise<{ problem?: string }> {
  try {
    const { status, error } = await act().done;
    if (error === undefined && status === 200) return {};
    return { problem: `Baton did not take it: ${error ?? `it answered ${status}`}` };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Numbers the changes, so that a page can tell which of two looks at a message is the later one. */
function createFeed(slack: SlackSimulator) {
  const listeners = new Set<(change: PageChange) => void>();
  let version = 0;
  slack.onChange((change) => {
    const told = toPageChange(change, () => (version += 1));
    if (told !== undefined) for (const listener of listeners) listener(told);
  });
  return {
    version: () => version,
    listen(listener: (change: PageChange) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function toPageChange(change: Change, nextVersion: () => number): PageChange | undefined {
  switch (change.kind) {
    case "message":
    case "stream":
    case "ephemeral":
      return { kind: "message", version: nextVersion(), message: toPageMessage(change.message) };
    case "call":
    case "delivery":
      return { kind: "happening" };
    case "status":
    case "reset":
      return change;
    case "view":
    case "prompts":
    case "channel":
      return undefined;
    default:
      throw new Error(`unknown change: ${JSON.stringify(change satisfies never)}`);
  }
}

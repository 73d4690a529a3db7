import {
  inOrder,
  lastHappenings,
  shorten,
  type Happening,
  type PageForm,
  type PageMessage,
} from "./page-message.ts";
import {
  createFeed,
  follow,
  isAbout,
  settle,
  type PageLog,
  type PageWorkspace,
  type Told,
} from "./page-workspace.ts";
import { listOf } from "./slack/interaction-elements.ts";
import { isRecord } from "./kit/is-record.ts";
import type { Change, SeenMessage, View } from "./slack/model.ts";
import type { CallRecord, DeliveryRecord } from "./slack/record.ts";
import type { SlackSimulator } from "./slack/simulator.ts";

/** One workspace of the simulated Slack, the first when none is named, as its page sees it. */
export function createSlackPage(
  slack: SlackSimulator,
  model: string,
  { log, teamId = slack.installation.teamId }: { readonly log?: PageLog; readonly teamId?: string } = {},
): PageWorkspace {
  const { state } = slack;
  const installation = () => state.installations.get(teamId) ?? slack.installation;
  const botId = (): string => installation().botUserId;
  const isHere = (channel: string): boolean => state.channels.get(channel)?.teamIds.includes(teamId) === true;
  const feed = createFeed();
  slack.onChange((change) => {
    const told = toTold(change);
    if (told !== undefined && isAbout(told, isHere)) feed.tell(told);
  });
  const find = (channel: string, ts: string): PageMessage | undefined => {
    const { byTs } = state.findChannel(channel);
    const found = byTs.get(ts) ?? state.ephemerals.find((one) => one.ts === ts && one.channel === channel);
    return found === undefined ? undefined : toPageMessage(state.seen(found));
  };
  return {
    describe: () => ({
      platform: "slack",
      workspace: state.teams.get(teamId)?.name ?? "",
      bot: { id: botId(), name: installation().botName },
      people: [...state.users.values()]
        .filter((user) => user.teamId === teamId && !user.isBot && !user.deleted)
        .map(({ id, name, realName, isAdmin }) => ({
          id,
          name,
          realName,
          isStaff: isAdmin,
          directChannel: state.directChannel(id, botId()).id,
        })),
      channels: [...state.channels.values()]
        .filter(({ id, archived }) => !archived && isHere(id))
        .flatMap(({ id, name, type, members }) => {
          if (type === "channel") return [{ id, name }];
          return type === "group" ? [{ id, name, members: [...members] }] : [];
        }),
      directThreads: true,
      thumb: "+1",
      commands: [],
      model,
    }),
    messages: (channel) => ({
      version: feed.version(),
      messages: [...slack.messages(channel), ...slack.ephemerals(channel)].map(toPageMessage),
    }),
    message: find,
    file: (id) => state.files.get(id),
    says({ files, text, threadTs, ...place }) {
      const uploads = files?.map(({ name, mimetype, content }) => ({
        name,
        content,
        ...(mimetype === undefined ? {} : { mimetype }),
      }));
      const said = slack.userSays({
        ...place,
        text: toTyped(text),
        ...(threadTs === undefined ? {} : { threadTs }),
        ...(uploads === undefined || uploads.length === 0 ? {} : { files: uploads }),
      });
      follow(said.delivered, log);
      return { channel: said.channel, ts: said.ts };
    },
    edits: ({ text, ...edit }) => follow(slack.userEdits({ ...edit, text: toTyped(text) }).delivered, log),
    deletes: ({ channel, ts }) => follow(slack.userDeletes({ channel, ts }).delivered, log),
    reacts: (reaction) => follow(slack.reacts(reaction).delivered, log),
    clicks: ({ ts, user, channel, actionId, blockId, value }) =>
      settle(() =>
        taken(
          slack.clicks({
            user,
            channel,
            messageTs: ts,
            actionId,
            ...(blockId === undefined ? {} : { blockId }),
            ...(value === undefined ? {} : { value }),
          }),
        ),
      ),
    forms: (user) =>
      slack
        .views()
        .filter((view) => view.open && view.user === user)
        .map(toPageForm),
    fills: ({ user, formId, values }) =>
      settle(() => taken(slack.submitsView({ user, viewId: formId, values }))),
    commands: (command) => settle(() => taken(slack.slash(command))),
    happenings: (seq) => {
      const { calls, deliveries } = slack.history();
      return inOrder(lastHappenings(seq, calls, fromCall), lastHappenings(seq, deliveries, fromDelivery));
    },
    onChange: feed.listen,
  };
}

async function taken(act: {
  readonly done: Promise<{ readonly status: number; readonly error?: string }>;
}): Promise<string | undefined> {
  const { status, error } = await act.done;
  return error ?? (status === 200 ? undefined : `it answered ${status}`);
}

function toTold(change: Change): Told | undefined {
  switch (change.kind) {
    case "message":
    case "stream":
    case "ephemeral":
      return { kind: "message", message: toPageMessage(change.message) };
    case "call":
    case "delivery":
      return { kind: "happening" };
    case "status":
    case "reset":
      return change;
    case "view":
      return change.what === "opened" ? { kind: "form", form: toPageForm(change.view) } : undefined;
    case "prompts":
    case "channel":
      return undefined;
    default:
      throw new Error(`unknown change: ${JSON.stringify(change satisfies never)}`);
  }
}

/** Only inputs of text, and menus, are drawn. */
function toPageForm({ id, user, content }: View): PageForm {
  return {
    id,
    user,
    title: wordsIn(content["title"]),
    submit: wordsIn(content["submit"]) || "Submit",
    fields: listOf(content["blocks"])
      .filter(isRecord)
      .filter(({ type, element }) => type === "input" && isRecord(element) && isDrawn(element))
      .map((block) => {
        const element = isRecord(block["element"]) ? block["element"] : {};
        return {
          name: String(block["block_id"] ?? element["action_id"] ?? ""),
          label: wordsIn(block["label"]),
          placeholder: wordsIn(element["placeholder"]),
          isLong: element["multiline"] === true,
          ...(element["type"] !== textInput && toMenu(element)),
        };
      }),
  };
}

const textInput = "plain_text_input";
const menus: readonly unknown[] = ["static_select", "radio_buttons"];

function isDrawn({ type }: Record<string, unknown>): boolean {
  return type === textInput || menus.includes(type);
}

function toMenu({ options, initial_option: first }: Record<string, unknown>) {
  return {
    options: listOf(options)
      .filter(isRecord)
      .map(({ value, text }) => ({ value: String(value), label: wordsIn(text) })),
    ...(isRecord(first) && { chosen: String(first["value"]) }),
  };
}

function wordsIn(object: unknown): string {
  return isRecord(object) && typeof object["text"] === "string" ? object["text"] : "";
}

/** Leaves out what the page does not draw, above all the timeline of a stream. */
function toPageMessage(seen: SeenMessage): PageMessage {
  return {
    channel: seen.channel,
    ts: seen.ts,
    at: Number(seen.ts) * 1_000,
    ...(seen.threadTs === undefined ? {} : { threadTs: seen.threadTs }),
    ...(seen.user === undefined ? {} : { user: seen.user }),
    userName: seen.userName,
    isBot: seen.isBot,
    text: seen.text,
    format: seen.stream === undefined ? "mrkdwn" : "markdown",
    // What people type is kept as text and blocks alike, and the text has what they meant by * and `.
    ...(seen.blocks === undefined || !seen.isBot ? {} : { blocks: seen.blocks }),
    ...(seen.files === undefined ? {} : { files: seen.files }),
    streaming: seen.streaming,
    broadcast: seen.subtype === "thread_broadcast",
    // Cards and lines of the bot change with what they tell of, which is no news.
    edited: seen.edited && !seen.isBot,
    deleted: seen.deleted,
    reactions: seen.reactions,
    ...(seen.ephemeralTo === undefined ? {} : { ephemeralTo: seen.ephemeralTo }),
  };
}

/** What a person typed, as the platform writes it down: its own markup escaped, addresses made links. */
function toTyped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\bhttps?:\/\/[^\s|@"'`]+[^\s|@"'`.,;:!?)\]}*_~]/g, (url) =>
      url.includes("&lt;") || url.includes("&gt;") ? url : `<${url}>`,
    );
}

function fromCall(call: CallRecord): Happening {
  const { seq, at, ms, method, ok, args } = call;
  const said = args["markdown_text"] ?? args["text"] ?? args["status"] ?? args["name"];
  const problem = call.error ?? (ok ? "" : `answered ${call.status}`);
  return { seq, at, ms, kind: "call", name: method, ok, detail: problem || shorten(said) };
}

function fromDelivery(delivery: DeliveryRecord): Happening {
  const { seq, at, ms, type, acked, attempt, what } = delivery;
  const retried = attempt > 1 ? `attempt ${attempt}` : "";
  const problem = acked ? "" : (delivery.error ?? `answered ${delivery.status}`);
  const detail = [what, retried, problem].filter((part) => part !== "").join(", ");
  return { seq, at, ms, kind: "delivery", name: type, ok: acked, detail };
}

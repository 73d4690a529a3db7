import { inOrder, lastHappenings, shorten, type Happening, type PageMessage } from "./page-message.ts";
import {
  createFeed,
  createTyping,
  follow,
  isAbout,
  settle,
  type PageLog,
  type PageUpload,
  type PageWorkspace,
  type Told,
} from "./page-workspace.ts";
import type { Change, Conversation, SeenMessage } from "./teams/model.ts";
import type { CallRecord, DeliveryRecord } from "./teams/record.ts";
import type { TeamsSimulator } from "./teams/simulator.ts";
import { baseOf } from "./teams/state.ts";

interface Stored {
  readonly name: string;
  readonly mimetype: string;
  readonly content: Buffer;
}

/** One tenant of the simulated Teams, the app's own when none is named, as its page sees it. */
export function createTeamsPage(
  teams: TeamsSimulator,
  model: string,
  { log, tenantId = teams.app.tenantId }: { readonly log?: PageLog; readonly tenantId?: string } = {},
): PageWorkspace {
  const { state } = teams;
  const isHere = (conversation: string): boolean =>
    state.conversations.get(baseOf(conversation))?.tenantId === tenantId;
  const feed = createFeed();
  const typing = createTyping(feed.tell);
  const files = new Map<string, Stored>();
  const toMessage = (seen: SeenMessage): PageMessage => toPageMessage(seen, files);
  teams.onChange((change) => {
    if (change.kind === "typing") {
      if (isHere(change.conversation)) typing.typing(change.conversation, change.rootId ?? "");
      return;
    }
    const told = toTold(change, toMessage);
    if (told === undefined || !isAbout(told, isHere)) return;
    if (told.kind === "message" && told.message.isBot)
      typing.said(told.message.channel, told.message.threadTs ?? "");
    feed.tell(told);
  });
  const spot = ({ channel, ts, user }: { channel: string; ts: string; user: string }) => ({
    conversation: channel,
    id: ts,
    user,
  });
  const find = (channel: string, ts: string): PageMessage | undefined => {
    const found = state.findConversation(channel).messages.get(ts);
    return found === undefined ? undefined : toMessage(state.seen(found));
  };
  return {
    describe: () => ({
      platform: "teams",
      workspace: state.tenants.get(tenantId)?.name ?? "",
      bot: { id: teams.botId, name: teams.app.name },
      people: [...state.people.values()]
        .filter((person) => person.tenantId === tenantId && !person.isBot)
        .map((person) => ({
          id: person.id,
          name: person.name.split(" ")[0] ?? person.name,
          realName: person.name,
          isStaff: person.isStaff,
          directChannel: state.personalChat(person).id,
        })),
      channels: [...state.conversations.values()]
        .filter((one) => one.kind === "channel" && one.tenantId === tenantId)
        .toSorted(helpdeskFirst)
        .map(({ id, name }) => ({ id, name })),
      directThreads: false,
      thumb: "like",
      commands: [],
      model,
    }),
    messages: (channel) => ({
      version: feed.version(),
      messages: teams.messages(channel).map(toMessage),
    }),
    message: find,
    file: (id) => files.get(id),
    says({ user, channel, text, threadTs, repliesTo, files: uploads = [] }) {
      const said = teams.userSays({
        user,
        conversation: channel,
        text,
        ...(threadTs === undefined ? {} : { thread: threadTs }),
        ...(repliesTo === undefined ? {} : { quotes: repliesTo }),
        files: uploads.map(({ name, mimetype, content }) => ({
          name,
          content,
          ...(mimetype === undefined ? {} : { contentType: mimetype }),
        })),
      });
      keepFiles(files, uploads, said.activity);
      follow(said.delivered, log);
      return { channel, ts: said.id };
    },
    edits({ text, ...place }) {
      const before = find(place.channel, place.ts)?.text ?? "";
      // Teams keeps the mention a message begins with; as typed it would be there twice.
      const mention = before.startsWith(`<at>${teams.app.name}</at>`) ? `@${teams.app.name} ` : "";
      const rest = text.startsWith(mention) ? text.slice(mention.length) : text;
      follow(teams.userEdits({ ...spot(place), text: rest }).delivered, log);
    },
    deletes: (place) => follow(teams.userDeletes(spot(place)).delivered, log),
    reacts: ({ name, remove, ...place }) =>
      follow(teams.reacts({ ...spot(place), type: name, remove }).delivered, log),
    clicks: ({ user, channel, ts, actionId, blockId, value }) =>
      settle(async () => {
        const click = { user, conversation: channel, messageId: ts, action: actionId, ...toInputs(value) };
        if (blockId === "Action.Execute") return answered(await teams.executes(click).done);
        const records = await teams.clicks(click).delivered;
        const last = records.at(-1);
        return last === undefined || last.acked ? undefined : toProblem(last);
      }),
    // A form unfolds on its card, and comes back with the click.
    forms: () => [],
    fills: async () => ({ problem: "Teams shows no such form." }),
    commands: async () => ({ problem: "Teams has no slash commands for apps: write to the bot instead." }),
    happenings: (seq) => {
      const { calls, deliveries } = teams.history();
      return inOrder(lastHappenings(seq, calls, fromCall), lastHappenings(seq, deliveries, fromDelivery));
    },
    onChange: feed.listen,
  };
}

/** Where questions are asked stands first. */
function helpdeskFirst(a: Conversation, b: Conversation): number {
  return Number(b.name === "Helpdesk") - Number(a.name === "Helpdesk");
}

/** A card's inputs travel as one JSON object. */
function toInputs(value: string | undefined): { inputs?: Record<string, unknown> } {
  if (value === undefined || value === "") return {};
  const inputs: unknown = JSON.parse(value);
  return typeof inputs === "object" && inputs !== null ? { inputs: { ...inputs } } : {};
}

function answered({ status }: { readonly status: number }): string | undefined {
  return status >= 200 && status < 300 ? undefined : `it answered ${status}`;
}

function toProblem({ error, status }: DeliveryRecord): string {
  return error ?? `it answered ${status}`;
}

const fileType = "application/vnd.microsoft.teams.file.download.info";

function keepFiles(
  files: Map<string, Stored>,
  uploads: readonly PageUpload[],
  activity: Readonly<Record<string, unknown>>,
): void {
  const attachments = Array.isArray(activity["attachments"]) ? activity["attachments"] : [];
  const ids = attachments.flatMap(fileIdOf);
  uploads.forEach(({ name, mimetype, content }, index) => {
    const id = ids[index];
    if (id !== undefined) files.set(id, { name, mimetype: mimetype ?? "application/octet-stream", content });
  });
}

function fileIdOf(attachment: unknown): string[] {
  if (typeof attachment !== "object" || attachment === null) return [];
  const { contentType, content } = attachment as { contentType?: unknown; content?: { uniqueId?: unknown } };
  return contentType === fileType && typeof content?.uniqueId === "string" ? [content.uniqueId] : [];
}

function toTold(change: Change, toMessage: (seen: SeenMessage) => PageMessage): Told | undefined {
  switch (change.kind) {
    case "message":
    case "stream":
      return { kind: "message", message: toMessage(change.message) };
    case "call":
    case "delivery":
      return { kind: "happening" };
    case "reset":
      return change;
    case "typing":
    case "conversation":
      return undefined;
    default:
      throw new Error(`unknown change: ${JSON.stringify(change satisfies never)}`);
  }
}

function toPageMessage(seen: SeenMessage, files: ReadonlyMap<string, Stored>): PageMessage {
  const attached = seen.attachments.flatMap(fileIdOf).flatMap((id) => {
    const file = files.get(id);
    return file === undefined
      ? []
      : [{ id, name: file.name, mimetype: file.mimetype, size: file.content.length }];
  });
  return {
    channel: seen.conversation,
    ts: seen.id,
    at: seen.createdAt,
    ...(seen.rootId === undefined ? {} : { threadTs: seen.rootId }),
    user: seen.from,
    userName: seen.fromName,
    isBot: seen.isBot,
    text: seen.text,
    format: seen.textFormat === "plain" ? "plain" : "markdown",
    ...(seen.cards.length === 0 ? {} : { cards: seen.cards }),
    ...(attached.length === 0 ? {} : { files: attached }),
    streaming: seen.streaming,
    broadcast: false,
    edited: seen.edited,
    deleted: seen.deleted,
    reactions: seen.reactions.map(({ type, users }) => ({ name: type, users })),
  };
}

function fromCall({ seq, at, ms, operation, status, error, body }: CallRecord): Happening {
  const ok = status >= 200 && status < 300;
  const problem = error ?? (ok ? "" : `answered ${status}`);
  const { text, type } = toWords(body);
  return {
    seq,
    at,
    ms,
    kind: "call",
    name: operation,
    ok,
    detail: problem || shorten(text) || shorten(type),
  };
}

function toWords(body: unknown): { readonly text?: unknown; readonly type?: unknown } {
  return typeof body === "object" && body !== null ? body : {};
}

function fromDelivery(delivery: DeliveryRecord): Happening {
  const { seq, at, ms, type, acked, attempt, activity } = delivery;
  const retried = attempt > 1 ? `attempt ${attempt}` : "";
  const detail = [shorten(activity["text"]), retried, acked ? "" : toProblem(delivery)];
  return {
    seq,
    at,
    ms,
    kind: "delivery",
    name: type,
    ok: acked,
    detail: detail.filter((part) => part !== "").join(", "),
  };
}

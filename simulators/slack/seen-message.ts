import type { Channel, Installation, Message, SeenMessage, StoredFile, User } from "./model.ts";

/** Who is who, as far as showing a message needs it. */
interface People {
  readonly users: ReadonlyMap<string, User>;
  botOf(botId: string): Installation | undefined;
}

/** The message as a person sees it, with its whole history. A copy: later changes do not show in it. */
export function toSeenMessage(people: People, message: Message): SeenMessage {
  const user = message.user === undefined ? undefined : people.users.get(message.user);
  return {
    channel: message.channel,
    ts: message.ts,
    ...defined("threadTs", message.threadTs),
    ...defined("user", message.user),
    ...defined("botId", message.botId),
    userName: message.username ?? user?.name ?? "unknown",
    text: message.text,
    ...defined("blocks", message.blocks),
    ...defined("attachments", message.attachments),
    ...(message.files === undefined
      ? {}
      : {
          files: message.files.map(({ id, name, mimetype, content }) => ({
            id,
            name,
            mimetype,
            size: content.length,
          })),
        }),
    ...defined("subtype", message.subtype),
    isBot: message.botId !== undefined,
    streaming: message.stream?.state === "in_progress",
    ...(message.stream === undefined
      ? {}
      : { stream: { ...message.stream, appends: message.stream.appends.slice() } }),
    edited: message.edited !== undefined,
    edits: message.edits.slice(),
    deleted: message.deleted === true,
    reactions: message.reactions.map(({ name, users }) => ({ name, users: users.slice() })),
    ...defined("metadata", message.metadata),
    ...defined("ephemeralTo", message.ephemeralTo),
    createdAt: message.createdAt,
    changedAt: message.changedAt,
  };
}

/** The message as the Web API and the events carry it. `baseUrl` is where its files are served. */
export function toWireMessage(
  people: People,
  channel: Channel,
  message: Message,
  options: { baseUrl: string; metadata: boolean },
): Record<string, unknown> {
  const root = message.threadTs === undefined ? undefined : channel.byTs.get(message.threadTs);
  const replies = channel.threads.get(message.ts)?.filter((reply) => reply.deleted !== true) ?? [];
  if (message.deleted === true) return tombstone(message, replies);
  return {
    ...(message.user === undefined ? {} : { user: message.user }),
    type: "message",
    ...(message.subtype === undefined ? {} : { subtype: message.subtype }),
    ts: message.ts,
    ...(message.clientMsgId === undefined ? {} : { client_msg_id: message.clientMsgId }),
    ...(message.botId === undefined ? {} : { bot_id: message.botId }),
    ...(message.appId === undefined ? {} : { app_id: message.appId }),
    ...(message.username === undefined ? {} : { username: message.username }),
    text: message.text,
    team: message.teamId,
    ...botProfile(people, message),
    ...(message.edited === undefined ? {} : { edited: message.edited }),
    ...(message.threadTs === undefined
      ? {}
      : { thread_ts: message.threadTs, ...(root?.user === undefined ? {} : { parent_user_id: root.user }) }),
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    ...(message.files === undefined
      ? {}
      : { files: message.files.map((file) => toWireFile(file, options.baseUrl)), upload: false }),
    ...(message.stream === undefined ? {} : { streaming_state: message.stream.state }),
    ...(message.reactions.length === 0
      ? {}
      : {
          reactions: message.reactions.map(({ name, users }) => ({
            name,
            users: users.slice(),
            count: users.length,
          })),
        }),
    ...(options.metadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...threadSummary(message, replies),
  };
}

/** The file object of messages and of `files.info`. */
export function toWireFile(file: StoredFile, baseUrl: string): Record<string, unknown> {
  const extension = file.name.includes(".") ? file.name.slice(file.name.lastIndexOf(".") + 1) : "";
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension,
    pretty_type: extension.toUpperCase(),
    user: file.user,
    user_team: file.teamId,
    editable: false,
    size: file.content.length,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
    url_private: `${baseUrl}/files-pri/${file.teamId}-${file.id}/${encodeURIComponent(file.name)}`,
    url_private_download: `${baseUrl}/files-pri/${file.teamId}-${file.id}/download/${encodeURIComponent(file.name)}`,
    permalink: `${baseUrl}/files/${file.user}/${file.id}/${encodeURIComponent(file.name)}`,
    file_access: "visible",
  };
}

function threadSummary(message: Message, replies: readonly Message[]): Record<string, unknown> {
  if (replies.length === 0) return {};
  const users = [...new Set(replies.map((reply) => reply.user).filter((user) => user !== undefined))];
  return {
    thread_ts: message.ts,
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts,
    reply_users: users,
    is_locked: false,
    subscribed: false,
  };
}

function tombstone(message: Message, replies: readonly Message[]): Record<string, unknown> {
  return {
    type: "message",
    subtype: "tombstone",
    text: "This message was deleted.",
    user: "USLACKBOT",
    hidden: true,
    ts: message.ts,
    ...threadSummary(message, replies),
  };
}

function botProfile(people: People, message: Message): Record<string, unknown> {
  if (message.botId === undefined || message.appId === undefined) return {};
  const installation = people.botOf(message.botId);
  if (installation === undefined) return {};
  return {
    bot_profile: {
      id: message.botId,
      deleted: false,
      name: installation.botName,
      updated: 1_766_422_444,
      app_id: message.appId,
      user_id: installation.botUserId,
      icons: {
        image_36: "https://a.slack-edge.com/80588/img/plugins/app/bot_36.png",
        image_48: "https://a.slack-edge.com/80588/img/plugins/app/bot_48.png",
        image_72: "https://a.slack-edge.com/80588/img/plugins/app/service_72.png",
      },
      team_id: installation.teamId,
    },
  };
}

function defined<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>);
}

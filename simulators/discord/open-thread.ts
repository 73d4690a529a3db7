import type { Channel, Message } from "./model.ts";
import type { Platform } from "./platform.ts";
import type { DispatchRecord } from "./record.ts";

const hasThread = 1 << 5;

/** How a thread comes to be. */
export interface ThreadDraft {
  readonly ownerId: string;
  readonly name: string;
  readonly type?: 10 | 11 | 12;
  readonly autoArchiveMinutes?: number;
  readonly appliedTags?: readonly string[];
  /** The message it hangs on, whose id it takes. */
  readonly on?: Message;
}

/** Opens a thread and tells of it: THREAD_CREATE, the owner's joining, and what shows of it in the channel. */
export function openThread(
  platform: Platform,
  parent: Channel,
  draft: ThreadDraft,
): { readonly thread: Channel; readonly told: Promise<DispatchRecord[]> } {
  const { state, publisher } = platform;
  const { ownerId, on } = draft;
  const now = Date.now();
  const joined = on === undefined ? [ownerId] : [ownerId, on.authorId];
  const thread = state.addChannel({
    type: draft.type ?? (parent.type === 5 ? 10 : 11),
    name: draft.name,
    parentId: parent.id,
    ...(parent.guildId === undefined ? {} : { guildId: parent.guildId }),
    ...(on === undefined ? {} : { id: on.id }),
    thread: {
      ownerId,
      createdAt: now,
      members: new Map(joined.map((id) => [id, { joinedAt: now }])),
      appliedTags: draft.appliedTags ?? [],
      archived: false,
      locked: false,
      archivedAt: now,
      autoArchiveMinutes: draft.autoArchiveMinutes ?? 1440,
      messageCount: 0,
      totalMessages: 0,
    },
  });
  const told = [publisher.threadOpened(thread)];
  if (on !== undefined) told.push(...startOn(platform, { parent, thread, on }));
  else if (parent.type !== 15) told.push(announce(platform, { parent, thread, ownerId }));
  if (ownerId === state.app.botUserId) told.push(publisher.threadMembers(thread, { added: joined }));
  return { thread, told: Promise.all(told).then((records) => records.flat()) };
}

/** The message it hangs on shows the thread; within, the first line points back. */
function startOn(
  { state, publisher }: Platform,
  { parent, thread, on }: { parent: Channel; thread: Channel; on: Message },
): Promise<DispatchRecord[]>[] {
  on.threadId = thread.id;
  on.flags |= hasThread;
  const starter = state.post(thread, {
    authorId: on.authorId,
    type: 21,
    reference: { messageId: on.id, channelId: parent.id },
  });
  return [publisher.edited(on), publisher.posted(starter)];
}

/** "… started a thread", in the channel. */
function announce(
  { state, publisher }: Platform,
  { parent, thread, ownerId }: { parent: Channel; thread: Channel; ownerId: string },
): Promise<DispatchRecord[]> {
  const notice = state.post(parent, {
    authorId: ownerId,
    type: 18,
    text: thread.name,
    reference: { messageId: thread.id, channelId: thread.id },
  });
  return publisher.posted(notice);
}

/** Archives, locks or brings back a thread. */
export function changeThread(
  { publisher }: Platform,
  thread: Channel,
  change: { readonly archived?: boolean; readonly locked?: boolean },
): Promise<DispatchRecord[]> {
  const state = thread.thread;
  if (state === undefined) throw new Error(`discord simulator: ${thread.id} is no thread`);
  if (change.archived !== undefined) {
    state.archived = change.archived;
    state.archivedAt = Date.now();
  }
  if (change.locked !== undefined) state.locked = change.locked;
  return publisher.threadChanged(thread);
}

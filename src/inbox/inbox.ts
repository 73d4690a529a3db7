import type {
  Accept,
  Accepted,
  ActionEnvelope,
  CommandEnvelope,
  DeleteEnvelope,
  EditEnvelope,
  Envelope,
  MessageEnvelope,
  ReactionEnvelope,
} from "../core/envelope.ts";
import type { ConversationId, InstallationId, MessageId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Database, Query, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { InstallationDirectory, Route } from "../tenants/installations.ts";
import { forgetMessage } from "./forget-message.ts";
import { conversationIdOf, conversationKeyOf, messageIdOf } from "./conversation-key.ts";
import {
  deleteMessage,
  editMessage,
  lockMessage,
  type LockedMessage,
  noteEvent,
  storeInbound,
  type InboundRow,
} from "./inbox-store.ts";
import type { HeldMessages } from "./held-messages.ts";
import { createOvertaken } from "./overtaken.ts";
import { createRecentlyTaken } from "./recently-taken.ts";
import {
  contentPurpose,
  parseMessageContent,
  returnPathPurpose,
  type MessageContent,
} from "./message-content.ts";

/** A conversation in which something new is to be looked at. */
export interface Arrival {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly channel: Envelope["channel"];
  readonly correlationId: string;
  /** It may change who has the baton, so it must not wait behind a running turn. */
  readonly urgent: boolean;
}

/** A reaction, with what its message may be to us. */
export interface Reaction {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
  readonly sender: string;
  readonly emoji: string;
  /** The message as ours, should we have it. */
  readonly messageId: MessageId;
  /** The platform's own id of it. */
  readonly targetId: string;
  /** Conversations it may stand in, should we not. */
  readonly conversations: readonly ConversationId[];
}

/** The control a reaction is. */
export interface Reacted {
  readonly conversationId: ConversationId;
  readonly action: string;
  /** What was reacted to, where it is a message somebody wrote. */
  readonly messageId: MessageId | undefined;
}

/** The way in. One transaction per envelope; what was accepted is never lost and never taken in twice. */
export interface Inbox {
  readonly accept: Accept;
}

export interface InboxParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly installations: Pick<InstallationDirectory, "route">;
  /** Rings the doorbell. Called after the commit; must not throw and is not waited for. */
  readonly onArrival: (arrival: Arrival) => void;
  /**
   * Called when a message that calls the bot was overtaken, or took long to come: what was said after it came before
   * it, and was nobody's then.
   */
  readonly onLateBeginning: (message: MessageEnvelope) => void;
  /** Where a channel's platform does not tell later what was said, follow-ups wait here for the message they follow. */
  readonly held: HeldMessages;
  readonly readsBack: (channel: Envelope["channel"]) => boolean;
  /** Where colleagues see what people wrote: what they change or take back changes there, too. */
  readonly rooms: {
    /** In the transaction that changes the message. True where it stands in a room. */
    edited(sql: Sql, tenantId: TenantId, message: MessageId): Promise<boolean>;
    /** Called after the commit; must not reject. */
    soon(tenantId: TenantId, conversation: ConversationId): Promise<void>;
  };
  /** The control a colleague's reaction stands for; undefined where it is a mere reaction. */
  readonly reacted: (reaction: Reaction) => Promise<Reacted | undefined>;
  /** Called for what has no conversation: an installation that ended, a platform that held events back. */
  readonly onMembership: (envelope: Extract<Envelope, { kind: "membership" }>, route: Route) => void;
  /** Called when a conversation has begun, for the counters. */
  readonly onBeginning: (envelope: Envelope) => void;
  readonly count: (what: "accepted" | "duplicate" | "ignored", channel: Envelope["channel"]) => void;
  readonly log: Log;
}

const maxTextLength = 40_000;
// Platforms deliver within a second; what takes longer was held up, or sent again.
const lateMs = 1_000;

export function createInbox(parts: InboxParts): Inbox {
  const { database, sealer, installations, onArrival, onMembership, log } = parts;
  const recent = createRecentlyTaken();
  const overtaken = createOvertaken();

  async function accept(envelope: Envelope): Promise<Accepted> {
    const route = await installations.route(envelope.channel, envelope.installation);
    const accepted =
      route === undefined ? ignored("nobody installed this workspace") : await take(envelope, route);
    parts.count(accepted.kind, envelope.channel);
    const { correlationId, channel, kind } = envelope;
    log.debug(
      { correlationId, channel, kind, accepted: accepted.kind, tenantId: route?.tenantId },
      "envelope taken",
    );
    return accepted;
  }

  async function take(envelope: Envelope, route: Route): Promise<Accepted> {
    switch (envelope.kind) {
      case "message":
        return takeMessage(envelope, route);
      case "action":
      case "command":
        return takeControl(envelope, route);
      case "edit":
        return takeEdit(envelope, route);
      case "delete":
        return takeDelete(envelope, route);
      case "reaction":
        return takeReaction(envelope, route);
      case "membership":
        return takeNote(envelope, route);
      default:
        throw new Error(`unknown envelope: ${JSON.stringify(envelope satisfies never)}`);
    }
  }

  async function takeMessage(envelope: MessageEnvelope, route: Route): Promise<Accepted> {
    if (envelope.sender.kind === "self") return ignored("own message");
    const content: MessageContent = {
      text: envelope.text.slice(0, maxTextLength),
      name: envelope.sender.name,
      addressed: envelope.addressed,
      mentionsOthers: envelope.mentionsOthers,
      inThread: envelope.inThread,
      ...(envelope.attachments.length > 0 && { attachments: envelope.attachments }),
    };
    return store(envelope, route, "message", content, envelope.addressed !== "none");
  }

  async function takeControl(envelope: ActionEnvelope | CommandEnvelope, route: Route): Promise<Accepted> {
    const content: MessageContent =
      envelope.kind === "action"
        ? { text: "", action: { name: envelope.action, value: envelope.value }, fields: envelope.fields }
        : { text: envelope.text.slice(0, maxTextLength), addressed: "mention", whisper: true };
    return store(envelope, route, envelope.kind, content, true);
  }

  function store(
    envelope: MessageEnvelope | ActionEnvelope | CommandEnvelope,
    route: Route,
    kind: InboundRow["kind"],
    content: MessageContent,
    mayBegin: boolean,
  ): Promise<Accepted> {
    const key = `${route.installationId}:${envelope.place.space}:${envelope.id}`;
    return recent.once(key, () => keep(envelope, route, kind, content, mayBegin));
  }

  async function keep(
    envelope: MessageEnvelope | ActionEnvelope | CommandEnvelope,
    route: Route,
    kind: InboundRow["kind"],
    content: MessageContent,
    mayBegin: boolean,
  ): Promise<Accepted> {
    const seal = await sealer.forTenant(route.tenantId);
    const key = conversationKeyOf(envelope, route.installationId);
    const row: InboundRow = {
      envelope,
      route,
      key,
      kind,
      content: sealContent(seal, content),
      raw: envelope.raw === undefined ? undefined : seal.seal("message.raw", JSON.stringify(envelope.raw)),
      contactName:
        envelope.sender.name === undefined ? undefined : seal.seal("contact.name", envelope.sender.name),
      returnPath:
        envelope.returnPath === undefined ? undefined : seal.seal(returnPathPurpose, envelope.returnPath),
      mayBegin,
    };
    const again = () => store(envelope, route, kind, content, mayBegin);
    let stored = await storeInbound(database, row);
    if (stored.kind === "unknown" && overtaken.missed(key.conversationId, { said: envelope.id, again }))
      stored = await storeInbound(database, row);
    if (stored.kind === "unknown" && mustHold(envelope)) {
      await parts.held.hold({ ...key, tenantId: route.tenantId, id: key.messageId(envelope.id), envelope });
      // The conversation may have begun meanwhile, in a process that looked before this was held.
      stored = await storeInbound(database, row);
    }
    if (stored.kind === "unknown") return ignored("a conversation we have no part in");
    if (stored.kind === "duplicate") {
      if (mayBegin) await takeWhatFollows(envelope, route, key.conversationId);
      return { kind: "duplicate" };
    }
    if (stored.begins) parts.onBeginning(envelope);
    announce(envelope, route, key.conversationId, kind !== "message" || stored.role === "staff");
    if (envelope.kind === "message" && mayHaveHolesBehind(envelope, stored, key.conversationId))
      parts.onLateBeginning(envelope);
    if (mayBegin) await takeWhatFollows(envelope, route, key.conversationId);
    return { kind: "accepted" };
  }

  function mustHold(envelope: Envelope): envelope is MessageEnvelope {
    return envelope.kind === "message" && envelope.inThread && !parts.readsBack(envelope.channel);
  }

  /** What was said after a message that calls the bot, and came by before it. */
  async function takeWhatFollows(envelope: Envelope, route: Route, id: ConversationId): Promise<void> {
    await overtaken.takeMissed(id, envelope.id);
    if (envelope.kind !== "message" || envelope.place.audience === "direct") return;
    if (parts.readsBack(envelope.channel)) return;
    const held = await parts.held.after(route.tenantId, id, envelope.id);
    if (held.length === 0) return;
    for (const message of held) await takeMessage(message.envelope, route);
    await parts.held.release(
      route.tenantId,
      held.map((message) => message.id),
    );
  }

  /** What was said right after this message may have come by while nobody knew that it was meant for us. */
  function mayHaveHolesBehind(
    envelope: MessageEnvelope,
    stored: { readonly begins: boolean; readonly isOvertaken: boolean },
    id: ConversationId,
  ): boolean {
    if (stored.begins) return overtaken.begins(id) || isLate(envelope);
    // Where everything is said to the bot nothing is passed over.
    return stored.isOvertaken && envelope.addressed === "mention";
  }

  function takeEdit(envelope: EditEnvelope, route: Route): Promise<Accepted> {
    return change(envelope, route, (seal, id, before) => {
      if (before.edited_at !== null && before.edited_at >= envelope.sentAt) return undefined;
      const content = parseMessageContent(seal.open(contentPurpose, before.content));
      const edited = sealContent(seal, { ...content, text: envelope.text.slice(0, maxTextLength) });
      return editMessage(route.tenantId, id, edited, envelope.sentAt);
    });
  }

  function takeDelete(envelope: DeleteEnvelope, route: Route): Promise<Accepted> {
    return change(envelope, route, (seal, id) =>
      deleteMessage(route.tenantId, id, sealContent(seal, { text: "" }), envelope.sentAt),
    );
  }

  /** Changes a message we have; one that is still open makes its turn look again. */
  async function change(
    envelope: EditEnvelope | DeleteEnvelope,
    route: Route,
    toQuery: (seal: TenantSeal, id: MessageId, before: LockedMessage) => Query | undefined,
  ): Promise<Accepted> {
    const seal = await sealer.forTenant(route.tenantId);
    const key = conversationKeyOf(envelope, route.installationId);
    const id = key.messageId(envelope.targetId);
    let isInRoom = false;
    const rung = await database.withTenant(route.tenantId, async (sql) => {
      const before = await lockMessage(sql, route.tenantId, key.conversationId, id);
      if (before === undefined || before.deleted_at !== null) return undefined;
      const query = toQuery(seal, id, before);
      if (query === undefined) return [];
      const looksAgain = await sql.query(query);
      await forgetMessage(sql, seal, { tenantId: route.tenantId, id });
      isInRoom = await parts.rooms.edited(sql, route.tenantId, id);
      return looksAgain;
    });
    if (rung === undefined)
      return ignored(
        envelope.kind === "edit" ? "an edit of a message we do not have" : "a message we do not have",
      );
    if (rung.length > 0) announce(envelope, route, key.conversationId, false);
    if (isInRoom) void parts.rooms.soon(route.tenantId, key.conversationId);
    return { kind: "accepted" };
  }

  async function takeReaction(envelope: ReactionEnvelope, route: Route): Promise<Accepted> {
    const control = envelope.added ? await controlOf(envelope, route) : undefined;
    if (control === undefined) return takeNote(envelope, route);
    const { conversationId, action, messageId } = control;
    const content: MessageContent = {
      text: "",
      action: { name: action, value: "" },
      ...(messageId !== undefined && { fields: { message: messageId } }),
    };
    const seal = await sealer.forTenant(route.tenantId);
    const key = { ...conversationKeyOf(envelope, route.installationId), conversationId };
    const stored = await storeInbound(database, {
      envelope,
      route,
      key,
      kind: "action",
      content: sealContent(seal, content),
      raw: undefined,
      contactName: undefined,
      returnPath: undefined,
      mayBegin: false,
    });
    if (stored.kind !== "new") return { kind: "duplicate" };
    announce(envelope, route, conversationId, true);
    return { kind: "accepted" };
  }

  /** Some platforms tell the message alone: then it is looked for, also as the one a thread began with. */
  function controlOf({ place, targetId, sender, emoji }: ReactionEnvelope, route: Route) {
    const { tenantId, installationId } = route;
    const { space, thread } = place;
    const threads = [...new Set([thread, targetId])];
    return parts.reacted({
      tenantId,
      installationId,
      sender: sender.id,
      emoji,
      targetId,
      messageId: messageIdOf(installationId, space, targetId),
      conversations: threads.map((one) => conversationIdOf(installationId, { space, thread: one })),
    });
  }

  async function takeNote(
    envelope: Extract<Envelope, { kind: "reaction" | "membership" }>,
    route: Route,
  ): Promise<Accepted> {
    const { channel, place } = envelope;
    const what =
      envelope.kind === "reaction"
        ? { emoji: envelope.emoji, added: envelope.added, target: envelope.targetId }
        : { change: envelope.change };
    await database.statement(
      route.tenantId,
      noteEvent(route.tenantId, envelope.kind, { channel, space: place.space, ...what }),
    );
    if (envelope.kind === "membership") onMembership(envelope, route);
    return { kind: "accepted" };
  }

  function announce(envelope: Envelope, route: Route, conversationId: ConversationId, urgent: boolean): void {
    const { channel, correlationId } = envelope;
    onArrival({ tenantId: route.tenantId, conversationId, channel, correlationId, urgent });
  }

  return { accept };
}

function isLate({ sentAt }: MessageEnvelope): boolean {
  return Date.now() - sentAt.getTime() > lateMs;
}

function sealContent(seal: TenantSeal, content: MessageContent): Buffer {
  return seal.seal(contentPurpose, JSON.stringify(content));
}

function ignored(reason: string): Accepted {
  return { kind: "ignored", reason };
}

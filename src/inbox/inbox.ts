import type {
  Accept,
  Accepted,
  ActionEnvelope,
  CommandEnvelope,
  Envelope,
  MessageEnvelope,
  ReactionEnvelope,
  TypingEnvelope,
} from "../core/envelope.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";
import type { InstallationDirectory, Route } from "../tenants/installations.ts";
import { createMessageChanges, type MessageRooms } from "./change-message.ts";
import { conversationKeyOf } from "./conversation-key.ts";
import { noteEvent, storeInbound, type InboundRow } from "./inbox-store.ts";
import type { HeldMessages } from "./held-messages.ts";
import { createOvertaken } from "./overtaken.ts";
import { toReaction, type Reacted, type Reaction } from "./reaction.ts";
import { createRecentlyTaken } from "./recently-taken.ts";
import { returnPathPurpose, sealContent, toKeptText, type MessageContent } from "./message-content.ts";

/** A conversation in which something new is to be looked at. */
export interface Arrival {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly channel: Envelope["channel"];
  readonly correlationId: string;
  /** It may change who has the baton, so it must not wait behind a running turn. */
  readonly urgent: boolean;
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
  readonly rooms: MessageRooms;
  /** The control a colleague's reaction stands for; undefined where it is a mere reaction, or was taken away. */
  readonly reacted: (reaction: Reaction) => Promise<Reacted | undefined>;
  /** Called when somebody types; must not throw and is not waited for. */
  readonly typed: (typed: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly sender: string;
  }) => void;
  /** Called for what has no conversation: an installation that ended, a platform that held events back. */
  readonly onMembership: (envelope: Extract<Envelope, { kind: "membership" }>, route: Route) => void;
  /** Called when a conversation has begun, for the counters. */
  readonly onBeginning: (envelope: Envelope) => void;
  readonly count: (what: "accepted" | "duplicate" | "ignored", channel: Envelope["channel"]) => void;
  readonly log: Log;
}

// Platforms deliver within a second; what takes longer was held up, or sent again.
const lateMs = 1_000;

export function createInbox(parts: InboxParts): Inbox {
  const { database, sealer, installations, onArrival, onMembership, log } = parts;
  const recent = createRecentlyTaken();
  const overtaken = createOvertaken();
  const changes = createMessageChanges({ ...parts, announce });

  async function accept(envelope: Envelope): Promise<Accepted> {
    const route = await installations.route(envelope.channel, envelope.installation);
    if (envelope.kind === "typing") return hearTyping(envelope, route);
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

  function hearTyping(envelope: TypingEnvelope, route: Route | undefined): Accepted {
    if (route !== undefined && envelope.sender.kind === "user") {
      const { conversationId } = conversationKeyOf(envelope, route.installationId);
      parts.typed({ tenantId: route.tenantId, conversationId, sender: envelope.sender.id });
    }
    return ignored("somebody types");
  }

  async function take(envelope: Exclude<Envelope, TypingEnvelope>, route: Route): Promise<Accepted> {
    switch (envelope.kind) {
      case "message":
        return takeMessage(envelope, route);
      case "action":
      case "command":
        return takeControl(envelope, route);
      case "edit":
        return changes.edit(envelope, route);
      case "delete":
        return changes.delete(envelope, route);
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
      text: toKeptText(envelope.text),
      name: envelope.sender.name,
      addressed: envelope.addressed,
      mentionsOthers: envelope.mentionsOthers,
      inThread: envelope.inThread,
      ...(envelope.attachments.length > 0 && { attachments: envelope.attachments }),
      ...(envelope.repliesTo !== undefined && { repliesTo: envelope.repliesTo }),
    };
    return store(envelope, route, "message", content, envelope.addressed !== "none");
  }

  async function takeControl(envelope: ActionEnvelope | CommandEnvelope, route: Route): Promise<Accepted> {
    const content: MessageContent =
      envelope.kind === "action"
        ? { text: "", action: { name: envelope.action, value: envelope.value }, fields: envelope.fields }
        : { text: toKeptText(envelope.text), addressed: "mention", whisper: true };
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

  async function takeReaction(envelope: ReactionEnvelope, route: Route): Promise<Accepted> {
    const control = await parts.reacted(toReaction(envelope, route));
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

function ignored(reason: string): Accepted {
  return { kind: "ignored", reason };
}

import { modeOf, type AnswerRule } from "../core/answer-rule.ts";
import type { Log } from "../core/log.ts";
import type { TenantId } from "../core/ids.ts";
import { createLazyUnderstander } from "../guard/understanding/lazy-understander.ts";
import { createApprovals, type Approvals } from "../handoff/approvals.ts";
import { createDrafts, type Drafts } from "../handoff/drafts.ts";
import { createPromises, type Promises } from "../handoff/promises/promises.ts";
import { createRoomFiles } from "../handoff/rooms/room-files.ts";
import type { ReplyFiles } from "../outbox/reply-files.ts";
import { createReactions, type Reactions } from "../handoff/rooms/reactions.ts";
import { createRooms, type Rooms } from "../handoff/rooms/rooms.ts";
import { createRoomTyping, type RoomTyping } from "../handoff/rooms/typing.ts";
import { createStaffRoom, type StaffRoom } from "../handoff/staff-room.ts";
import type { Channel } from "../core/channel.ts";
import type { ChannelName } from "../core/envelope.ts";
import { createWaitAlerts, type WaitStep } from "../handoff/waiting/wait-alerts.ts";
import { createWaits } from "../handoff/waiting/waits.ts";
import type { ApprovalNews } from "../handoff/pressed.ts";
import type { Settings } from "../settings.ts";
import type { WaitChainStep } from "../settings/wait-chain.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import { createStaffGroups, type StaffGroups, type StaffGroupTimes } from "../tenants/staff-groups.ts";
import { createAnswerMode, type FindAnswerMode } from "../turns/answer-mode.ts";

/** Where colleagues decide: about calls, and about answers that nobody has read yet. */
export interface ComposedDesks {
  readonly approvals: Approvals;
  readonly drafts: Drafts;
  readonly answerMode: FindAnswerMode;
  /** Where colleagues see what waits for them. */
  readonly room: StaffRoom;
  /** Where they work on conversations. */
  readonly rooms: Rooms;
  /** What they said that they would do. */
  readonly promises: Promises;
  /** Tells colleagues what people react with. */
  readonly reactions: Reactions;
  /** Shows on one side of a room that somebody types on the other. */
  readonly typing: RoomTyping;
  /** Who the colleagues are, where groups on the platforms say so. */
  readonly staffGroups: StaffGroups;
  /** What is looked at again and again, by name. */
  readonly sweeps: Readonly<Record<string, () => Promise<unknown>>>;
  /** Rules on a press of a button under either. */
  readonly press: Approvals["press"];
}

export interface DeskParts {
  readonly settings: Settings;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly channels: ReadonlyMap<
    ChannelName,
    Pick<
      Channel,
      "split" | "fetchAttachment" | "capabilities" | "react" | "typing" | "nameOf" | "membersOf" | "linkTo"
    >
  >;
  readonly files: ReplyFiles;
  /** A person who waits this long is told that a colleague looks at the answer, milliseconds. */
  readonly noteAfterMs: number;
  readonly staffTimes?: Partial<StaffGroupTimes> | undefined;
  readonly onNews: (news: ApprovalNews) => void;
  /** A reply is to be suggested to colleagues; must not throw. */
  readonly onSuggestionWanted: (tenantId: TenantId, id: string) => void;
  readonly log: Log;
}

/** Both desks share the companies' rooms. Throws SettingsError for drafts of an intent nobody knows. */
export function composeDesks(parts: DeskParts): ComposedDesks {
  const { settings, database, sealer, noteAfterMs, onNews, log } = parts;
  const byId = new Map(settings.tenants.map((tenant) => [tenantIdOf(tenant.slug), tenant]));
  const ttlMs = settings.approvalMinutes * 60_000;
  const placeOf = (id: TenantId) => byId.get(id)?.staffRoom;
  const room = createStaffRoom({ database, placeOf });
  const policyOf: Rooms["policyOf"] = (id) => {
    const tenant = byId.get(id);
    const { timeZone = "UTC", staffIdentity: identity = "named", snippets = new Map() } = tenant ?? {};
    const { queue, suggest: suggests } = tenant?.handoff ?? {};
    const { drafts = [], reviewedDays } = tenant ?? {};
    const answersMeanwhile = (channel: ChannelName) =>
      settings.ai.enabled && !isLeftToPeople(drafts, channel);
    return { timeZone, identity, snippets, queue, suggests, answersMeanwhile, reviewedDays };
  };
  const { channels, onSuggestionWanted } = parts;
  const rooms = createRooms({
    database,
    sealer,
    staffRoom: room,
    placeOf,
    policyOf,
    channels,
    onNews,
    onSuggestionWanted,
    log,
  });
  const mayApproveOwn = (id: TenantId) => byId.get(id)?.approveOwn === true;
  const approvals = createApprovals({ database, sealer, ttlMs, room, mayApproveOwn, onNews, log });
  const drafts = createDrafts({ database, sealer, ttlMs, room, noteAfterMs, onNews, log });
  const steps = new Map(
    [...byId].flatMap(([id, { staffRoom, waitChain = [] }]) =>
      staffRoom === undefined || waitChain.length === 0 ? [] : [[id, waitChain.map(toStep)] as const],
    ),
  );
  const { files } = parts;
  const roomFiles = createRoomFiles({ database, sealer, files, channels, split: rooms.split, onNews, log });
  const reactions = createReactions({ database, sealer, split: rooms.split, channels, onNews, log });
  const waits = createWaits({
    database,
    sealer,
    soon: rooms.soon,
    answersMeanwhile: (id, channel) => policyOf(id).answersMeanwhile?.(channel) ?? true,
    onNews,
    log,
  });
  const promises = createPromises({ database, sealer, rooms, staffRoom: room, onNews, log });
  const waitAlerts = createWaitAlerts({ database, sealer, staffRoom: room, steps, onNews, log });
  const staffGroups = createStaffGroups({ database, channels, times: parts.staffTimes, log });
  const policies = [...byId].map(([tenantId, { slug, drafts: rules = [], brain }]) => ({
    tenantId,
    file: `config/tenants/${slug}.yaml`,
    rules,
    understander: createLazyUnderstander(brain.get("intents"), slug),
  }));
  return {
    approvals,
    drafts,
    room,
    rooms,
    promises,
    reactions,
    staffGroups,
    typing: createRoomTyping({ database, sealer, channels, log }),
    sweeps: {
      approvals: approvals.sweep,
      drafts: drafts.sweep,
      rooms: rooms.sweep,
      promises: promises.sweep,
      "who waits": waitAlerts.sweep,
      "what those who wait were told": waits.sweep,
      "files of rooms": roomFiles.sweep,
      "groups of colleagues": staffGroups.sweep,
    },
    answerMode: createAnswerMode(policies, log),
    press: async (sql, seal, pressed) =>
      (await approvals.press(sql, seal, pressed)) ??
      (await drafts.press(sql, seal, pressed)) ??
      promises.press(sql, seal, pressed),
  };
}

/** Whatever is asked there is answered by people, or not before they have read the answer. */
function isLeftToPeople(rules: readonly AnswerRule[], channel: ChannelName): boolean {
  const [first] = rules.filter(({ channels }) => channels?.includes(channel) ?? true);
  return first !== undefined && first.intents === undefined && modeOf(first) !== "auto";
}

function toStep({ afterMinutes, tell }: WaitChainStep): WaitStep {
  return { afterMs: afterMinutes * 60_000, tell };
}

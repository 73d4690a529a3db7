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
import { createDraftMode, type DraftMode } from "../turns/draft-mode.ts";

/** Where colleagues decide: about calls, and about answers that nobody has read yet. */
export interface ComposedDesks {
  readonly approvals: Approvals;
  readonly drafts: Drafts;
  readonly draftMode: DraftMode;
  /** Where colleagues see what waits for them. */
  readonly room: StaffRoom;
  /** Where they work on conversations. */
  readonly rooms: Rooms;
  /** What they said that they would do. */
  readonly promises: Promises;
  /** Tells colleagues what people react with. */
  readonly reactions: Reactions;
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
    Pick<Channel, "split" | "fetchAttachment" | "capabilities" | "react">
  >;
  readonly files: ReplyFiles;
  /** A person who waits this long is told that a colleague looks at the answer, milliseconds. */
  readonly noteAfterMs: number;
  readonly onNews: (news: ApprovalNews) => void;
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
    return { timeZone, identity, snippets, reviewedDays: tenant?.reviewedDays };
  };
  const { channels } = parts;
  const rooms = createRooms({ database, sealer, staffRoom: room, placeOf, policyOf, channels, onNews, log });
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
  const reactions = createReactions({ database, sealer, split: rooms.split, onNews, log });
  const waits = createWaits({ database, sealer, soon: rooms.soon, onNews, log });
  const promises = createPromises({ database, sealer, rooms, staffRoom: room, onNews, log });
  const waitAlerts = createWaitAlerts({ database, sealer, staffRoom: room, steps, onNews, log });
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
    sweeps: {
      approvals: approvals.sweep,
      drafts: drafts.sweep,
      rooms: rooms.sweep,
      promises: promises.sweep,
      "who waits": waitAlerts.sweep,
      "what those who wait were told": waits.sweep,
      "files of rooms": roomFiles.sweep,
    },
    draftMode: createDraftMode(policies, log),
    press: async (sql, seal, pressed) =>
      (await approvals.press(sql, seal, pressed)) ??
      (await drafts.press(sql, seal, pressed)) ??
      promises.press(sql, seal, pressed),
  };
}

function toStep({ afterMinutes, tell }: WaitChainStep): WaitStep {
  return { afterMs: afterMinutes * 60_000, tell };
}

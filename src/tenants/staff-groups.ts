import type { Channel, GroupKind, GroupMember } from "../core/channel.ts";
import { beginningOf } from "../core/cut-text.ts";
import type { ChannelName } from "../core/envelope.ts";
import { PermanentError, TransientError } from "../core/errors.ts";
import type { InstallationId, StaffId, TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Database, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { dropReplaced, followGroups, lockColleagues } from "./colleagues.ts";

/** Keeps the colleagues whom a group on a platform names as that group is. */
export interface StaffGroups extends Part {
  /** Begins to read the groups that are due. Resolves with how many that are; waits for no platform. */
  sweep(): Promise<number>;
  /**
   * Somebody may have been added who is not known yet: reads a company's groups soon, at most once a minute, save those
   * that are being read. Never rejects.
   */
  soon(tenantId: TenantId): Promise<void>;
}

export interface StaffGroupsParts {
  readonly database: Database;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "membersOf">>;
  readonly times?: Partial<StaffGroupTimes> | undefined;
  readonly log: Log;
}

/** When groups are read, milliseconds. */
export interface StaffGroupTimes {
  /** So long after it was read a group is read again, a tenth earlier or later. */
  readonly everyMs: number;
  /** A platform that was away is asked again after this. */
  readonly againMs: number;
  /** No group is read again earlier than this because somebody unknown asks. */
  readonly soonMs: number;
  /** So long those who were in a group that cannot be read any more stay colleagues. */
  readonly keptMs: number;
}

const usualTimes: StaffGroupTimes = {
  everyMs: 10 * 60_000,
  againMs: 60_000,
  soonMs: 60_000,
  keptMs: 24 * 60 * 60_000,
};

/** Whoever began to read a group and fell silent has it for so long; the largest one takes half of that. */
const holdMs = 15 * 60_000;
const dueAtOnce = 20;
const longestName = 200;

interface DueRow {
  readonly company_id: TenantId;
  readonly id: string;
  /** The workspace is another company's. */
  readonly is_foreign: boolean;
}

interface BegunRow {
  readonly channel: ChannelName;
  readonly workspace: string;
  readonly kind: GroupKind;
  readonly external_id: string;
  readonly installation_id: InstallationId;
  /** When it was begun: whoever began later has taken it over. */
  readonly begun: string;
  /** No file names it any more. */
  readonly is_replaced: boolean;
}

interface Reading extends BegunRow {
  readonly tenantId: TenantId;
  readonly groupId: string;
  readonly isForeign: boolean;
}

export function createStaffGroups({ database, channels, times, log }: StaffGroupsParts): StaffGroups {
  const { everyMs, againMs, soonMs, keptMs } = { ...usualTimes, ...times };
  const writing = new Set<Promise<unknown>>();
  let isStopping = false;

  async function sweep(): Promise<number> {
    if (isStopping) return 0;
    const due = await database.acrossTenants((sql) =>
      sql.query<DueRow>({
        // A workspace that nobody has installed is nobody's: there the platform says what is wrong.
        text: `SELECT company_id, id, EXISTS (SELECT FROM installations i WHERE i.channel = g.channel
                 AND i.external_id = g.workspace AND i.company_id <> g.company_id) AS is_foreign
               FROM staff_groups g WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT $1`,
        values: [dueAtOnce],
      }),
    );
    for (const { company_id: tenantId, id, is_foreign: isForeign } of due) {
      const begun = await begin(tenantId, id);
      if (begun === undefined) continue;
      void read({ ...begun, tenantId, groupId: id, isForeign });
    }
    return due.length;
  }

  /** One of several processes gets it. */
  async function begin(tenantId: TenantId, id: string): Promise<BegunRow | undefined> {
    const [row] = await database.statement<BegunRow>(tenantId, {
      text: `UPDATE staff_groups SET begun_at = clock_timestamp(), due_at = clock_timestamp() + $3 * interval '1 millisecond'
             WHERE company_id = $1 AND id = $2 AND due_at <= clock_timestamp()
             RETURNING channel, workspace, kind, external_id, installation_id, begun_at::text AS begun,
               leaves_at IS NOT NULL AS is_replaced`,
      values: [tenantId, id, holdMs],
    });
    return row;
  }

  /** What fails is due again; never rejects. */
  async function read(group: Reading): Promise<void> {
    const about = { tenantId: group.tenantId, channel: group.channel, group: group.external_id };
    try {
      const members = group.is_replaced ? undefined : await membersOf(group);
      if (isStopping) return;
      const { came, went } = await track(members === undefined ? drop(group) : keep(group, members));
      if (came + went > 0) log.info({ ...about, came, went }, "colleagues follow their group");
    } catch (cause) {
      if (isStopping) return;
      await track(fail(group, cause)).catch((err: unknown) =>
        log.warn({ ...about, err }, "a group of colleagues is read again later"),
      );
    }
  }

  /** A stop waits for what is being written, and for no platform. */
  async function track<T>(work: Promise<T>): Promise<T> {
    writing.add(work);
    try {
      return await work;
    } finally {
      writing.delete(work);
    }
  }

  async function membersOf(group: Reading): Promise<readonly GroupMember[]> {
    const { channel, workspace, kind, external_id: id } = group;
    if (group.isForeign) throw new ForeignGroupError(channel, workspace);
    const members = channels.get(channel)?.membersOf?.({ workspace, kind, id });
    if (members === undefined)
      throw new PermanentError(`${channel} is not set up here, or tells nobody who is in its groups`);
    return members;
  }

  function keep(
    group: Reading,
    members: readonly GroupMember[],
  ): Promise<{ readonly came: number; readonly went: number }> {
    return database.withTenant(group.tenantId, async (sql) => {
      await sql.query(lockColleagues(group.tenantId));
      const next = everyMs * (0.9 + Math.random() * 0.2);
      const [still] = await sql.query({
        text: `UPDATE staff_groups SET read_at = clock_timestamp(), failing_since = NULL,
                 due_at = clock_timestamp() + $4 * interval '1 millisecond'
               WHERE company_id = $1 AND id = $2 AND begun_at = $3::timestamptz RETURNING id`,
        values: [group.tenantId, group.groupId, group.begun, next],
      });
      if (still === undefined) return { came: 0, went: 0 };
      await storeMembers(sql, group, members);
      await sql.query(dropReplaced(group.tenantId));
      return followGroups(sql, group.tenantId);
    });
  }

  /** Nothing that took its place could be read in time. */
  function drop({ tenantId, groupId }: Reading): ReturnType<typeof keep> {
    return database.withTenant(tenantId, async (sql) => {
      await sql.query(lockColleagues(tenantId));
      await sql.query(dropReplaced(tenantId));
      await sql.query({
        text: "UPDATE staff_groups SET due_at = leaves_at WHERE company_id = $1 AND id = $2 AND leaves_at IS NOT NULL",
        values: [tenantId, groupId],
      });
      return followGroups(sql, tenantId);
    });
  }

  /**
   * Those who were there stay for a bounded time: whoever cannot be asked may have said no long ago. Of another company's
   * group nobody stays.
   */
  async function fail(group: Reading, cause: unknown): Promise<void> {
    const { tenantId, groupId, begun, channel, external_id: id } = group;
    const isAway = cause instanceof TransientError;
    const stayMs = cause instanceof ForeignGroupError ? 0 : keptMs;
    const nextMs = isAway ? Math.min(Math.max(againMs, cause.retryAfterMs ?? 0), everyMs) : everyMs;
    const went = await database.withTenant(tenantId, async (sql) => {
      await sql.query(lockColleagues(tenantId));
      const [row] = await sql.query<{ is_over: boolean }>({
        text: `UPDATE staff_groups SET failing_since = coalesce(failing_since, clock_timestamp()),
                 due_at = clock_timestamp() + $4 * interval '1 millisecond'
               WHERE company_id = $1 AND id = $2 AND begun_at = $3::timestamptz
               RETURNING failing_since <= clock_timestamp() - $5 * interval '1 millisecond' AS is_over`,
        values: [tenantId, groupId, begun, nextMs, stayMs],
      });
      if (row?.is_over !== true) return 0;
      await storeMembers(sql, group, []);
      return (await followGroups(sql, tenantId)).went;
    });
    const about = { tenantId, channel, group: id, err: cause };
    if (went > 0)
      log.error({ ...about, went }, "a group could not be read for too long: its colleagues are none now");
    else if (cause instanceof ForeignGroupError)
      log.error(about, "a group of colleagues is not read: nobody in it is one");
    else
      log.warn(about, "a group of colleagues cannot be read; those who were in it stay colleagues for now");
  }

  async function soon(tenantId: TenantId): Promise<void> {
    try {
      const due = await database.statement(tenantId, {
        text: `UPDATE staff_groups SET due_at = clock_timestamp() WHERE company_id = $1 AND due_at > clock_timestamp() AND leaves_at IS NULL
                 AND (begun_at IS NULL OR begun_at < clock_timestamp() - $2 * interval '1 millisecond'
                   AND (read_at >= begun_at OR due_at < begun_at + $3 * interval '1 millisecond')) RETURNING id`,
        values: [tenantId, soonMs, holdMs - 1_000], // the hold begins a moment before the reading
      });
      if (due.length > 0) await sweep();
    } catch (cause) {
      log.debug({ tenantId, err: cause }, "groups of colleagues are read at their own time");
    }
  }

  return {
    name: "staff groups",
    sweep,
    soon,
    start: async () => {
      void sweep().catch((cause: unknown) =>
        log.warn({ err: cause }, "groups of colleagues are read with the next sweep"),
      );
    },
    stop: async () => {
      isStopping = true;
      await Promise.allSettled(writing);
    },
  };
}

/** The workspace is another company's: its groups say nothing about this one. */
class ForeignGroupError extends PermanentError {
  constructor(channel: ChannelName, workspace: string) {
    super(`${channel} ${workspace} belongs to another company: name a group of a workspace of yours`);
  }
}

/** Who is in a group now, whoever was before. */
async function storeMembers(
  sql: Sql,
  { tenantId, groupId, installation_id: installation }: Reading,
  members: readonly GroupMember[],
): Promise<void> {
  const known = new Map(members.map(({ id, name }) => [id, toName(name, id)]));
  const ids = [...known.keys()];
  await sql.query({
    text: "DELETE FROM staff_group_members WHERE company_id = $1 AND group_id = $2 AND external_id <> ALL ($3::text[])",
    values: [tenantId, groupId, ids],
  });
  await sql.query({
    text: `INSERT INTO staff_group_members (company_id, group_id, external_id, staff_id, name)
           SELECT $1, $2, m.account, m.staff, m.name FROM unnest($3::text[], $4::uuid[], $5::text[]) AS m (account, staff, name)
           ON CONFLICT (group_id, external_id, company_id) DO UPDATE SET name = excluded.name
           WHERE staff_group_members.name <> excluded.name`,
    values: [
      tenantId,
      groupId,
      ids,
      ids.map((id) => deriveId<StaffId>("staff of a group", tenantId, installation, id)),
      [...known.values()],
    ],
  });
}

/** For display alone, and of a length that a column shows. */
function toName(name: string, id: string): string {
  const shown = beginningOf(name.replaceAll("\u0000", "").trim(), longestName);
  return shown === "" ? id : shown;
}

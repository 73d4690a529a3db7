import { LRUCache } from "lru-cache";
import type { Channel } from "../../core/channel.ts";
import { beginningOf } from "../../core/cut-text.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import { parseBrief } from "./brief.ts";
import { briefPurpose, lockPerson, lockRoom } from "./room-store.ts";

/** Learns what people are called whose platform says no name with what they write. */
export interface PersonNames {
  /** Asks the platform once for each room of somebody without a name. Never rejects: names are for display alone. */
  learn(tenantId: TenantId, roomId: string): Promise<void>;
}

export interface PersonNamesParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly channels: ReadonlyMap<ChannelName, Pick<Channel, "nameOf">>;
  readonly log: Log;
}

const remembered = 10_000;

export function createPersonNames({ database, sealer, channels, log }: PersonNamesParts): PersonNames {
  const asked = new LRUCache<string, true>({ max: remembered });

  async function learn(tenantId: TenantId, roomId: string): Promise<void> {
    if (asked.has(roomId)) return;
    asked.set(roomId, true);
    try {
      const [person] = await database.statement<NamelessRow>(tenantId, {
        text: selectNameless,
        values: [tenantId, roomId],
      });
      const name =
        person && (await channels.get(person.channel)?.nameOf?.(person.installation, person.external_id));
      if (person !== undefined && name !== undefined && name.trim() !== "")
        await keep(tenantId, roomId, { contactId: person.contact_id, name: beginningOf(name, longestName) });
    } catch (cause) {
      log.debug({ tenantId, roomId, err: cause }, "a person's name is not known yet");
    }
  }

  /** For what is written from now on, and on the card that stands. */
  async function keep(
    tenantId: TenantId,
    roomId: string,
    { contactId, name }: { readonly contactId: string; readonly name: string },
  ): Promise<void> {
    const seal = await sealer.forTenant(tenantId);
    await database.withTenant(tenantId, async (sql) => {
      await sql.query(lockPerson(tenantId, roomId));
      const room = await lockRoom(sql, tenantId, roomId);
      await sql.query({
        text: "UPDATE contacts SET name = $3 WHERE company_id = $1 AND id = $2 AND name IS NULL",
        values: [tenantId, contactId, seal.seal("contact.name", name)],
      });
      const known = room && parseBrief(seal.open(briefPurpose, room.brief));
      if (known === undefined || known.name !== undefined) return;
      const brief = seal.seal(briefPurpose, JSON.stringify({ ...known, name }));
      await sql.query({
        text: "UPDATE rooms SET brief = $3, is_card_stale = true WHERE company_id = $1 AND id = $2",
        values: [tenantId, roomId, brief],
      });
    });
  }

  return { learn };
}

const longestName = 200;

interface NamelessRow {
  readonly channel: ChannelName;
  readonly installation: string;
  readonly contact_id: string;
  readonly external_id: string;
}

const selectNameless = `
  SELECT c.channel, i.external_id AS installation, u.id AS contact_id, u.external_id FROM rooms r
  JOIN conversations c ON c.company_id = $1 AND c.id = r.conversation_id AND c.audience = 'direct'
  JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id AND u.name IS NULL
  JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
  WHERE r.company_id = $1 AND r.id = $2`;

import { LRUCache } from "lru-cache";
import { cutText } from "../../core/cut-text.ts";
import {
  asksForColleague,
  wordForms,
  type DeckChoice,
  type FormAsked,
  type FormDesk,
} from "../../core/deck.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../store/database.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import type { InstallationDirectory, Route } from "../../tenants/installations.ts";

export interface FormDeskParts {
  readonly channel: ChannelName;
  readonly database: Pick<Database, "statement">;
  readonly installations: Pick<InstallationDirectory, "route">;
  /** Where a company's colleagues are among themselves. */
  readonly staffRoomOf: (
    tenantId: TenantId,
  ) => { readonly channel: ChannelName; readonly workspace: string; readonly id: string } | undefined;
  readonly log: Log;
  /** How long whoever presses waits for names, milliseconds. */
  readonly patienceMs?: number | undefined;
}

type FormOptions = DeckChoice["options"];

/** Whoever presses has three seconds to be shown something. */
const usualPatienceMs = 800;
/** How long a colleague who has gone may still be offered: choosing them says so. */
const keptMs = 15_000;
/** One more than any platform shows. */
const mostColleagues = 101;
const longestLabel = 75;

/**
 * What the forms of one channel let choose. Names of colleagues are for colleagues: everybody else, and whoever would
 * have to wait for them, is asked for words.
 */
export function createFormDesk(parts: FormDeskParts): FormDesk {
  const { channel, database, installations, staffRoomOf, log, patienceMs = usualPatienceMs } = parts;
  const known = new LRUCache<string, Promise<FormOptions>>({ max: 1_000, ttl: keptMs });

  async function formOf(asked: FormAsked): ReturnType<FormDesk> {
    const form = await wordForms(asked);
    if (form === undefined || !asksForColleague(asked.action)) return form;
    const options = await inTime(look(asked));
    return options.length === 0 ? form : { ...form, options };
  }

  function look(asked: FormAsked): Promise<FormOptions> {
    const key = JSON.stringify([asked.installation, asked.by ?? null, asked.space]);
    const hit = known.get(key);
    if (hit !== undefined) return hit;
    const looking = colleaguesFor(asked).catch((err: unknown) => {
      known.delete(key);
      log.warn({ err, channel }, "who may be chosen is not known: a form asks for words");
      return [];
    });
    known.set(key, looking);
    return looking;
  }

  async function colleaguesFor(asked: FormAsked): Promise<FormOptions> {
    const route = await installations.route(channel, asked.installation);
    if (route === undefined) return [];
    if (asked.by === undefined && !isAmongColleagues(asked, route)) return [];
    const { tenantId, installationId } = route;
    const rows = await database.statement<{ id: string; name: string }>(
      tenantId,
      {
        text: `SELECT id, name FROM staff WHERE company_id = $1 AND state = 'active' AND name <> ''
                 AND ($2::text IS NULL OR ${isColleague("$3", "$2")})
               ORDER BY lower(name), id LIMIT ${mostColleagues}`,
        values: [tenantId, asked.by ?? null, installationId],
      },
      { readOnly: true },
    );
    return rows.map(({ id, name }) => ({ value: id, label: cutText(name, longestLabel) }));
  }

  function isAmongColleagues({ installation, space }: FormAsked, { tenantId }: Route): boolean {
    const room = staffRoomOf(tenantId);
    return room?.channel === channel && room.workspace === installation && room.id === space;
  }

  async function inTime(looking: Promise<FormOptions>): Promise<FormOptions> {
    const { promise, resolve } = Promise.withResolvers<FormOptions>();
    const timer = setTimeout(resolve, patienceMs, []);
    try {
      return await Promise.race([looking, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  return formOf;
}

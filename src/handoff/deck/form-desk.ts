import { LRUCache } from "lru-cache";
import { cutText } from "../../core/cut-text.ts";
import {
  asksForColleague,
  deckFormOf,
  fixAction,
  formLimit,
  type DeckChoice,
  type DeckForm,
  type FormAsked,
  type FormDesk,
} from "../../core/deck.ts";
import type { ChannelName } from "../../core/envelope.ts";
import { isId, type TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { openContent } from "../../inbox/message-content.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import type { InstallationDirectory, Route } from "../../tenants/installations.ts";
import { findAnswerAt, findAnswerOf, type ShownAnswerRow } from "./shown-answer.ts";

export interface FormDeskParts {
  readonly channel: ChannelName;
  readonly database: Pick<Database, "statement">;
  readonly installations: Pick<InstallationDirectory, "route">;
  /** Where a company's colleagues are among themselves. */
  readonly staffRoomOf: (
    tenantId: TenantId,
  ) => { readonly channel: ChannelName; readonly workspace: string; readonly id: string } | undefined;
  /** Opens what was answered, so that it stands in the form that puts it right. */
  readonly sealer: Pick<Sealer, "forTenant">;
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
  const { channel, database, installations, staffRoomOf, sealer, log, patienceMs = usualPatienceMs } = parts;
  const known = new LRUCache<string, Promise<FormOptions>>({ max: 1_000, ttl: keptMs });

  async function formOf(asked: FormAsked): ReturnType<FormDesk> {
    const form = deckFormOf(asked.action);
    if (form === undefined) return undefined;
    if (asked.action === fixAction) return withAnswer(form, asked);
    if (!asksForColleague(asked.action)) return form;
    const options = await inTime(look(asked), []);
    return options.length === 0 ? form : { ...form, options };
  }

  /** With the words of the answer in it, where all of them fit. From a message's menu it is opened for an answer alone. */
  async function withAnswer(form: DeckForm, asked: FormAsked): ReturnType<FormDesk> {
    const looking = answerFor(asked).catch((err: unknown) => {
      log.warn({ err, channel }, "what was answered is not known: a form begins empty");
      return undefined;
    });
    const found = await inTime(looking, undefined);
    if (found === undefined) return asked.message === undefined ? form : undefined;
    const isWhole = found.text.length <= (form.limit ?? formLimit);
    return { ...form, about: found.id, ...(isWhole && { initial: found.text }) };
  }

  async function answerFor({ installation, by, space, value, message }: FormAsked) {
    const route = await installations.route(channel, installation);
    if (route === undefined || by === undefined) return undefined;
    const whose = { ...route, by };
    const query =
      message !== undefined
        ? findAnswerAt(whose, { message, space: space ?? "" })
        : isId(value) && findAnswerOf(whose, value);
    if (query === false) return undefined;
    const [row] = await database.statement<ShownAnswerRow>(route.tenantId, query, { readOnly: true });
    if (row === undefined) return undefined;
    const seal = await sealer.forTenant(route.tenantId);
    return { id: row.id, text: openContent(seal, row.content).text };
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

  async function inTime<T>(looking: Promise<T>, otherwise: T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>();
    const timer = setTimeout(() => resolve(otherwise), patienceMs);
    try {
      return await Promise.race([looking, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  return formOf;
}

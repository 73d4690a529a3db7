import { Gauge } from "prom-client";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";

/** How many conversations came to a booking: the last thirty days of one company. */
interface BookingConversion {
  /** Conversations in which somebody looked at seats or went further. */
  readonly begun: number;
  /** Of these, conversations in which a booking was paid and so confirmed, cancelled later or not. */
  readonly confirmed: number;
}

interface BookingConversionParts {
  readonly database: Database;
  /** Companies that sell seats, by their slug. */
  readonly companies: ReadonlyMap<string, TenantId>;
  /** The tools with which a booking begins. */
  readonly beginnings: readonly string[];
}

const windowMs = 30 * 24 * 60 * 60 * 1000;
/** Steps are not found by their tool's name: looked at this often they cost nothing. */
const keptMs = 60_000;

/** For the page of metrics: conversations by how far a booking came, and the share that was confirmed, by company. */
export function createBookingGauges(parts: BookingConversionParts): readonly Gauge[] {
  const look = createLook(parts);
  const stages = new Gauge({
    name: "ai_booking_conversations",
    help: "Conversations of the last 30 days in which a booking was begun, and confirmed",
    labelNames: ["company", "stage"],
    registers: [],
    async collect() {
      for (const [company, { begun, confirmed }] of await look()) {
        this.set({ company, stage: "begun" }, begun);
        this.set({ company, stage: "confirmed" }, confirmed);
      }
    },
  });
  const share = new Gauge({
    name: "ai_booking_conversion_ratio",
    help: "Share of the conversations with a begun booking that ended with a confirmed one, last 30 days",
    labelNames: ["company"],
    registers: [],
    async collect() {
      // A company in which nobody began has no share.
      for (const [company, { begun, confirmed }] of await look())
        if (begun > 0) this.set({ company }, confirmed / begun);
    },
  });
  return [stages, share];
}

/** A look at all companies, at most a minute old; the last one, where the database cannot be asked. */
function createLook(parts: BookingConversionParts): () => Promise<ReadonlyMap<string, BookingConversion>> {
  const { database, companies, beginnings } = parts;
  let found: ReadonlyMap<string, BookingConversion> = new Map();
  let asked: { readonly at: number; readonly done: Promise<void> } | undefined;

  async function count(tenantId: TenantId): Promise<BookingConversion> {
    const [row] = await database.statement<BookingConversion>(tenantId, {
      text: countConversations,
      values: [beginnings, new Date(Date.now() - windowMs)],
    });
    return row ?? { begun: 0, confirmed: 0 };
  }

  async function ask(): Promise<void> {
    const counts = [...companies].map(async ([slug, id]) => [slug, await count(id)] as const);
    found = new Map(await Promise.all(counts));
  }

  return async () => {
    if (asked === undefined || Date.now() - asked.at >= keptMs) {
      // What does not answer must not take the other numbers away; /health says that it is down.
      asked = { at: Date.now(), done: ask().catch(() => {}) };
    }
    await asked.done;
    return found;
  };
}

const countConversations = `
  WITH begun AS (
    SELECT t.conversation_id FROM steps s JOIN turns t ON t.id = s.turn_id
     WHERE s.kind = 'tool' AND s.ok AND s.name = ANY($1::text[]) AND s.started_at > $2
     UNION
    SELECT conversation_id FROM bookings WHERE kind = 'show' AND conversation_id IS NOT NULL AND created_at > $2
  )
  SELECT count(*)::int AS begun,
         count(*) FILTER (WHERE EXISTS (
           SELECT FROM bookings b WHERE b.conversation_id = begun.conversation_id AND b.kind = 'show'
              AND (b.status IN ('confirmed', 'completed') OR b.status = 'cancelled' AND b.refund_usd > 0)
         ))::int AS confirmed
    FROM begun`;

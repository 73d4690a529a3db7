import { Gauge } from "prom-client";
import type { TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";

/** How the conversations of the last thirty days of one company went. */
interface Outcomes {
  readonly all: number;
  /** No colleague had to come. */
  readonly resolved: number;
  /** Went to people, by themselves or because somebody asked. */
  readonly escalated: number;
  /** A colleague has taken it, or was given it. */
  readonly taken: number;
}

interface OutcomeParts {
  readonly database: Database;
  /** By their slug. */
  readonly companies: ReadonlyMap<string, TenantId>;
  readonly now?: (() => number) | undefined;
}

/** What a good desk comes to: without people at least, to people at most. */
const targets = { resolved: 0.82, escalated: 0.15 } as const;

const windowMs = 30 * 24 * 60 * 60 * 1000;
/** All conversations of a month are gone through: not with every look at the page. */
const keptMs = 10 * 60 * 1000;

/** For the page of metrics: the shares of conversations by how they went, by company, and what they should be. */
export function createOutcomeGauges(parts: OutcomeParts): readonly Gauge[] {
  const look = createLook(parts);
  const shares = new Gauge({
    name: "ai_conversation_outcome_ratio",
    help: "Share of the conversations of the last 30 days that needed no colleague, went to people, were taken by one",
    labelNames: ["company", "outcome"],
    registers: [],
    async collect() {
      // A company without conversations has no shares.
      for (const [company, { all, ...counts }] of await look())
        for (const [outcome, count] of Object.entries(counts))
          if (all > 0) this.set({ company, outcome }, count / all);
    },
  });
  const wanted = new Gauge({
    name: "ai_conversation_outcome_target",
    help: "What the share of an outcome should be: resolved at least, escalated at most",
    labelNames: ["outcome"],
    registers: [],
  });
  for (const [outcome, share] of Object.entries(targets)) wanted.set({ outcome }, share);
  return [shares, wanted];
}

/** A look at all companies, one after the other; the last one, where the database cannot be asked. */
function createLook({
  database,
  companies,
  now = Date.now,
}: OutcomeParts): () => Promise<ReadonlyMap<string, Outcomes>> {
  let found: ReadonlyMap<string, Outcomes> = new Map();
  let asked: { readonly at: number; readonly done: Promise<void> } | undefined;

  async function ask(): Promise<void> {
    const counted = new Map<string, Outcomes>();
    for (const [slug, id] of companies) {
      const query = { text: countOutcomes, values: [id, new Date(now() - windowMs)] };
      const [row] = await database.statement<Outcomes>(id, query, { readOnly: true });
      if (row !== undefined) counted.set(slug, row);
    }
    found = counted;
  }

  return async () => {
    // What does not answer must not take the other numbers away; /health says that it is down.
    if (asked === undefined || now() - asked.at >= keptMs) asked = { at: now(), done: ask().catch(() => {}) };
    await asked.done;
    return found;
  };
}

/** Threads in which colleagues work on somebody else's conversation are none of their own. */
const countOutcomes = `
  SELECT count(*)::int AS "all",
         count(*) FILTER (WHERE NOT h.escalated AND NOT h.taken)::int AS resolved,
         count(*) FILTER (WHERE h.escalated)::int AS escalated,
         count(*) FILTER (WHERE h.taken)::int AS taken
    FROM conversations c CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(a.action = 'escalate'), false) AS escalated,
             coalesce(bool_or(a.action IN ('claim', 'assign', 'staff reply')), false) AS taken
        FROM audit a WHERE a.company_id = $1 AND a.conversation_id = c.id) h
   WHERE c.company_id = $1 AND c.created_at > $2 AND c.agent_type <> 'staff'`;

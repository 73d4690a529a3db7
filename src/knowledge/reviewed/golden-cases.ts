import type { TenantId } from "../../core/ids.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer } from "../../store/seal.ts";
import type { Knowledge } from "../knowledge.ts";
import type { Passage } from "../passage.ts";
import type { Audience, Destination } from "../readers.ts";
import { readQuestion } from "../text/read-terms.ts";
import { openReviewed } from "./reviewed-store.ts";

/** How a company's golden set did. */
export interface Replayed {
  readonly cases: number;
  readonly found: number;
  /** Questions whose answer stands further down than it once did, or nowhere any more. */
  readonly worse: readonly { readonly question: string; readonly was: number; readonly is?: number }[];
}

export interface GoldenCasesParts {
  readonly database: Pick<Database, "statement">;
  readonly sealer: Pick<Sealer, "forTenant">;
  readonly knowledge: Pick<Knowledge, "search">;
}

const looksAt = 5;
// The share of the expected answer's telling words from which a passage says it.
const saysFrom = 0.6;

/** Asks a company's golden questions again where their answers may be read, and remembers the best place of each. */
export async function replayGoldenCases(
  { database, sealer, knowledge }: GoldenCasesParts,
  tenantId: TenantId,
  signal?: AbortSignal,
): Promise<Replayed> {
  const seal = await sealer.forTenant(tenantId);
  const rows = await database.statement<{ id: string; content: Buffer; best_rank: number | null }>(tenantId, {
    text: "SELECT id, content, best_rank FROM golden_cases ORDER BY created_at, id",
  });
  const worse: Replayed["worse"][number][] = [];
  let found = 0;
  for (const { id, content, best_rank: was } of rows) {
    signal?.throwIfAborted();
    const { question, answer, audience } = openReviewed(seal, content);
    const destination = toDestination(audience);
    const passages = await knowledge.search(tenantId, {
      text: question,
      destination,
      limit: looksAt,
      signal,
    });
    const at = passages.findIndex((passage) => says(passage, answer));
    const is = at === -1 ? undefined : at + 1;
    if (is !== undefined) found += 1;
    if (was !== null && (is === undefined || is > was))
      worse.push({ question, was, ...(is !== undefined && { is }) });
    await database.statement(tenantId, {
      text: "UPDATE golden_cases SET best_rank = least(best_rank, $2), replayed_at = now() WHERE id = $1",
      values: [id, is ?? null],
    });
  }
  return { cases: rows.length, found, worse };
}

/** Both are read in one language, so that words in other forms are the same ones. */
function says({ text, language = "en" }: Passage, answer: string): boolean {
  const expected = new Set(readQuestion(answer, language));
  if (expected.size === 0) return text.includes(answer.trim());
  return expected.intersection(new Set(readQuestion(text, language))).size / expected.size >= saysFrom;
}

/** Somebody who may read it, and nothing beyond. */
function toDestination(audience: Audience): Destination {
  if (audience.kind === "room") {
    const { channel, installation, space } = audience;
    return { channel, installation, place: { space, audience: "group" }, role: "customer" };
  }
  const alone = { channel: "web", installation: "", place: { space: "", audience: "direct" } } as const;
  if (audience.kind === "public") return { ...alone, role: "customer" };
  return { ...alone, role: audience.kind === "role" ? audience.role : "staff" };
}

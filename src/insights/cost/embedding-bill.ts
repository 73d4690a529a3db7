import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Part } from "../../core/part.ts";
import type { Budget } from "./budget.ts";
import type { SpendingLedger } from "./spending-ledger.ts";

/** What one call for vectors used. */
interface Used {
  readonly payer: TenantId | undefined;
  readonly model: string;
  readonly tokens: number;
}

/**
 * Counts what vectors cost, of questions and of documents, under the company whose texts they are. Many small calls are
 * written down together, every few seconds and when it stops; a process that dies loses that much.
 */
export interface EmbeddingBill extends Part {
  /** Never throws. Without a payer nothing is counted. */
  add(used: Used): void;
}

export interface EmbeddingBillParts {
  readonly ledger: Pick<SpendingLedger, "addEmbeddings">;
  readonly budget: Pick<Budget, "chargeCompany">;
  readonly usdPerToken: (model: string) => number;
  readonly everyMs?: number | undefined;
  readonly log: Log;
  readonly now?: (() => Date) | undefined;
}

interface Open {
  readonly tenantId: TenantId;
  readonly day: string;
  readonly model: string;
  calls: number;
  tokens: number;
  /** Tokens that the day's counter of money does not know yet. */
  uncharged: number;
}

const usualMs = 5_000;

export function createEmbeddingBill(parts: EmbeddingBillParts): EmbeddingBill {
  const { ledger, budget, usdPerToken, everyMs = usualMs, log, now = () => new Date() } = parts;
  let open = new Map<string, Open>();
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function count({ tenantId, day, model, calls, tokens, uncharged }: Open): void {
    const key = `${day} ${tenantId} ${model}`;
    const known = open.get(key) ?? { tenantId, day, model, calls: 0, tokens: 0, uncharged: 0 };
    known.calls += calls;
    known.tokens += tokens;
    known.uncharged += uncharged;
    open.set(key, known);
  }

  async function writeDown(): Promise<void> {
    const due = [...open.values()];
    open = new Map();
    for (const one of due) await writeOne(one);
  }

  /** The counter first: one that begins meanwhile begins with what is written, and must not find this twice. */
  async function writeOne(one: Open): Promise<void> {
    const { tenantId, day, model, calls, tokens, uncharged } = one;
    const each = usdPerToken(model);
    if (uncharged > 0) await budget.chargeCompany(tenantId, uncharged * each);
    try {
      await ledger.addEmbeddings(tenantId, { day, model, calls, tokens, usdPerToken: each });
    } catch (cause) {
      log.warn({ err: cause, company_id: tenantId, model }, "what vectors cost is written down later");
      count({ ...one, uncharged: 0 });
    }
  }

  function writeSoon(): Promise<void> {
    writing = writing.then(writeDown);
    return writing;
  }

  return {
    name: "bill of vectors",
    add({ payer, model, tokens }) {
      if (payer === undefined) return;
      const day = now().toISOString().slice(0, 10);
      count({ tenantId: payer, day, model, calls: 1, tokens, uncharged: tokens });
    },
    start: async () => {
      timer ??= setInterval(() => void writeSoon(), everyMs).unref();
    },
    stop: async () => {
      clearInterval(timer);
      timer = undefined;
      await writeSoon();
    },
  };
}

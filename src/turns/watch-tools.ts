import { isRecord } from "../core/is-record.ts";
import type { StepKind, StepOutcome } from "../core/journal.ts";
import { parseJson } from "../core/parse-json.ts";
import type { RecordedStep } from "./claim.ts";
import type { ToolSigns } from "./workbench.ts";

const namedSo = /^payment[ _-]failed$/i;

/** Keeps an eye on a turn's tools, those included that ran before a crash. */
export function watchTools(recorded: readonly Pick<RecordedStep, "kind" | "outcome">[]): {
  took(kind: StepKind, outcome: Pick<StepOutcome, "ok" | "output">): void;
  readonly signs: () => ToolSigns;
} {
  let signs: ToolSigns = { lastFailed: false, paymentFailed: false };

  function took(kind: StepKind, { ok, output }: Pick<StepOutcome, "ok" | "output">): void {
    if (kind !== "tool") return;
    signs = { lastFailed: !ok, paymentFailed: signs.paymentFailed || tellsFailedPayment(output) };
  }

  for (const { kind, outcome } of recorded) if (outcome !== undefined) took(kind, outcome);
  return { took, signs: () => signs };
}

/** A tool's result is called so by its `kind`, `status`, `outcome` or `code`; a list of old payments is not. */
function tellsFailedPayment(output: unknown): boolean {
  const result = isRecord(output) && typeof output["text"] === "string" ? parse(output["text"]) : output;
  if (typeof result === "string") return /^payment[ _-]failed\b/i.test(result);
  if (!isRecord(result)) return false;
  return ["kind", "status", "outcome", "code"].some((name) => {
    const value = result[name];
    return typeof value === "string" && namedSo.test(value);
  });
}

function parse(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

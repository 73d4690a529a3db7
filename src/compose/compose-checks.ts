import { createAnswerChecks, type AnswerChecks, type CheckPolicy } from "../agent/check/answer-checks.ts";
import { createBusinessRules } from "../agent/check/business-rules.ts";
import { faqFile } from "../agent/faq/faq-file.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import { usualRules } from "../settings/rule-files.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import { tenantIdOf } from "../tenants/companies.ts";

interface CheckCompositionParts {
  readonly settings: Pick<Settings, "tenants" | "rules">;
  readonly metrics: Pick<Metrics, "heldSentences">;
  readonly log: Log;
}

/** What each company's answers are held against: its rules, its written answers, and what it says of itself. */
export function composeChecks({ settings, metrics, log }: CheckCompositionParts): AnswerChecks {
  const policies = new Map<TenantId, CheckPolicy>(
    settings.tenants.map((tenant) => {
      const rules = settings.rules.get(tenant.slug) ?? usualRules;
      const policy = { mode: rules.check, rules: createBusinessRules(rules), facts: readFaq(tenant) };
      return [tenantIdOf(tenant.slug), policy];
    }),
  );
  const usual: CheckPolicy = { mode: usualRules.check, rules: createBusinessRules(usualRules), facts: [] };
  return createAnswerChecks({
    policyOf: (tenantId) => policies.get(tenantId) ?? usual,
    onHeld: ({ why }) => metrics.heldSentences.inc({ why }),
    log,
  });
}

/** A company's written answers are true. Files with problems are told of where they are used. */
function readFaq({ brain, name }: TenantFile): readonly string[] {
  const parsed = faqFile.safeParse(brain.get("faq"));
  const entries = parsed.success ? parsed.data.faq : [];
  return [
    name,
    ...entries.flatMap(({ answer, source, languages }) => [
      answer,
      ...(source?.url === undefined ? [] : [source.url]),
      ...Object.values(languages).map((other) => other.answer),
    ]),
  ];
}

import { defaultQueue } from "../core/baton-event.ts";
import type { OpenMessage } from "./claim.ts";
import { hearLanguage } from "./person-language.ts";
import { subjectOf, type Handled, type Situation, type WorkParts } from "./situation.ts";

/** Where a company has its colleagues answer, whatever is asked goes to them, and no model is asked. */
export async function leaveToPeople(
  { handoff }: Pick<WorkParts, "handoff">,
  { lease, claim }: Situation,
  { questions, mode }: { readonly questions: readonly OpenMessage[]; readonly mode: "off" | "suggest" },
): Promise<Handled> {
  const at = new Date(Date.now() - (questions[0]?.waitedMs ?? 0));
  const reason = "colleagues answer here";
  const evidence = { rule: `answers: ${mode}`, value: claim.channel };
  const texts = questions.map(({ text }) => text);
  const event = { kind: "escalate", reason, queue: defaultQueue, evidence, at } as const;
  await handoff.apply(subjectOf(lease, claim), event, { language: await hearLanguage(claim, texts) });
  return { kind: "changed" };
}

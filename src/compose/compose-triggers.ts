import type { Log } from "../core/log.ts";
import { createLazyUnderstander } from "../guard/understanding/lazy-understander.ts";
import { usualTriggers, type TriggerPolicy } from "../handoff/triggers/trigger.ts";
import { createTriggers, type Triggers } from "../handoff/triggers/triggers.ts";
import type { Settings } from "../settings.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** When each company's conversations go to people. Throws SettingsError for a rule about an intent nobody knows. */
export function composeTriggers(
  { tenants, hotlines = {}, ai }: Pick<Settings, "tenants" | "hotlines" | "ai">,
  { hasModels, log }: { readonly hasModels: boolean; readonly log: Log },
): Triggers {
  const { offerAt } = ai.conversation;
  // What the deployment says about long talks holds for every company that says nothing of its own.
  const usual: TriggerPolicy = {
    ...usualTriggers,
    ...(offerAt > 0 ? { longTalkTurns: offerAt } : { longTalk: "off" }),
  };
  const companies = tenants.map(({ slug, handoff = {}, brain, mode, drafts = [] }) => {
    const { country, ...said } = handoff;
    const set = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
    return [
      tenantIdOf(slug),
      {
        policy: {
          ...usual,
          // Written answers pass these on by themselves, in the company's words.
          ...(brain.size > 0 &&
            (mode === "rules" || !hasModels) && { asked: "off" as const, complaint: false }),
          // Whoever drafts the answers to complaints has a colleague look at them already.
          ...(drafts.some(({ intents }) => intents?.includes("complaint")) && { complaint: false }),
          ...set,
        },
        country,
        file: `config/tenants/${slug}.yaml`,
        understander: createLazyUnderstander(brain.get("intents"), slug),
      },
    ] as const;
  });
  // Read beside the start, so that nobody's answer waits for it.
  const mood = import("../guard/understanding/sentiment.ts").then(
    ({ measureSentiment }) =>
      (text: string) =>
        measureSentiment(text).score,
  );
  mood.catch(() => {});
  return createTriggers({ companies: new Map(companies), usual, hotlines, mood: () => mood, log });
}

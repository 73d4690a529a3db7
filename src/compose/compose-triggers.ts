import { modeOf, type AnswerRule } from "../core/answer-rule.ts";
import type { Log } from "../core/log.ts";
import { createLazyUnderstander } from "../guard/understanding/lazy-understander.ts";
import { loadMood } from "../handoff/triggers/mood.ts";
import { loadSignGuesser } from "../handoff/triggers/sign-model.ts";
import { usualTriggers, type TriggerPolicy } from "../handoff/triggers/trigger.ts";
import { createTriggers, type Triggers } from "../handoff/triggers/triggers.ts";
import type { Settings } from "../settings.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** Triggers, and what they read: with the first message, or before it where it is warmed up. */
interface ComposedTriggers {
  readonly triggers: Triggers;
  warmUp(): Promise<void>;
}

/** When each company's conversations go to people. Throws SettingsError for a rule about an intent nobody knows. */
export function composeTriggers(
  { tenants, hotlines = {}, ai }: Pick<Settings, "tenants" | "hotlines" | "ai">,
  { hasModels, log }: { readonly hasModels: boolean; readonly log: Log },
): ComposedTriggers {
  const { offerAt } = ai.conversation;
  // What the deployment says about long talks holds for every company that says nothing of its own.
  const usual: TriggerPolicy = {
    ...usualTriggers,
    ...(offerAt > 0 ? { longTalkTurns: offerAt } : { longTalk: "off" }),
  };
  const companies = tenants.map(({ slug, handoff = {}, brain, mode, drafts = [] }) => {
    const { country, suggest: _, ...said } = handoff;
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
          ...(drafts.some(isDraftOfComplaint) && { complaint: false }),
          ...set,
        },
        country,
        file: `config/tenants/${slug}.yaml`,
        understander: createLazyUnderstander(brain.get("intents"), slug),
      },
    ] as const;
  });
  return {
    triggers: createTriggers({
      companies: new Map(companies),
      usual,
      hotlines,
      mood: loadMood,
      guesser: loadSignGuesser,
      log,
    }),
    warmUp: async () => void (await loadMood()),
  };
}

function isDraftOfComplaint(rule: AnswerRule): boolean {
  return modeOf(rule) === "draft_only" && rule.intents?.includes("complaint") === true;
}

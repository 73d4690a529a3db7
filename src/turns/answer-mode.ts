import { modeOf, type AnswerMode, type AnswerRule } from "../core/answer-rule.ts";
import type { ChannelName } from "../core/envelope.ts";
import { SettingsError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Role } from "../core/tool.ts";
import type { LazyUnderstander } from "../guard/understanding/lazy-understander.ts";

/** A turn about to begin, as far as it decides who answers it. */
export interface AnswerQuestion {
  readonly tenantId: TenantId;
  readonly channel: ChannelName;
  /** The agent that answers: colleagues who ask for themselves are answered at once. */
  readonly role: Role;
  /** What is asked, message by message. */
  readonly texts: readonly string[];
  /** It tells what an earlier call gave. Nobody knows the intent that was asked with any more. */
  readonly tellsOutcome?: boolean | undefined;
}

/** Finds out who answers. Decided before anything is thought, so that nothing of it shows. */
export type FindAnswerMode = (question: AnswerQuestion) => AnswerMode | Promise<AnswerMode>;

/** What one company's file says about who answers. */
export interface AnswerPolicy {
  readonly tenantId: TenantId;
  /** The company's file, for what is wrong in it. */
  readonly file: string;
  /** The first that fits counts. */
  readonly rules: readonly AnswerRule[];
  /** Asked only where a rule names intents. */
  readonly understander: LazyUnderstander;
}

/**
 * A company without rules costs a look into a map. One message that fits is enough for all that are answered with it; for
 * `auto` all of them have to. Throws SettingsError for an intent nobody knows: its answers would go out unseen.
 */
export function createAnswerMode(policies: readonly AnswerPolicy[], log: Log): FindAnswerMode {
  const problems = policies.flatMap(findUnknownIntents);
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  const byTenant = new Map(
    policies.filter(({ rules }) => rules.length > 0).map((policy) => [policy.tenantId, policy]),
  );
  return ({ tenantId, channel, role, texts, tellsOutcome }) => {
    const policy = role === "customer" ? byTenant.get(tenantId) : undefined;
    const here = (policy?.rules ?? []).filter(({ channels }) => channels?.includes(channel) ?? true);
    const careful = modeFor(here.find((rule) => modeOf(rule) !== "auto"));
    if (policy === undefined || careful === "auto") return "auto";
    if (tellsOutcome === true) return careful;
    if (here[0]?.intents === undefined) return modeFor(here[0]);
    return readIntents(policy.understander, texts)
      .then((intents) => modeFor(here.find((rule) => fits(rule, intents))))
      .catch((cause: unknown) => {
        log.error({ tenantId, err: cause }, "intent not found out: the answer is left to colleagues");
        return careful;
      });
  };
}

/** Where no rule fits, Baton answers. */
function modeFor(rule: AnswerRule | undefined): AnswerMode {
  return rule === undefined ? "auto" : modeOf(rule);
}

function fits(rule: AnswerRule, intents: readonly (string | undefined)[]): boolean {
  const wanted = rule.intents;
  if (wanted === undefined) return true;
  const isMeant = (intent: string | undefined) => intent !== undefined && wanted.includes(intent);
  return modeOf(rule) === "auto" ? intents.every(isMeant) : intents.some(isMeant);
}

function findUnknownIntents({ file, rules, understander }: AnswerPolicy): readonly string[] {
  const named = rules.flatMap(({ intents = [] }) => intents);
  const unknown = named.filter((intent) => !understander.intents.includes(intent));
  return unknown.map(
    (intent) => `- ${file}: answers or drafts name the intent ${intent}, which is not known here`,
  );
}

async function readIntents(
  understander: LazyUnderstander,
  texts: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const understand = await understander.load();
  return texts.map((text) => understand(text, { now: new Date() }).intent);
}

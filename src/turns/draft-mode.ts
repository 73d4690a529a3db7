import type { ChannelName } from "../core/envelope.ts";
import { SettingsError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Role } from "../core/tool.ts";
import type { LazyUnderstander } from "../guard/understanding/lazy-understander.ts";

/** A turn about to begin, as far as it decides whether its answer waits. */
export interface DraftQuestion {
  readonly tenantId: TenantId;
  readonly channel: ChannelName;
  /** The agent that answers: colleagues who ask for themselves are answered at once. */
  readonly role: Role;
  /** What is asked, message by message. */
  readonly texts: readonly string[];
  /** It tells what an earlier call gave. Nobody knows the intent that was asked with any more. */
  readonly tellsOutcome?: boolean | undefined;
}

/** Whether an answer waits for a colleague's word. Decided before anything is thought, so that nothing of it shows. */
export type DraftMode = (question: DraftQuestion) => boolean | Promise<boolean>;

/** What one company's file says about drafts. */
export interface DraftPolicy {
  readonly tenantId: TenantId;
  /** The company's file, for what is wrong in it. */
  readonly file: string;
  readonly rules: readonly {
    readonly channels?: readonly ChannelName[] | undefined;
    readonly intents?: readonly string[] | undefined;
  }[];
  /** Asked only where a rule names intents. */
  readonly understander: LazyUnderstander;
}

/**
 * A company without rules costs a look into a map. One message that fits is enough for all that are answered with it.
 * Throws SettingsError for an intent nobody knows: its answers would go out unseen.
 */
export function createDraftMode(policies: readonly DraftPolicy[], log: Log): DraftMode {
  const problems = policies.flatMap(findUnknownIntents);
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  const byTenant = new Map(
    policies.filter(({ rules }) => rules.length > 0).map((policy) => [policy.tenantId, policy]),
  );
  return ({ tenantId, channel, role, texts, tellsOutcome }) => {
    const policy = role === "customer" ? byTenant.get(tenantId) : undefined;
    if (policy === undefined) return false;
    const rules = policy.rules.filter(({ channels }) => channels?.includes(channel) ?? true);
    if (rules.length === 0) return false;
    const wanted = new Set(rules.flatMap(({ intents = [] }) => intents));
    if (tellsOutcome === true || rules.some(({ intents }) => intents === undefined)) return true;
    return hasIntent(policy.understander, wanted, texts).catch((cause: unknown) => {
      log.error({ tenantId, err: cause }, "intent not found out: the answer waits for a colleague");
      return true;
    });
  };
}

function findUnknownIntents({ file, rules, understander }: DraftPolicy): readonly string[] {
  const named = rules.flatMap(({ intents = [] }) => intents);
  const unknown = named.filter((intent) => !understander.intents.includes(intent));
  return unknown.map((intent) => `- ${file}: drafts name the intent ${intent}, which is not known here`);
}

async function hasIntent(
  understander: LazyUnderstander,
  wanted: ReadonlySet<string>,
  texts: readonly string[],
): Promise<boolean> {
  const understand = await understander.load();
  const intents = texts.map((text) => understand(text, { now: new Date() }).intent);
  return intents.some((intent) => intent !== undefined && wanted.has(intent));
}

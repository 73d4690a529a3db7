import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { SettingsError } from "../../core/errors.ts";
import { texts } from "../../core/texts/texts.ts";
import type { LazyUnderstander } from "../../guard/understanding/lazy-understander.ts";
import { guessSigns, type SignGuesser } from "./guess-signs.ts";
import type { Mood } from "./mood.ts";
import { countryOf, toSafetyWords, type Hotlines } from "./safety-words.ts";
import { decideTrigger, type TriggerDecision, type TriggerPolicy, type TriggerSignals } from "./trigger.ts";

/** What one company says about when its conversations go to people. */
export interface CompanyTriggers {
  readonly policy: TriggerPolicy;
  /** Where its people are, if its file tells. */
  readonly country: string | undefined;
  /** The company's file, for what is wrong in it. */
  readonly file: string;
  /** Asked only where a rule names intents. */
  readonly understander: LazyUnderstander;
}

/** A decision that people take over, and what the person is told before the notice, if anything. */
export interface Triggered {
  readonly decision: Exclude<TriggerDecision, { readonly kind: "none" | "offer" }>;
  readonly first: string | undefined;
  /** Of the words that led to it (ISO 639-1), where it was words. */
  readonly language: string | undefined;
}

/** When conversations go to people by themselves. */
export interface Triggers {
  /** Looks at what a person wrote before anything answers it. Takes microseconds; a rule about intents takes longer. */
  before(said: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly texts: readonly string[];
    readonly locale: string | undefined;
  }): Promise<Triggered | undefined>;
  /** Looks at an answer and what led to it. The moods are only read where the newest is bad. */
  after(
    tenantId: TenantId,
    signals: Omit<TriggerSignals, "said" | "understood" | "sentiments">,
    texts: readonly string[],
  ): Promise<TriggerDecision>;
  policyOf(tenantId: TenantId): TriggerPolicy;
}

interface TriggerParts {
  readonly companies: ReadonlyMap<TenantId, CompanyTriggers>;
  /** For a company without a file. */
  readonly usual: TriggerPolicy;
  readonly hotlines: Hotlines;
  /** How a message feels, once that can be told. */
  readonly mood: () => Promise<Mood>;
  /** What guesses signs, once it is there. */
  readonly guesser: () => Promise<SignGuesser>;
  readonly log: Log;
}

// Moods further back say little about now.
const moodMessages = 3;

/** Throws SettingsError for a rule with an intent nobody knows: it would never fire. */
export function createTriggers({ companies, usual, hotlines, mood, guesser, log }: TriggerParts): Triggers {
  const problems = [...companies.values()].flatMap(findUnknownIntents);
  if (problems.length > 0) throw new SettingsError(problems.join("\n"));
  const policyOf = (tenantId: TenantId) => companies.get(tenantId)?.policy ?? usual;

  async function understand(company: CompanyTriggers | undefined, texts: readonly string[]) {
    if (company === undefined || !company.policy.rules.some(({ intents }) => intents !== undefined))
      return [];
    try {
      const understood = await company.understander.load();
      return texts.map((text) => understood(text, { now: new Date() }));
    } catch (cause) {
      log.error({ err: cause }, "intent not found out: the company's rules about intents are passed over");
      return [];
    }
  }

  return {
    policyOf,
    async before({ tenantId, conversationId, texts: said, locale }) {
      const company = companies.get(tenantId);
      const understood = await understand(company, said);
      const guess = await guesser();
      const guesses = said.flatMap((text) => guessSigns(guess, text));
      const decision = decideTrigger({ said, guesses, understood }, policyOf(tenantId));
      if (decision.kind === "none" || decision.kind === "offer") return undefined;
      log.info({ tenantId, conversationId, ...decision.evidence }, "trigger fired");
      const language = spokenOf(decision);
      if (decision.kind !== "safety") return { decision, first: undefined, language };
      const country = company?.country ?? countryOf(locale);
      const first = toSafetyWords(decision.danger, decision.language, { country, hotlines });
      return { decision, first, language };
    },
    async after(tenantId, signals, texts) {
      const policy = policyOf(tenantId);
      const sentiments = policy.minSentiment > 0 ? await readMoods(texts, policy.minSentiment) : [];
      return decideTrigger({ ...signals, sentiments }, policy);
    },
  };

  async function readMoods(texts: readonly string[], least: number): Promise<readonly number[]> {
    const newest = texts.at(-1);
    if (newest === undefined || texts.length < 2) return [];
    const feel = await mood();
    return feel(newest) < least ? texts.slice(-moodMessages).map(feel) : [];
  }
}

/** Words are evidence by their language. */
function spokenOf({ evidence: { value } }: Triggered["decision"]): string | undefined {
  return typeof value === "string" && Object.hasOwn(texts, value) ? value : undefined;
}

function findUnknownIntents({ file, policy, understander }: CompanyTriggers): readonly string[] {
  const named = policy.rules.flatMap(({ intents = [] }) => intents);
  const unknown = named.filter((intent) => !understander.intents.includes(intent));
  return unknown.map(
    (intent) => `- ${file}: handoff.rules name the intent ${intent}, which is not known here`,
  );
}

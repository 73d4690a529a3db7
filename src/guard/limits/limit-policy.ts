import type { Role } from "../../core/tool.ts";

/** How a company pays; decides how much its people may ask. */
export type Tier = "free" | "pro" | "enterprise";

/** How many messages may be asked of the bot. `undefined`: no limit of that kind. */
export interface LimitPolicy {
  /** Messages of one person a minute, by what they are to the company. */
  readonly userPerMinute: Readonly<Record<Role, number>>;
  /**
   * How many times a minute's messages may come at once: 1.5 lets 15 through where 10 a minute are allowed.
   * 1 is strict: the eleventh of ten is refused.
   */
  readonly burstFactor: number;
  /** Messages of one person in an hour and on a day of their own, by the company's tier. */
  readonly userPerHour: Readonly<Record<Tier, number | undefined>>;
  readonly userPerDay: Readonly<Record<Tier, number | undefined>>;
  /** Messages of all people of one company a minute. */
  readonly companyPerMinute: Readonly<Record<Tier, number | undefined>>;
  /** Requests of one caller to one endpoint of the API a minute. */
  readonly endpointPerMinute: Readonly<Record<Tier, number | undefined>>;
  /** Messages from one remote address a minute, where people are anonymous; a whole office may share one. */
  readonly addressPerMinute: number | undefined;
}

/** What an operator sets; everything else stays at its default. */
export interface LimitChoices extends Partial<Omit<LimitPolicy, "userPerMinute" | "burstFactor">> {
  /** `AI_RATE_LIMIT_PER_MINUTE`: messages of one customer a minute; 10. */
  readonly perMinute?: number | undefined;
  /** `AI_RATE_LIMIT_BURST`: messages of one customer at once; 15. Other roles get the same share above their minute. */
  readonly burst?: number | undefined;
  /** Nobody gets more at once than in a minute. */
  readonly strict?: boolean | undefined;
}

const unlimited = { free: undefined, pro: undefined, enterprise: undefined };

const defaults = {
  userPerHour: { free: 100, pro: 500, enterprise: 1_000 },
  userPerDay: { free: 100, pro: 1_000, enterprise: undefined },
  companyPerMinute: { free: 100, pro: 1_000, enterprise: undefined },
  endpointPerMinute: { free: 10, pro: 60, enterprise: 100 },
  addressPerMinute: 60,
} satisfies Omit<LimitPolicy, "userPerMinute" | "burstFactor">;

/** The policy from what an operator chose. A burst below the minute's limit lowers what may come at once. */
export function createLimitPolicy(choices: LimitChoices = {}): LimitPolicy {
  const { perMinute = 10, burst = 15, strict = false, ...layers } = choices;
  return {
    ...defaults,
    ...layers,
    userPerMinute: { customer: perMinute, staff: 60, admin: 120, analytics: 60 },
    burstFactor: strict ? 1 : burst / perMinute,
  };
}

/** No limit but the person's minute: for tests of that one, and for houses that limit elsewhere. */
export function minuteOnly(choices: Pick<LimitChoices, "perMinute" | "burst" | "strict"> = {}): LimitPolicy {
  return createLimitPolicy({
    ...choices,
    userPerHour: unlimited,
    userPerDay: unlimited,
    companyPerMinute: unlimited,
    endpointPerMinute: unlimited,
    addressPerMinute: undefined,
  });
}

/** The limits an operator may set, for all tiers alike. Undefined: by the tier; 0: no limit. */
export interface LimitSettings {
  readonly perMinute: number;
  readonly burst: number;
  readonly perHour: number | undefined;
  readonly perDay: number | undefined;
  readonly perCompany: number | undefined;
  readonly perAddress: number;
}

/** The policy of a deployment. */
export function limitPolicyOf(settings: LimitSettings): LimitPolicy {
  const { perMinute, burst, perHour, perDay, perCompany, perAddress } = settings;
  return createLimitPolicy({
    perMinute,
    burst,
    addressPerMinute: orUnlimited(perAddress),
    ...(perHour !== undefined && { userPerHour: forAllTiers(perHour) }),
    ...(perDay !== undefined && { userPerDay: forAllTiers(perDay) }),
    ...(perCompany !== undefined && { companyPerMinute: forAllTiers(perCompany) }),
  });
}

function forAllTiers(limit: number): Readonly<Record<Tier, number | undefined>> {
  const value = orUnlimited(limit);
  return { free: value, pro: value, enterprise: value };
}

function orUnlimited(limit: number): number | undefined {
  return limit === 0 ? undefined : limit;
}

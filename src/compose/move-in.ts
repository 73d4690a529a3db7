import type { ChannelName } from "../core/envelope.ts";
import type { Settings } from "../settings.ts";
import type { TenantFile } from "../settings/tenant-files.ts";

/** Workspaces somebody simulates: whose people are there, and under which ids Baton knows them. */
interface Places {
  readonly staff: readonly Colleague[];
  /** Where colleagues see what waits for them, and nobody else does. */
  readonly staffRoom?: NonNullable<TenantFile["staffRoom"]>;
  readonly installations: readonly { readonly channel: ChannelName; readonly id: string }[];
}

interface Colleague {
  readonly name: string;
  readonly accounts: TenantFile["staff"][number]["accounts"];
}

/** What is simulated: the default tenant's places, and those of companies that have their own. */
interface Simulated extends Pick<Places, "staff" | "staffRoom"> {
  /** A folder of documents for a default tenant that has none of its own. */
  readonly handbook?: string;
  /** By the tenant's slug. */
  readonly companies: ReadonlyMap<string, Places>;
}

/** Example companies beside the default one: each is simulated in workspaces of its own. */
export function demosIn(tenants: Settings["tenants"]): readonly TenantFile[] {
  return tenants.filter(({ demo, isDefault }) => demo !== undefined && !isDefault);
}

/** What one can ask each example company to begin with. */
export const demoQuestions: Readonly<Record<NonNullable<TenantFile["demo"]>, readonly string[]>> = {
  cinema: [
    "I want to watch something funny tonight",
    "I want to watch Avengers tonight in IMAX near downtown",
    "What's the status of my booking for tonight?",
  ],
  catering: [
    "What's the price for 25 people?",
    "I want to book for June 15th, 30 people",
    "Show me the menu",
  ],
  support: ["Where is my order?", "I want a refund", "How long does shipping take?"],
};

/** The key of the web site on which people talk to an example company. It stands behind `local` in every order. */
export function siteKeyOf(slug: string): string {
  return `playground-${slug}`;
}

/**
 * The settings of a Baton that lives in simulated workspaces. Each example company gets its own, with their staff, a
 * staff room and a web site, on this machine's clock where its file names no other one; where no real model is set up
 * it answers by its rules, which need none.
 */
export function moveIn(settings: Settings, simulated: Simulated, hasModel: boolean): Settings {
  const tenants = settings.tenants.map((tenant) => settle(tenant, simulated, hasModel));
  const sites = tenants.flatMap((tenant) => tenant.sites);
  const web = settings.channels.web?.sites ?? [];
  const known = new Set(web.map(({ key }) => key));
  const all = [...web, ...sites.filter(({ key }) => !known.has(key))];
  return { ...settings, tenants, channels: { ...settings.channels, web: { sites: all } } };
}

function settle(tenant: TenantFile, simulated: Simulated, hasModel: boolean): TenantFile {
  const places: Places | undefined = tenant.isDefault
    ? { ...simulated, installations: [] }
    : simulated.companies.get(tenant.slug);
  if (places === undefined) return tenant;
  const staff = [...tenant.staff, ...places.staff.map((one) => ({ ...one, roles: ["staff"] as const }))];
  const staffRoom = tenant.staffRoom ?? places.staffRoom;
  const timeZone = tenant.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (tenant.isDefault) {
    const knowledge = tenant.knowledge.length > 0 ? tenant.knowledge : toHandbook(simulated);
    return { ...tenant, staff, staffRoom, timeZone, knowledge };
  }
  const key = siteKeyOf(tenant.slug);
  const site = { key, name: tenant.name, origins: ["self"], userTokenSecret: undefined, allowApps: false };
  return {
    ...tenant,
    mode: hasModel ? tenant.mode : "rules",
    staff,
    staffRoom,
    timeZone,
    installations: [...tenant.installations, ...places.installations, { channel: "web", id: key }],
    sites: [...tenant.sites, site],
  };
}

function toHandbook({ handbook }: Simulated): TenantFile["knowledge"] {
  if (handbook === undefined) return [];
  return [{ name: "handbook", kind: "folder", at: handbook, audience: ["public"], most: 100 }];
}

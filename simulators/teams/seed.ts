import { toStableGuid, toStableToken } from "./ids.ts";
import type { App, Person } from "./model.ts";

export interface PersonSeed {
  readonly name: string;
  readonly isStaff?: boolean;
  readonly isBot?: boolean;
  readonly isGuest?: boolean;
  readonly locale?: string;
  readonly country?: string;
  readonly timezone?: string;
}

/** A tenant with whom and what is in it. All people are in all teams; group chats name their members. */
export interface TenantSeed {
  readonly id: string;
  readonly name: string;
  readonly people: readonly PersonSeed[];
  readonly teams: readonly { readonly name: string; readonly channels: readonly string[] }[];
  readonly groupChats: readonly { readonly name: string; readonly members: readonly string[] }[];
}

/** A team made while it runs. Its people come into the tenant where they are not there yet. */
export interface TeamDraft {
  /** The first tenant when left out. */
  readonly tenantId?: string;
  readonly name: string;
  readonly people: readonly PersonSeed[];
  /** Beside General; whoever is named in `members` has a private one, without the app. */
  readonly channels?: readonly { readonly name: string; readonly members?: readonly string[] }[];
  /** Whether the app is in it (default true). */
  readonly botInstalled?: boolean;
}

export const seedApp: App = {
  appId: "11111111-2222-3333-4444-555555555555",
  secret: "baton-simulator-client-secret-0001",
  name: "Baton",
  tenantId: "a1b2c3d4-e5f6-7890-abcd-ef1234567890",
  tenancy: "single",
};

/** Contoso, with two users, one of the staff and a foreign bot, and Fabrikam, where there is little. */
export const seedTenants: readonly TenantSeed[] = [
  {
    id: seedApp.tenantId,
    name: "Contoso",
    people: [
      { name: "Ana Costa" },
      { name: "Ben Okafor", locale: "en-GB", country: "GB", timezone: "Europe/London" },
      { name: "Mia Berg", isStaff: true, locale: "de-DE", country: "DE", timezone: "Europe/Berlin" },
      { name: "Build Bot", isBot: true },
    ],
    teams: [{ name: "Support", channels: ["General", "Helpdesk"] }],
    groupChats: [{ name: "Launch", members: ["Ana Costa", "Ben Okafor", "Build Bot"] }],
  },
  {
    id: "b2c3d4e5-f6a7-4890-9bcd-ef1234567891",
    name: "Fabrikam",
    people: [{ name: "Zoe Lind" }],
    teams: [{ name: "Fabrikam IT", channels: ["General"] }],
    groupChats: [],
  },
];

/** The person a seed describes; the same name in the same tenant always has the same ids. */
export function toPerson(tenant: Pick<TenantSeed, "id" | "name">, seed: PersonSeed): Person {
  const key = `${tenant.id}/${seed.name}`;
  const isBot = seed.isBot ?? false;
  return {
    id: isBot ? `28:${toStableGuid(`${key}/bot`)}` : `29:1${toStableToken(key, 84)}`,
    aadObjectId: toStableGuid(`${key}/aad`),
    tenantId: tenant.id,
    name: seed.name,
    email: `${seed.name.toLowerCase().replaceAll(" ", ".")}@${tenant.name.toLowerCase()}.example`,
    locale: seed.locale ?? "en-US",
    country: seed.country ?? "US",
    timezone: seed.timezone ?? "America/Los_Angeles",
    isStaff: seed.isStaff ?? false,
    isBot,
    isGuest: seed.isGuest ?? false,
  };
}

import type { ContactId, TenantId } from "../../src/core/ids.ts";
import {
  noProfile,
  parseProfile,
  profilePurpose,
  toProfileContext,
  withItem,
  withPreferences,
  type Profile,
} from "../../src/core/profile.ts";
import type { TenantData, TenantSeal, TenantSql } from "../../src/core/tenant-data.ts";

/** Whose profile it is. */
export interface Person {
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
}

/** What is remembered of people beyond one conversation. */
export interface Profiles {
  /** Preferences and the last five items of the history; empty for a stranger. */
  getContext(person: Person): Promise<Profile>;
  /** Adds preferences, replaces those of the same name, removes those that are empty; once for a key. Keeps the newest 50. */
  setPreferences(person: Person, changes: Readonly<Record<string, string>>, key: string): Promise<Profile>;
  /** Adds to the history what an answer was about; the last twenty items are kept. */
  remember(
    person: Person,
    item: { readonly at: Date; readonly text: string; readonly message?: string | undefined },
  ): Promise<void>;
}

/** Profiles as sealed documents, one for each person. */
export function createProfiles(data: TenantData): Profiles {
  async function change(person: Person, key: string, turn: (before: Profile) => Profile): Promise<Profile> {
    return data.once(person.tenantId, key, async ({ sql, seal }) => {
      const after = turn(await lock(sql, seal, person));
      await sql.query({
        text: "UPDATE profiles SET document = $2, updated_at = now() WHERE user_id = $1",
        values: [person.contactId, seal.seal(profilePurpose, JSON.stringify(after))],
      });
      return toProfileContext(after);
    });
  }

  return {
    getContext: async ({ tenantId, contactId }) => {
      const [seal, [row]] = await Promise.all([
        data.sealFor(tenantId),
        data.statement<{ document: Uint8Array }>(tenantId, {
          text: "SELECT document FROM profiles WHERE user_id = $1",
          values: [contactId],
        }),
      ]);
      return toProfileContext(row === undefined ? noProfile : open(seal, row.document));
    },
    setPreferences: (person, changes, key) =>
      change(person, `preferences ${key}`, (before) => withPreferences(before, changes)),
    remember: async (person, item) => {
      const key = `history ${person.contactId} ${item.message ?? item.at.toISOString()}`;
      await change(person, key, (before) => withItem(before, item));
    },
  };
}

/** The row is made where there is none, so that two changes of one moment wait for each other. */
async function lock(sql: TenantSql, seal: TenantSeal, { tenantId, contactId }: Person): Promise<Profile> {
  await sql.query({
    text: "INSERT INTO profiles (company_id, user_id, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    values: [tenantId, contactId, seal.seal(profilePurpose, JSON.stringify(noProfile))],
  });
  const [row] = await sql.query<{ document: Uint8Array }>({
    text: "SELECT document FROM profiles WHERE user_id = $1 FOR UPDATE",
    values: [contactId],
  });
  if (row === undefined) throw new Error("profiles: a profile that was just made is not there");
  return open(seal, row.document);
}

function open(seal: TenantSeal, document: Uint8Array): Profile {
  return parseProfile(seal.open(profilePurpose, document));
}

import { z } from "zod";
import type { ContactId, TenantId } from "../../src/core/ids.ts";
import type { TenantData, TenantSeal, TenantSql } from "../../src/core/tenant-data.ts";

const historyItem = z.object({ at: z.iso.datetime(), text: z.string() });
const preferences = z.record(z.string().max(60), z.string().max(300));
const profile = z.object({ preferences, history: z.array(historyItem) });

/** What a person likes, and the last things they talked about with when that was, oldest first. */
export type Profile = z.output<typeof profile>;

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
  remember(person: Person, item: { readonly at: Date; readonly text: string }): Promise<void>;
}

const shownItems = 5;
const keptItems = 20;
const mostPreferences = 50;
const longestItem = 500;
const purpose = "profile.document";

/** Profiles as sealed documents, one for each person. */
export function createProfiles(data: TenantData): Profiles {
  async function change(person: Person, key: string, turn: (before: Profile) => Profile): Promise<Profile> {
    return data.once(person.tenantId, key, async ({ sql, seal }) => {
      const after = turn(await lock(sql, seal, person));
      await sql.query({
        text: "UPDATE profiles SET document = $2, updated_at = now() WHERE user_id = $1",
        values: [person.contactId, seal.seal(purpose, JSON.stringify(after))],
      });
      return toContext(after);
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
      return toContext(row === undefined ? { preferences: {}, history: [] } : open(seal, row.document));
    },
    setPreferences: (person, changes, key) =>
      change(person, `preferences ${key}`, (before) => ({
        ...before,
        preferences: merge(before.preferences, changes),
      })),
    remember: async (person, { at, text }) => {
      const item = { at: at.toISOString(), text: text.slice(0, longestItem) };
      await change(person, `history ${person.contactId} ${item.at}`, (before) => ({
        ...before,
        history: [...before.history, item].slice(-keptItems),
      }));
    },
  };
}

/** The row is made where there is none, so that two changes of one moment wait for each other. */
async function lock(sql: TenantSql, seal: TenantSeal, { tenantId, contactId }: Person): Promise<Profile> {
  await sql.query({
    text: "INSERT INTO profiles (company_id, user_id, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    values: [tenantId, contactId, seal.seal(purpose, JSON.stringify({ preferences: {}, history: [] }))],
  });
  const [row] = await sql.query<{ document: Uint8Array }>({
    text: "SELECT document FROM profiles WHERE user_id = $1 FOR UPDATE",
    values: [contactId],
  });
  if (row === undefined) throw new Error("profiles: a profile that was just made is not there");
  return open(seal, row.document);
}

function open(seal: TenantSeal, document: Uint8Array): Profile {
  return profile.parse(JSON.parse(seal.open(purpose, document)));
}

function toContext({ preferences: known, history }: Profile): Profile {
  return { preferences: known, history: history.slice(-shownItems) };
}

function merge(
  before: Profile["preferences"],
  changes: Readonly<Record<string, string>>,
): Profile["preferences"] {
  const kept = Object.entries(before).filter(([name]) => !(name in changes));
  const added = Object.entries(changes).filter(([, value]) => value.trim() !== "");
  return Object.fromEntries([...kept, ...added].slice(-mostPreferences));
}

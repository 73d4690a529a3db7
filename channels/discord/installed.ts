import type { Installations } from "../../src/core/channel.ts";
import { isFields, textAt } from "../kit/fields.ts";

/** Who the bot is. The same everywhere: there is one token. */
export interface Identity {
  readonly applicationId: string;
  readonly botUserId: string;
}

/** The servers the bot is in, and the application itself, where direct messages belong. */
export interface Installed {
  /** Sees to it that the server is installed; resolves with whether it is new. */
  ensure(guildId: string, name: () => Promise<string>): Promise<boolean>;
  has(guildId: string): Promise<boolean>;
  remove(guildId: string): Promise<void>;
  /** The servers that are installed and that this bot is not in any more, judged by those it is in. */
  missing(present: ReadonlySet<string>, isOurs: (guildId: string) => boolean): Promise<readonly string[]>;
}

/** Remembers what it has seen to, so that a message costs no look-up. */
export function createInstalled(installations: Installations, identity: Identity): Installed {
  const seen = new Map<string, Promise<boolean>>();

  async function install(guildId: string, name: () => Promise<string>): Promise<boolean> {
    if ((await installations.find(guildId)) !== undefined) return false;
    await installations.save({ externalId: guildId, name: await name(), credentials: identity });
    return true;
  }

  async function ensure(guildId: string, name: () => Promise<string>): Promise<boolean> {
    const known = seen.get(guildId);
    if (known !== undefined) {
      await known;
      return false;
    }
    const installing = install(guildId, name);
    seen.set(guildId, installing);
    // A failure is whoever's turn it is; the next one tries again.
    installing.catch(() => seen.delete(guildId));
    return installing;
  }

  return {
    ensure,
    has: async (guildId) => (await installations.find(guildId)) !== undefined,
    async remove(guildId) {
      seen.delete(guildId);
      await installations.remove(guildId);
    },
    async missing(present, isOurs) {
      const all = await installations.list();
      return all
        .filter(({ credentials }) => readIdentity(credentials)?.applicationId === identity.applicationId)
        .map(({ externalId }) => externalId)
        .filter((id) => id !== identity.applicationId && !present.has(id) && isOurs(id));
    },
  };
}

/** Reads what an installation of ours keeps; undefined for anything else. */
export function readIdentity(credentials: unknown): Identity | undefined {
  const fields = isFields(credentials) ? credentials : {};
  const applicationId = textAt(fields, "applicationId");
  const botUserId = textAt(fields, "botUserId");
  return applicationId === undefined || botUserId === undefined ? undefined : { applicationId, botUserId };
}

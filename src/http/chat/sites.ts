import { isIP } from "node:net";
import { z } from "zod";
import type { Installations } from "../../core/channel.ts";
import type { InstallationDirectory, Route } from "../../tenants/installations.ts";

/** A web site as its installation describes it. */
export interface Site {
  readonly key: string;
  readonly route: Route;
  readonly origins: readonly string[];
  readonly userTokenSecret: string | undefined;
  readonly allowApps: boolean;
}

/** The sites of this deployment, and who may reach them from where. */
export interface Sites {
  find(key: string): Promise<Site | undefined>;
  /** The site the page at `/chat` belongs to: the first that allows it. */
  ownPageKey(): Promise<string | undefined>;
  /** Whether any site is reached from this origin; for a preflight, which names no site. */
  isKnownOrigin(origin: string, host: string): Promise<boolean>;
  /** `host` is the name the request was made to. */
  allows(site: Site, origin: string, host: string): boolean;
}

const credentials = z.object({
  origins: z.array(z.string()),
  userTokenSecret: z.string().optional(),
  allowApps: z.boolean().default(false),
});
// A site added meanwhile is known to a preflight this late at most.
const originsKeptMs = 5_000;

export function createSites({
  directory,
  publicUrl,
}: {
  readonly directory: InstallationDirectory;
  readonly publicUrl: string | undefined;
}): Sites {
  const installations: Installations = directory.forChannel("web");
  let known: { readonly origins: ReadonlySet<string>; readonly until: number } | undefined;

  async function origins(): Promise<ReadonlySet<string>> {
    if (known !== undefined && known.until > Date.now()) return known.origins;
    const records = await installations.list();
    const all = new Set(records.flatMap((record) => credentials.parse(record.credentials).origins));
    known = { origins: all, until: Date.now() + originsKeptMs };
    return all;
  }

  function isIn(list: { has(origin: string): boolean }, origin: string, host: string): boolean {
    return list.has(origin) || (list.has("self") && isOwnOrigin(origin, host, publicUrl));
  }

  return {
    find: async (key) => {
      const [route, record] = await Promise.all([directory.route("web", key), installations.find(key)]);
      if (route === undefined || record === undefined) return undefined;
      const { userTokenSecret, ...rest } = credentials.parse(record.credentials);
      return { key, route, userTokenSecret, ...rest };
    },
    ownPageKey: async () => {
      const records = await installations.list();
      return records.find((record) => credentials.parse(record.credentials).origins.includes("self"))
        ?.externalId;
    },
    isKnownOrigin: async (origin, host) => isIn(await origins(), origin, host),
    allows: (site, origin, host) => isIn(new Set(site.origins), origin, host),
  };
}

/** A name that anyone can point at this machine would make a foreign page look like ours. */
function isOwnOrigin(origin: string, host: string, publicUrl: string | undefined): boolean {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) return false;
  if (publicUrl !== undefined && URL.parse(publicUrl)?.origin === origin) return true;
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return url.host === host.toLowerCase() && (name === "localhost" || isIP(name) !== 0);
}

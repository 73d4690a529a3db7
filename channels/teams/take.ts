import type { Installations } from "../../src/core/channel.ts";
import type { Accept } from "../../src/core/envelope.ts";
import type { Log } from "../../src/core/log.ts";
import { fieldsAt, textAt, type Fields } from "../kit/fields.ts";
import { parseTeamsCredentials, type TeamsCredentials } from "./credentials.ts";
import { parseTeams } from "./parse.ts";
import type { Take } from "./receive.ts";
import type { TeamsSettings } from "./settings.ts";

interface TakeParts {
  readonly settings: Pick<TeamsSettings, "appId" | "allowedBots">;
  readonly installations: Installations;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly accept: Accept;
}

// People of one tenant can be served from different regions: the newest address is kept, but not written each time.
const rememberEveryMs = 600_000;

/** Reads an activity, makes sure its tenant is installed, hands the envelope on. */
export function createTake(parts: TakeParts): Take {
  const { settings, installations, log, now, accept } = parts;
  const installing = new Map<string, Promise<void>>();
  const rememberedAt = new Map<string, number>();

  return async (activity, correlationId) => {
    const { appId, allowedBots } = settings;
    const parsed = parseTeams(activity, { appId, allowedBots, receivedAt: new Date(now()), correlationId });
    if (parsed.kind === "ignored") {
      log.debug({ correlationId, reason: parsed.reason }, "teams activity ignored");
      return parsed;
    }
    await ensureInstalled(parsed.envelope.installation, activity);
    return accept(parsed.envelope);
  };

  /** One app serves all allowed tenants: each becomes an installation when it is first heard of. */
  async function ensureInstalled(tenant: string, activity: Fields): Promise<void> {
    const serviceUrl = textAt(activity, "serviceUrl");
    if (serviceUrl === undefined) return;
    const record = await installations.find(tenant);
    if (record === undefined) return saveOnce(tenant, nameOf(activity) ?? tenant, { serviceUrl });
    const isKnown = parseTeamsCredentials(record.credentials)?.serviceUrl === serviceUrl;
    if (isKnown || now() - (rememberedAt.get(tenant) ?? 0) < rememberEveryMs) return;
    await saveOnce(tenant, record.name, { serviceUrl });
  }

  function saveOnce(tenant: string, name: string, credentials: TeamsCredentials): Promise<void> {
    const running = installing.get(tenant);
    if (running !== undefined) return running;
    const saving = installations
      .save({ externalId: tenant, name, credentials })
      .then(() => void rememberedAt.set(tenant, now()))
      .finally(() => installing.delete(tenant));
    installing.set(tenant, saving);
    return saving;
  }
}

function nameOf(activity: Fields): string | undefined {
  return textAt(fieldsAt(fieldsAt(activity, "channelData"), "tenant"), "name");
}

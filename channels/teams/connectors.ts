import type { Installations } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { parseFields, textAt } from "../kit/fields.ts";
import type { Pacer } from "../kit/pace.ts";
import type { Transport } from "../kit/transport.ts";
import { createConnector, type Connector } from "./connector.ts";
import { parseTeamsCredentials } from "./credentials.ts";
import { parseServiceUrl } from "./hosts.ts";
import type { TeamsSettings } from "./settings.ts";
import type { TeamsTokens } from "./tokens.ts";

/** Where a tenant is reached: at the address an envelope brought, else where it was last seen. */
interface Reached {
  readonly installation: string;
  readonly returnPath?: string | undefined;
}

/**
 * Throws PermanentError with code `not_installed` for a tenant that is not, and with `service_host` where its address
 * is not known yet or is not Microsoft's.
 */
export type ConnectorFor = (reached: Reached) => Promise<Connector>;

interface ConnectorsParts {
  readonly settings: Pick<TeamsSettings, "serviceHosts">;
  readonly installations: Installations;
  readonly tokens: TeamsTokens;
  readonly transport: Transport;
  readonly pacer: Pacer;
  readonly log: Log;
}

/** Finds the connector that serves a tenant. */
export function createConnectors(parts: ConnectorsParts): ConnectorFor {
  const { settings, installations, tokens, transport, pacer, log } = parts;
  return async ({ installation, returnPath }) => {
    const record = await installations.find(installation);
    if (record === undefined)
      throw new PermanentError("teams: this tenant is not installed", { code: "not_installed" });
    const known = serviceUrlIn(returnPath) ?? parseTeamsCredentials(record.credentials)?.serviceUrl;
    const serviceUrl = known === undefined ? undefined : parseServiceUrl(known, settings.serviceHosts);
    if (serviceUrl === undefined)
      throw new PermanentError("teams: the service address is not known, or not Microsoft's", {
        code: "service_host",
      });
    return createConnector({ serviceUrl, installation, tokens, transport, pacer, log });
  };
}

function serviceUrlIn(returnPath: string | undefined): string | undefined {
  return returnPath === undefined ? undefined : textAt(parseFields(returnPath), "serviceUrl");
}

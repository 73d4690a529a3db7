import { decodeJwt, errors, jwtVerify } from "jose";
import { TransientError } from "../../src/core/errors.ts";
import { textAt, type Fields } from "../kit/fields.ts";
import { parseServiceUrl } from "./hosts.ts";
import { unknownKey, type SigningKey, type SigningKeys } from "./keys.ts";
import { tenantOf } from "./parse-context.ts";
import type { TeamsSettings } from "./settings.ts";

/** What a genuine token says. */
export interface TeamsToken {
  /** The only address answers may go to; undefined when the token names none. */
  readonly serviceUrl: string | undefined;
  /** The channels its key may speak for. */
  readonly endorsements: readonly string[];
}

/**
 * Why a request is refused. 401: nobody knows who sent it; 403: known, but not for this; 503: it may be known later,
 * so it is to be sent again.
 */
export interface Refused {
  readonly kind: "refused";
  readonly status: 401 | 403 | 503;
  readonly reason: string;
}

type Gatekeeper = Pick<TeamsSettings, "appId" | "issuer" | "allowedTenants" | "serviceHosts">;

const toleranceSeconds = 300;
const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/;

/**
 * Checks that a request comes from Microsoft's connector and is for this bot, before its body is read: RS256 by a
 * known key, the connector's issuer, our app id as audience, begun and not ended with five minutes' tolerance.
 * Tokens of the emulator and of other bots have other issuers and are refused. One whose key may only be too new for
 * us is to come again. Throws TransientError while no keys can be had.
 */
export async function verifyToken(
  authorization: unknown,
  parts: { readonly settings: Gatekeeper; readonly keys: SigningKeys; readonly now: () => number },
): Promise<({ readonly kind: "genuine" } & TeamsToken) | Refused> {
  const { settings, keys, now } = parts;
  const [, token] = typeof authorization === "string" ? (bearer.exec(authorization) ?? []) : [];
  if (token === undefined) return refuse(401, "no bearer token");
  let signer: SigningKey | undefined;
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid }) => {
        // Asked first, so that only what could be genuine makes us look for a key.
        if (!mayBeForUs(token, settings, now())) throw new errors.JWTInvalid("not for this bot, or not now");
        signer = typeof kid === "string" ? await keys.find(kid) : undefined;
        if (signer === undefined) throw new errors.JWKSNoMatchingKey("the key is not known");
        return signer.key;
      },
      {
        algorithms: ["RS256"],
        issuer: settings.issuer,
        audience: settings.appId,
        clockTolerance: toleranceSeconds,
        currentDate: new Date(now()),
        requiredClaims: ["exp", "nbf"],
      },
    );
    const serviceUrl = payload["serviceurl"];
    return {
      kind: "genuine",
      serviceUrl: typeof serviceUrl === "string" && serviceUrl !== "" ? serviceUrl : undefined,
      endorsements: signer?.endorsements ?? [],
    };
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return refuse(401, cause.code);
    if (cause instanceof TransientError && cause.code === unknownKey) return refuse(503, cause.message);
    throw cause;
  }
}

/** What the token says of itself; nobody knows yet whether it is true. */
function mayBeForUs(token: string, { issuer, appId }: Gatekeeper, nowMs: number): boolean {
  const { iss, aud, exp = 0, nbf = Infinity } = decodeJwt(token);
  const seconds = Math.floor(nowMs / 1000);
  const isNow = nbf <= seconds + toleranceSeconds && exp > seconds - toleranceSeconds;
  return isNow && iss === issuer && (Array.isArray(aud) ? aud.includes(appId) : aud === appId);
}

/**
 * Checks that the activity is what its token was made for: Teams' own, to be answered at the address the token
 * names and at one of Microsoft's, and of a tenant that may use this bot. Undefined when all is well.
 */
export function checkActivity(
  activity: Fields,
  token: TeamsToken,
  settings: Gatekeeper,
): Refused | undefined {
  const channel = textAt(activity, "channelId");
  if (channel !== "msteams") return refuse(403, "not from Teams");
  if (!token.endorsements.includes(channel)) return refuse(403, "the key may not speak for Teams");
  const serviceUrl = textAt(activity, "serviceUrl");
  if (serviceUrl === undefined || serviceUrl !== token.serviceUrl)
    return refuse(403, "the token is for another service address");
  if (parseServiceUrl(serviceUrl, settings.serviceHosts) === undefined)
    return refuse(403, "the service address is not Microsoft's");
  const tenant = tenantOf(activity);
  if (tenant === undefined) return refuse(403, "no tenant");
  if (settings.allowedTenants !== "any" && !settings.allowedTenants.has(tenant))
    return refuse(403, "the tenant may not use this bot");
  return undefined;
}

function refuse(status: Refused["status"], reason: string): Refused {
  return { kind: "refused", status, reason };
}

import { hkdfSync } from "node:crypto";
import { decodeJwt, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import type { TenantId } from "../../core/ids.ts";
import type { VisitorProfile } from "../../tenants/web-sessions.ts";

/** What a session token says. */
export interface SessionClaims {
  readonly site: string;
  readonly session: string;
  readonly generation: number;
  readonly thread: string;
  readonly expiresAt: Date;
}

/** `session` speaks for a visitor; `ticket` only opens one live connection where no header can be sent. */
export type TokenUse = "session" | "ticket";

/** Makes and reads session tokens: HS256 under a key of each tenant's own. */
export interface SessionTokens {
  sign(
    tenantId: TenantId,
    claims: Omit<SessionClaims, "expiresAt">,
    use: TokenUse,
  ): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** Undefined for whatever we did not sign for this use, or that ended more than `graceMs` ago. */
  read(
    tenantId: TenantId,
    token: string,
    use: TokenUse,
    graceMs?: number,
  ): Promise<SessionClaims | undefined>;
}

/** How long tokens live, milliseconds. */
export interface TokenTimes {
  readonly session: number;
  readonly ticket: number;
}

export const defaultTokenTimes: TokenTimes = { session: 15 * 60_000, ticket: 60_000 };

const claimsOf = z.object({
  iss: z.string(),
  sid: z.string(),
  gen: z.number().int(),
  thr: z.string(),
  exp: z.number(),
});

export function createSessionTokens({
  masterKeys,
  times = defaultTokenTimes,
  now = Date.now,
}: {
  /** The newest first; the others still read. */
  readonly masterKeys: readonly Buffer[];
  readonly times?: TokenTimes | undefined;
  readonly now?: (() => number) | undefined;
}): SessionTokens {
  const keyOf = (master: Buffer, tenantId: TenantId): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", master, tenantId, "baton web session", 32));

  return {
    sign: async (tenantId, { site, session, generation, thread }, use) => {
      const [master] = masterKeys;
      if (master === undefined) throw new Error("web: there is no master key");
      const expiresAt = new Date(Math.ceil((now() + times[use]) / 1_000) * 1_000);
      const token = await new SignJWT({ sid: session, gen: generation, thr: thread })
        .setProtectedHeader({ alg: "HS256" })
        .setIssuer(site)
        .setAudience(use)
        .setExpirationTime(expiresAt)
        .sign(keyOf(master, tenantId));
      return { token, expiresAt };
    },
    read: async (tenantId, token, use, graceMs = 0) => {
      for (const master of masterKeys) {
        try {
          const { payload } = await jwtVerify(token, keyOf(master, tenantId), {
            algorithms: ["HS256"],
            audience: use,
            currentDate: new Date(now()),
            clockTolerance: graceMs / 1_000,
          });
          const { iss: site, sid: session, gen: generation, thr: thread, exp } = claimsOf.parse(payload);
          return { site, session, generation, thread, expiresAt: new Date(exp * 1_000) };
        } catch {
          continue; // another key's, or nobody's
        }
      }
      return undefined;
    },
  };
}

/** The site a token claims to be for: where to look for the key that proves it. */
export function siteNamedBy(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

const userClaims = z.object({
  sub: z.string().min(1).max(200),
  name: z.string().max(200).optional(),
  locale: z.string().max(35).optional(),
  email: z.string().max(320).optional(),
});

/** Reads the token by which a site says who its visitor is; undefined when it does not prove that. */
export async function readUserToken(
  token: string,
  secret: string,
  now: () => number = Date.now,
): Promise<{ readonly sub: string; readonly profile: VisitorProfile } | undefined> {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ["HS256"],
      requiredClaims: ["exp", "sub"],
      currentDate: new Date(now()),
      clockTolerance: 5,
    });
    const { sub, ...profile } = userClaims.parse(payload);
    return { sub, profile };
  } catch {
    return undefined;
  }
}

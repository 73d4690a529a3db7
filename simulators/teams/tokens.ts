import { createHmac, sign } from "node:crypto";
import type { Identity, SigningKey } from "./identity.ts";
import type { App } from "./model.ts";

/** What is wrong with a token on purpose. */
export type TokenFlaw =
  | "missing"
  | "bearer only"
  | "not a token"
  | "alg none"
  | "hs256 with the public key"
  | "bad signature"
  | "wrong audience"
  | "wrong issuer"
  | "expired"
  | "not yet valid"
  | "unknown kid"
  | "no kid"
  | "no serviceurl"
  | "other serviceurl"
  | "other channel's key"
  | "key without endorsements"
  | "emulator"
  | "skill";

/** The issuer of everything the connector signs. */
export const connectorIssuer = "https://api.botframework.com";
const loginIssuer = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/";
// Verifiers allow five minutes of clock difference: the flaws lie just beyond.
const toleranceSeconds = 300;

interface Claims {
  readonly serviceurl?: string;
  readonly nbf: number;
  readonly exp: number;
  readonly iss: string;
  readonly aud: string;
  readonly [claim: string]: unknown;
}

/** The `Authorization` header of a delivery; undefined where the flaw is to have none. */
export function mintAuthorization(
  identity: Identity,
  app: App,
  { serviceUrl, flaw }: { serviceUrl: string; flaw?: TokenFlaw | undefined },
): string | undefined {
  if (flaw === "missing") return undefined;
  if (flaw === "bearer only") return "Bearer";
  if (flaw === "not a token") return "Bearer abc.def";
  const now = Math.floor(Date.now() / 1000);
  const claims = spoil(
    { serviceurl: serviceUrl, nbf: now, exp: now + 3_600, iss: connectorIssuer, aud: app.appId },
    flaw,
    now,
  );
  return `Bearer ${signFlawed(identity, claims, flaw)}`;
}

/** A token signed with RS256. */
export function signToken(key: SigningKey, claims: object, header: object = {}): string {
  const input = toSigningInput({ alg: "RS256", typ: "JWT", kid: key.kid, x5t: key.kid, ...header }, claims);
  return `${input}.${sign("RSA-SHA256", Buffer.from(input), key.privateKey).toString("base64url")}`;
}

function spoil(claims: Claims, flaw: TokenFlaw | undefined, now: number): Claims {
  switch (flaw) {
    case "wrong audience":
      return { ...claims, aud: "99999999-2222-3333-4444-555555555555" };
    case "wrong issuer":
      return { ...claims, iss: "https://api.botframework.example" };
    case "expired":
      return { ...claims, nbf: now - 7_200, exp: now - toleranceSeconds - 1 };
    case "not yet valid":
      // One second of grace for the time the request is under way.
      return { ...claims, nbf: now + toleranceSeconds + 2 };
    case "no serviceurl": {
      const { serviceurl: _, ...rest } = claims;
      return rest as Claims;
    }
    case "other serviceurl":
      return { ...claims, serviceurl: "https://smba.example/amer/" };
    case "emulator":
      return { ...claims, iss: loginIssuer, ver: "1.0", appid: claims.aud };
    case "skill":
      return { ...claims, iss: loginIssuer, ver: "1.0", appid: "99999999-2222-3333-4444-555555555555" };
    default:
      return claims;
  }
}

function signFlawed(identity: Identity, claims: Claims, flaw: TokenFlaw | undefined): string {
  const { current } = identity;
  switch (flaw) {
    case "alg none":
      return `${toSigningInput({ alg: "none", typ: "JWT", kid: current.kid }, claims)}.`;
    case "hs256 with the public key": {
      const input = toSigningInput({ alg: "HS256", typ: "JWT", kid: current.kid }, claims);
      const secret = current.publicKey.export({ type: "spki", format: "pem" });
      return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
    }
    case "bad signature":
      return signToken(identity.unpublished, claims, { kid: current.kid, x5t: current.kid });
    case "unknown kid":
      return signToken(identity.unpublished, claims);
    case "no kid":
      return signToken(current, claims, { kid: undefined, x5t: undefined });
    case "other channel's key":
      return signToken(identity.otherChannels, claims);
    case "key without endorsements":
      return signToken(identity.unendorsed, claims);
    case "emulator":
    case "skill":
      return signToken(identity.login, claims);
    default:
      return signToken(current, claims);
  }
}

function toSigningInput(header: object, claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode(header)}.${encode(claims)}`;
}

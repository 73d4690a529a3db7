import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

const schema = z.object({
  /** What the state is for: a ticket opens an installation, a state carries it through Slack. */
  use: z.enum(["ticket", "install"]),
  /** Until when, milliseconds since the epoch. */
  until: z.number(),
  tenant: z.string().optional(),
  /** SHA-256 of the browser's cookie. */
  browser: z.string().optional(),
});

/** What travels through the browser and must come back as we wrote it. */
export type OauthState = z.infer<typeof schema>;

/** Signs a state; anyone can read it, nobody can change it. */
export function sealOauthState(state: OauthState, secret: string): string {
  const body = Buffer.from(JSON.stringify(state)).toString("base64url");
  return `${body}.${sign(body, secret)}`;
}

/** Opens a state we sealed for this use and that has not ended; otherwise undefined. Never throws. */
export function openOauthState(
  sealed: string,
  {
    secret,
    use,
    nowMs,
  }: { readonly secret: string; readonly use: OauthState["use"]; readonly nowMs: number },
): OauthState | undefined {
  const [body = "", signature = "", ...rest] = sealed.split(".");
  if (rest.length > 0 || !isSame(sign(body, secret), signature)) return undefined;
  const parsed = schema.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  if (!parsed.success || parsed.data.use !== use || parsed.data.until < nowMs) return undefined;
  return parsed.data;
}

/** The fingerprint of a browser's cookie. */
export function fingerprint(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64url");
}

function sign(body: string, secret: string): string {
  return createHmac("sha256", secret).update(`baton-slack-oauth:${body}`).digest("base64url");
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

import { randomBytes } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Visitor, WebThread } from "../../core/transcript.ts";
import type { WebSession, WebSessions } from "../../tenants/web-sessions.ts";
import { refusals } from "./api-error.ts";
import {
  readUserToken,
  siteNamedBy,
  type SessionClaims,
  type SessionTokens,
  type TokenUse,
} from "./session-tokens.ts";
import type { Site, Sites } from "./sites.ts";

/** A visitor whose right to speak is proved. */
export interface ChatSession {
  readonly site: Site;
  readonly visitor: Visitor;
  readonly claims: SessionClaims;
}

/** What a page gets to speak with. */
export interface OpenedSession {
  readonly token: string;
  readonly expiresAt: Date;
  readonly thread: string;
  readonly identified: boolean;
}

/** Opens sessions, and proves who a request is from. All refusals are ApiErrors. */
export interface ChatSessions {
  open(
    request: FastifyRequest,
    asked: {
      readonly siteKey: string;
      readonly userToken?: string | undefined;
      readonly newThread: boolean;
    },
  ): Promise<OpenedSession>;
  /** Whose request this is; checks the page's origin too. */
  prove(request: FastifyRequest, token: string | undefined, use?: TokenUse): Promise<ChatSession>;
  /** The same session with its time begun anew. */
  renew(session: ChatSession): Promise<OpenedSession>;
  ticket(session: ChatSession): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  end(session: ChatSession): Promise<void>;
  /** The visitor's thread under this id; refuses any other as if there were none. */
  threadOf(session: ChatSession, thread: string): Promise<WebThread>;
}

/** How long an idle visitor may come back to their thread, milliseconds. */
const comeBackMs = 7 * 24 * 60 * 60_000;
/** An answer that was lost on its way may be asked for again this long, milliseconds. */
const lostAnswerMs = 60_000;

export function createChatSessions(parts: {
  readonly sites: Sites;
  readonly sessions: WebSessions;
  readonly tokens: SessionTokens;
  readonly now?: (() => number) | undefined;
}): ChatSessions {
  const { sites, sessions, tokens, now = Date.now } = parts;

  const open: ChatSessions["open"] = async (request, { siteKey, userToken, newThread }) => {
    const site = await sites.find(siteKey);
    if (site === undefined) throw refusals.notFound();
    checkOrigin(request, site);
    if (userToken !== undefined) return openIdentified(site, userToken, newThread);
    const old = bearerOf(request);
    const back = old === undefined ? undefined : await comeBack(site, old);
    if (back !== undefined && !newThread) return back;
    if (old !== undefined && back === undefined) throw refusals.unauthorized();
    // Who is anonymous is known by this id alone, so it must not be guessed: 256 bits.
    return begin(site, `visitor:${randomBytes(32).toString("base64url")}`, { profile: {} });
  };

  async function openIdentified(site: Site, userToken: string, newThread: boolean): Promise<OpenedSession> {
    const { userTokenSecret: secret } = site;
    const user = secret === undefined ? undefined : await readUserToken(userToken, secret, now);
    if (user === undefined) throw refusals.unauthorized();
    // A session of its own, never the anonymous one: whoever knew that one's token must not read on.
    const visitor = `user:${user.sub}`;
    const last = newThread ? undefined : await sessions.latestThread(site.route, visitor, comeBackMs);
    return begin(site, visitor, { profile: user.profile, thread: last, identified: true });
  }

  async function begin(
    site: Site,
    visitor: string,
    {
      profile,
      thread: last,
      identified = false,
    }: {
      readonly profile: Parameters<WebSessions["begin"]>[1]["profile"];
      readonly thread?: string | undefined;
      readonly identified?: boolean;
    },
  ): Promise<OpenedSession> {
    const thread = last ?? (await sessions.beginThread(site.route, { id: visitor, profile }));
    const session = await sessions.begin(site.route, { id: visitor, identified, profile });
    return issue(site, { session, thread, generation: 0, identified });
  }

  async function issue(
    site: Site,
    {
      identified,
      ...claims
    }: {
      readonly session: string;
      readonly thread: string;
      readonly generation: number;
      readonly identified: boolean;
    },
  ): Promise<OpenedSession> {
    const signed = await tokens.sign(site.route.tenantId, { site: site.key, ...claims }, "session");
    return { ...signed, thread: claims.thread, identified };
  }

  /** An idle visitor comes back with a token that ended: it is good for this once, and the next one is another. */
  async function comeBack(site: Site, token: string): Promise<OpenedSession | undefined> {
    const claims = await tokens.read(site.route.tenantId, token, "session", comeBackMs);
    const session = claims?.site === site.key ? await sessions.find(site.route, claims.session) : undefined;
    if (claims === undefined || session === undefined) return undefined;
    const generation = await nextGeneration(site, claims, session);
    if (generation === undefined) return undefined;
    const { identified } = session;
    return issue(site, { session: session.id, thread: claims.thread, generation, identified });
  }

  async function nextGeneration(
    site: Site,
    claims: SessionClaims,
    session: WebSession,
  ): Promise<number | undefined> {
    if (claims.generation === session.generation - 1)
      return now() - session.rotatedAt.getTime() < lostAnswerMs ? session.generation : undefined;
    if (claims.generation !== session.generation) return undefined;
    if (claims.expiresAt.getTime() > now()) return session.generation;
    await sessions.rotate(site.route, session.id, session.generation);
    return session.generation + 1;
  }

  const prove: ChatSessions["prove"] = async (request, token, use = "session") => {
    const key = token === undefined || token.length > 2_000 ? undefined : siteNamedBy(token);
    const site = key === undefined ? undefined : await sites.find(key);
    if (token === undefined || site === undefined) throw refusals.unauthorized();
    const claims = await tokens.read(site.route.tenantId, token, use);
    const session = claims?.site === site.key ? await sessions.find(site.route, claims.session) : undefined;
    if (claims === undefined || session?.generation !== claims.generation) throw refusals.unauthorized();
    checkOrigin(request, site);
    return { site, visitor: session.visitor, claims };
  };

  function checkOrigin(request: FastifyRequest, site: Site): void {
    const { origin, host = "" } = request.headers;
    if (origin !== undefined && !sites.allows(site, origin, host)) throw refusals.origin();
  }

  return {
    open,
    prove,
    renew: async ({ site, visitor, claims }) => {
      const { session, thread, generation } = claims;
      const identified = !isAnonymous(visitor);
      return issue(site, { session, thread, generation, identified });
    },
    ticket: ({ site, claims }) => tokens.sign(site.route.tenantId, claims, "ticket"),
    end: ({ site, claims }) => sessions.end(site.route, claims.session),
    threadOf: async ({ site, visitor }, thread) => {
      if (!(await sessions.owns(site.route, visitor.id, thread))) throw refusals.notFound();
      return { site: site.key, thread };
    },
  };
}

/** Whether nobody has vouched for who a visitor is. */
export function isAnonymous({ id }: Pick<Visitor, "id">): boolean {
  return !id.startsWith("user:");
}

/** The token of a request's `Authorization: Bearer`. */
export function bearerOf({ headers }: Pick<FastifyRequest, "headers">): string | undefined {
  return /^Bearer ([\w.~+/=-]{1,2000})$/i.exec(headers.authorization ?? "")?.[1];
}

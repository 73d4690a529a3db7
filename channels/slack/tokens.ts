import type { Installations } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { parseSlackCredentials, type SlackCredentials } from "./credentials.ts";
import { numberAt, textAt } from "../kit/fields.ts";
import type { SlackOauthSettings } from "./settings.ts";
import type { SlackWeb } from "./web.ts";

/** The credentials of the installed workspaces, their tokens kept fresh. */
export interface SlackTokens {
  /** What is stored, as it is; undefined when the workspace is not installed. For reading events. */
  known(installation: string): Promise<SlackCredentials | undefined>;
  /** With a token that is good for a while; throws PermanentError (`not_installed`) when there is none. For calls. */
  fresh(installation: string): Promise<SlackCredentials>;
}

interface TokensParts {
  readonly installations: Installations;
  readonly oauth: SlackOauthSettings | undefined;
  /** The Web API without a token. */
  readonly web: SlackWeb;
  readonly log: Log;
  readonly now: () => number;
}

// A rotated token lives twelve hours; a turn that starts just before its end must still be able to finish.
const renewBeforeMs = 15 * 60_000;

/** Tokens that are renewed before they expire: one renewal at a time for each workspace. */
export function createSlackTokens({ installations, oauth, web, log, now }: TokensParts): SlackTokens {
  const renewing = new Map<string, Promise<SlackCredentials>>();
  const parsed = new WeakMap<object, SlackCredentials>();

  async function known(installation: string): Promise<SlackCredentials | undefined> {
    const record = await installations.find(installation);
    return record === undefined ? undefined : read(record);
  }

  function read(record: { readonly credentials: unknown }): SlackCredentials {
    const credentials = parsed.get(record) ?? parseSlackCredentials(record.credentials);
    parsed.set(record, credentials);
    return credentials;
  }

  async function fresh(installation: string): Promise<SlackCredentials> {
    const credentials = await known(installation);
    if (credentials === undefined) {
      throw new PermanentError("slack: this workspace is not installed", { code: "not_installed" });
    }
    const { refreshToken, expiresAt } = credentials;
    if (refreshToken === undefined || expiresAt === undefined || oauth === undefined) return credentials;
    if (expiresAt - now() > renewBeforeMs) return credentials;
    return renewOnce(installation, credentials, refreshToken, oauth);
  }

  function renewOnce(
    installation: string,
    credentials: SlackCredentials,
    refreshToken: string,
    client: SlackOauthSettings,
  ): Promise<SlackCredentials> {
    const running = renewing.get(installation);
    if (running !== undefined) return running;
    const renewal = renew(installation, credentials, refreshToken, client).finally(() =>
      renewing.delete(installation),
    );
    renewing.set(installation, renewal);
    return renewal;
  }

  async function renew(
    installation: string,
    credentials: SlackCredentials,
    refreshToken: string,
    client: SlackOauthSettings,
  ): Promise<SlackCredentials> {
    try {
      const answer = await web.call(
        "oauth.v2.access",
        {
          client_id: client.clientId,
          client_secret: client.clientSecret,
          grant_type: "refresh_token",
          refresh_token: refreshToken,
        },
        { doing: "renew a token" },
      );
      const renewed = withNewToken(credentials, answer, now());
      const record = await installations.find(installation);
      await installations.save({
        externalId: installation,
        name: record?.name ?? installation,
        credentials: renewed,
      });
      log.info({ installation }, "slack token renewed");
      return renewed;
    } catch (cause) {
      return afterFailedRenewal(installation, credentials, cause);
    }
  }

  /** Another process may have renewed it first, which ends our refresh token; and the old token may still be good. */
  async function afterFailedRenewal(
    installation: string,
    credentials: SlackCredentials,
    cause: unknown,
  ): Promise<SlackCredentials> {
    const current = await known(installation);
    if (current !== undefined && current.botToken !== credentials.botToken) return current;
    if ((credentials.expiresAt ?? 0) <= now()) throw cause;
    log.warn({ installation, err: cause }, "slack token not renewed yet, the old one is still good");
    return credentials;
  }

  return { known, fresh };
}

function withNewToken(
  credentials: SlackCredentials,
  answer: Readonly<Record<string, unknown>>,
  nowMs: number,
): SlackCredentials {
  const botToken = textAt(answer, "access_token");
  if (botToken === undefined)
    throw new PermanentError("slack: renew a token: the answer has no token", { code: "bad_answer" });
  const lifeSeconds = numberAt(answer, "expires_in");
  return {
    ...credentials,
    botToken,
    refreshToken: textAt(answer, "refresh_token") ?? credentials.refreshToken,
    expiresAt: lifeSeconds === undefined ? undefined : nowMs + lifeSeconds * 1000,
  };
}

import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";

/** What the connector answered, decoded. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly code: string | undefined;
}

/** Asks the login service for a token with the given form, the app's own where left out. */
export async function askToken(
  teams: TeamsSimulator,
  change: Record<string, string> = {},
  url = teams.tokenUrl,
): Promise<Answer> {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: teams.app.appId,
    client_secret: teams.app.secret,
    scope: "https://api.botframework.com/.default",
    ...change,
  });
  return toAnswer(await fetch(url, { method: "POST", body: form }));
}

/** A bare client of the connector, for what the SDK would never send. */
export async function createBotClient(teams: TeamsSimulator) {
  const { body } = await askToken(teams);
  const authorization = `Bearer ${String(body["access_token"])}`;
  const call = async (
    method: string,
    path: string,
    content?: unknown,
    serviceUrl = teams.serviceUrl,
  ): Promise<Answer> =>
    toAnswer(
      await fetch(`${serviceUrl}v3/${path}`, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(content === undefined
          ? {}
          : { body: typeof content === "string" ? content : JSON.stringify(content) }),
      }),
    );
  return {
    authorization,
    call,
    post: (conversation: string, activity: unknown, replyTo?: string) =>
      call(
        "POST",
        `conversations/${encodeURIComponent(conversation)}/activities${replyTo === undefined ? "" : `/${replyTo}`}`,
        activity,
      ),
  };
}

async function toAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  const { error } = body as { error?: string | { code?: string } };
  const code = typeof error === "string" ? error : error?.code;
  return { status: response.status, headers: response.headers, body, code };
}

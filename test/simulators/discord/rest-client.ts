import type { DiscordSimulator } from "../../../simulators/discord/simulator.ts";

/** What came back, as it is: no library between the test and the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
  /** The body, where it is a list. */
  readonly list: Record<string, unknown>[];
}

export type Rest = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/** Calls the API as the bot, with JSON or with a form. */
export function createRest(discord: DiscordSimulator): Rest {
  return async (method, path, body, headers = {}) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${discord.apiUrl}/v10${path}`, {
      method,
      headers: {
        authorization: `Bot ${discord.app.botToken}`,
        ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    const parsed: unknown = isJson && text !== "" ? tryJson(text) : {};
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: Array.isArray(parsed) ? {} : (parsed as Record<string, unknown>),
      list: Array.isArray(parsed) ? (parsed as Record<string, unknown>[]) : [],
    };
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** A call of the connector's REST interface, taken apart. */
export interface ConnectorCall {
  readonly operation: Operation;
  /** As it stands in the path, decoded: with a thread's `;messageid=` where there is one. */
  readonly conversation: string | undefined;
  /** The activity, member or attachment the path names. */
  readonly target: string | undefined;
  readonly tenantId: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The size of the body, in bytes of UTF-8. */
  readonly bytes: number;
}

/** What a call is answered with where nothing goes wrong. */
export interface Outcome {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly id?: string;
  /** Left out when it took effect. */
  readonly effect?: "none";
}

export type Operation =
  | "conversation.create"
  | "message.create"
  | "message.update"
  | "message.delete"
  | "typing"
  | "stream"
  | "members.list"
  | "members.get"
  | "team.get"
  | "team.channels"
  | "attachment.get"
  | "attachment.info"
  | "unknown";

/** The operation a method and path stand for, with the ids in the path; `message.create` covers replies. */
export function parseRoute(
  method: string,
  path: string,
): Pick<ConnectorCall, "operation" | "conversation" | "target"> {
  for (const [verb, pattern, operation] of routes) {
    const found = verb === method ? pattern.exec(path) : null;
    if (found === null) continue;
    const { c, t } = found.groups ?? {};
    return { operation, conversation: decode(c), target: decode(t) };
  }
  return { operation: "unknown", conversation: undefined, target: undefined };
}

const conversation = "/v3/conversations/(?<c>[^/]+)";
const routes: readonly (readonly [string, RegExp, Operation])[] = [
  ["POST", /^\/v3\/conversations\/?$/, "conversation.create"],
  ["POST", new RegExp(`^${conversation}/activities/?$`), "message.create"],
  ["POST", new RegExp(`^${conversation}/activities/(?<t>[^/]+)$`), "message.create"],
  ["PUT", new RegExp(`^${conversation}/activities/(?<t>[^/]+)$`), "message.update"],
  ["DELETE", new RegExp(`^${conversation}/activities/(?<t>[^/]+)$`), "message.delete"],
  ["GET", new RegExp(`^${conversation}/(?:paged)?members/?$`), "members.list"],
  ["GET", new RegExp(`^${conversation}/members/(?<t>[^/]+)$`), "members.get"],
  ["GET", /^\/v3\/teams\/(?<t>[^/]+)$/, "team.get"],
  ["GET", /^\/v3\/teams\/(?<t>[^/]+)\/conversations$/, "team.channels"],
  ["GET", /^\/v3\/attachments\/(?<t>[^/]+)$/, "attachment.info"],
  ["GET", /^\/v3\/attachments\/(?<t>[^/]+)\/views\/[^/]+$/, "attachment.get"],
];

function decode(part: string | undefined): string | undefined {
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

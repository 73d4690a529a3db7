import { SignJWT } from "jose";
import WebSocket from "ws";
import { openTalk, type Talk } from "../../support/talk.ts";
import type { HouseOptions } from "../../support/house.ts";

/** The site of the first company, and what its pages know. */
export const acme = { key: "acme-web", origin: "https://www.acme.example", secret: "a".repeat(40) };
export const beta = { key: "beta-web", origin: "https://beta.example", secret: "b".repeat(40) };

const tenant = (name: string, site: typeof acme, isDefault: boolean) => `name: ${name}
default: ${isDefault}
sites:
  - key: ${site.key}
    origins: ["${site.origin}", "self"]
    userTokenSecret: ${name.toUpperCase()}_WEB_SECRET
staff:
  - name: Mia
    accounts: [{ channel: web, workspace: ${site.key}, id: "user:mia" }]
`;

/** Two companies with a web site each, nobody in a hurry. */
export function openChatHouse(options: HouseOptions = {}): Promise<Talk> {
  return openTalk({
    ...options,
    env: {
      ACME_WEB_SECRET: acme.secret,
      BETA_WEB_SECRET: beta.secret,
      AI_RATE_LIMIT_PER_MINUTE: "6000",
      AI_RATE_LIMIT_BURST: "3000",
      ...options.env,
    },
    files: {
      "config/tenants/acme.yaml": tenant("Acme", acme, true),
      "config/tenants/beta.yaml": tenant("Beta", beta, false),
      // What scripted models say here is of no company: how it arrives is what is looked at.
      "config/rules/acme.yaml": "check: off\n",
      "config/rules/beta.yaml": "check: off\n",
      ...options.files,
    },
  });
}

/** A JSON answer of any shape, for tests to look into. */
export interface Json {
  readonly [key: string]: Json & string & number & boolean & Json[];
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** One visitor: their session, and requests made with it. */
export interface TestVisitor {
  readonly token: string;
  readonly thread: string;
  readonly opened: Reply;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  put(id: string, text: string, more?: object): Promise<Reply>;
  history(query?: string): Promise<Json[]>;
}

/** Makes one request, as a page of the origin. */
export async function request(
  base: string,
  { method, path, body, headers = {} }: RequestShape,
): Promise<Reply> {
  const response = await fetch(base + path, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Json) : ({ text } as unknown as Json),
  };
}

interface RequestShape {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A visitor of the site; a user token makes them somebody. */
export async function visit(
  base: string,
  { site = acme, userToken }: { site?: typeof acme; userToken?: string } = {},
): Promise<TestVisitor> {
  const opened = await request(base, {
    method: "POST",
    path: "/support/chat/session",
    body: { site_key: site.key, ...(userToken !== undefined && { user_token: userToken }) },
    headers: { origin: site.origin },
  });
  const { token = "", thread_id: thread = "" } = opened.body as unknown as Record<string, string>;
  const call: TestVisitor["call"] = (method, path, body, headers = {}) =>
    request(base, {
      method,
      path,
      body,
      headers: { origin: site.origin, authorization: `Bearer ${token}`, ...headers },
    });
  const messages = `/api/v1/conversations/${thread}/messages`;
  return {
    token,
    thread,
    opened,
    call,
    put: (id, text, more = {}) => call("PUT", `${messages}/${id}`, { text, ...more }),
    history: async (query = "") => {
      const { body } = await call("GET", `${messages}${query}`);
      return (body["messages"] ?? []) as unknown as Json[];
    },
  };
}

/** What a site's own server signs for its page. */
export function userToken(
  secret: string,
  claims: Record<string, unknown>,
  expires: string | number = "5m",
): Promise<string> {
  const jwt = new SignJWT(claims).setProtectedHeader({ alg: "HS256" });
  return (expires === "never" ? jwt : jwt.setExpirationTime(expires)).sign(new TextEncoder().encode(secret));
}

/** A browser's WebSocket, with what it heard. */
export interface TestSocket {
  readonly socket: WebSocket;
  readonly heard: Json[];
  readonly closed: Promise<number>;
  /** Resolves with the first event that fits, now or later. */
  next(fits: (event: Json) => boolean, timeoutMs?: number): Promise<Json>;
  send(frame: unknown): void;
}

export function dial(base: string, { thread, token, cursor, origin = acme.origin }: DialShape): TestSocket {
  const socket = new WebSocket(`${base.replace("http", "ws")}/ws/chat/${thread}`, {
    headers: origin === "" ? {} : { origin },
  });
  const heard: Json[] = [];
  const waiting = new Set<() => void>();
  socket.on("open", () => {
    if (token !== undefined)
      socket.send(JSON.stringify({ type: "auth", token, ...(cursor !== undefined && { cursor }) }));
  });
  socket.on("message", (data) => {
    heard.push(JSON.parse((data as Buffer).toString()) as Json);
    for (const look of waiting) look();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on("close", resolve);
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", () => {});
  });
  return {
    socket,
    heard,
    closed,
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    next: (fits, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`never heard; heard ${JSON.stringify(heard).slice(0, 2_000)}`)),
          timeoutMs,
        );
        const look = (): void => {
          const found = heard.find(fits);
          if (found === undefined) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

interface DialShape {
  readonly thread: string;
  readonly token?: string | undefined;
  readonly cursor?: number;
  readonly origin?: string;
}

/** The events of a server-sent stream, read to its end. */
export async function readEvents(response: Response): Promise<{ id: string; event: string; data: Json }[]> {
  const text = await response.text();
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? "";
      return { id: field("id"), event: field("event"), data: JSON.parse(field("data")) as Json };
    });
}

/** The finished answers in a history, oldest first. */
export function answersIn(messages: readonly Json[]): string[] {
  return messages
    .filter((message) => message["role"] === "assistant" && message["state"] === "final")
    .map((message) => message["text"] ?? "");
}

import { request } from "node:http";

/** The bot's answer. `status` 0 means there was none. */
export interface Posted {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
  readonly failure?: "timeout" | "connection_failed" | "http_error";
}

/** Posts a body to the bot's endpoint, each over a connection of its own; never rejects. */
export function postToBot(post: {
  endpoint: string | undefined;
  body: string;
  contentType: string;
  authorization: string | undefined;
  timeoutMs: number;
}): Promise<Posted> {
  const started = performance.now();
  const { endpoint } = post;
  if (endpoint === undefined)
    return Promise.resolve({ status: 0, body: "", ms: 0, failure: "connection_failed" });
  return new Promise((resolve) => {
    const done = (answer: Omit<Posted, "ms">): void => {
      clearTimeout(limit);
      resolve({ ...answer, ms: performance.now() - started });
    };
    const outgoing = request(endpoint, {
      method: "POST",
      agent: false,
      headers: {
        "content-type": post.contentType,
        "content-length": Buffer.byteLength(post.body),
        "user-agent": "Microsoft-SkypeBotApi (Microsoft-BotFramework/3.0)",
        ...(post.authorization === undefined ? {} : { authorization: post.authorization }),
      },
    });
    const limit = setTimeout(() => {
      done({ status: 0, body: "", failure: "timeout" });
      outgoing.destroy();
    }, post.timeoutMs);
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", () => done({ status: 0, body: "", failure: "connection_failed" }));
      response.on("end", () => {
        const status = response.statusCode ?? 0;
        const isGood = status >= 200 && status < 300;
        const body = Buffer.concat(chunks).toString("utf8");
        done({ status, body, ...(isGood ? {} : { failure: "http_error" as const }) });
      });
    });
    outgoing.on("error", () => done({ status: 0, body: "", failure: "connection_failed" }));
    outgoing.end(post.body);
  });
}

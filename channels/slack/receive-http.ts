import type { ChannelRequest, ChannelResponse, ChannelRoute } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { acknowledgementOf } from "./acknowledge.ts";
import type { Take } from "./bolt.ts";
import { textAt, type Fields } from "../kit/fields.ts";
import { readPayload } from "./payload.ts";
import type { Taken } from "./take.ts";
import { verifySlackRequest, type SigningSecrets, type Verified } from "./verify.ts";

interface HttpParts {
  readonly secrets: SigningSecrets;
  readonly log: Log;
  readonly now: () => number;
  /** Undefined while the channel does not receive: Slack is told to send again. */
  readonly take: () => Take<Taken> | undefined;
}

/** Slack's largest payloads are some 100 kB (a form with its blocks). */
const maxBodyBytes = 1024 * 1024;

/** The three addresses an app's settings ask for. They are one door: each takes what any of them takes. */
export function createSlackRoutes(parts: HttpParts): readonly ChannelRoute[] {
  return ["/slack/events", "/slack/interactions", "/slack/commands"].map((path) => ({
    method: "POST",
    path,
    maxBodyBytes,
    handle: (request) => handle(request, parts),
  }));
}

async function handle(request: ChannelRequest, parts: HttpParts): Promise<ChannelResponse> {
  if (request.body.length > maxBodyBytes) return { status: 413 };
  // Slack never compresses, and what unpacks to more than it says has no business here.
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") return { status: 415 };
  const verified = verifySlackRequest(request, parts.secrets, parts.now());
  if (verified.kind === "forged") return refuse(request, verified.reason, parts.log);

  const contentType = request.headers["content-type"];
  const payload = readPayload(request.body, typeof contentType === "string" ? contentType : "");
  if (payload.kind === "refused") {
    parts.log.warn(
      { correlationId: request.correlationId, reason: payload.reason },
      "slack request unreadable",
    );
    return { status: 400 };
  }
  const { body } = payload;
  if (textAt(body, "ssl_check") !== undefined) return { status: 200 };
  if (textAt(body, "type") === "url_verification") return answerChallenge(body);
  if (!namesSigner(body, verified, parts.secrets)) {
    return refuse(request, "the body names another app than the one that signed", parts.log);
  }
  return takeIn(request, body, parts);
}

function refuse(request: ChannelRequest, reason: string, log: Log): ChannelResponse {
  log.warn({ correlationId: request.correlationId, reason }, "slack request refused");
  return { status: 401 };
}

function answerChallenge(body: Fields): ChannelResponse {
  const challenge = textAt(body, "challenge");
  return challenge === undefined ? { status: 400 } : toJson({ challenge });
}

/**
 * The app was read off the raw bytes to choose its secret; the parsed body must say the same. Where several apps
 * have secrets here, a body that names none could be any of theirs and is nobody's.
 */
function namesSigner(
  body: Fields,
  verified: Verified & { kind: "genuine" },
  secrets: SigningSecrets,
): boolean {
  const appId = textAt(body, "api_app_id");
  if (appId === undefined) return verified.appId === undefined && secrets.others.size === 0;
  return appId === verified.appId;
}

async function takeIn(request: ChannelRequest, body: Fields, parts: HttpParts): Promise<ChannelResponse> {
  const { correlationId } = request;
  const take = parts.take();
  if (take === undefined) return tryLater;
  try {
    const taken = await take({ body, correlationId, ...retryOf(request) });
    if (taken.kind === "forged") return { status: 401 };
    const acknowledgement = acknowledgementOf(body, taken);
    return acknowledgement === undefined ? { status: 200 } : toJson(acknowledgement);
  } catch (cause) {
    parts.log.error(
      { correlationId, err: cause },
      "slack delivery not kept: Slack is asked to send it again",
    );
    return tryLater;
  }
}

/** Nothing was kept. Slack sends events again, and tells the person where it was a button or a command. */
const tryLater: ChannelResponse = { status: 503, headers: { "retry-after": "5" } };

function retryOf(request: ChannelRequest) {
  const num = request.headers["x-slack-retry-num"];
  const reason = request.headers["x-slack-retry-reason"];
  if (typeof num !== "string" || !/^\d{1,3}$/.test(num)) return {};
  return {
    retryNum: Number(num),
    ...(typeof reason === "string" ? { retryReason: reason.slice(0, 60) } : {}),
  };
}

function toJson(value: object): ChannelResponse {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

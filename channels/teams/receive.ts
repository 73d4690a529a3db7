import type { Accepted } from "../../src/core/envelope.ts";
import type { ChannelRequest, ChannelResponse, ChannelRoute } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { textAt, type Fields } from "../kit/fields.ts";
import { readJsonBody } from "../kit/json-body.ts";
import { isConsent, type AnswerConsent } from "./consent.ts";
import type { SigningKeys } from "./keys.ts";
import type { TeamsSettings } from "./settings.ts";
import { checkActivity, verifyToken, type Refused } from "./verify.ts";

/** Takes one activity in, durably. Rejects when nothing was kept. */
export type Take = (activity: Fields, correlationId: string) => Promise<Accepted>;

interface ReceiveParts {
  readonly settings: TeamsSettings;
  readonly keys: SigningKeys;
  readonly log: Log;
  readonly now: () => number;
  /** Undefined while the channel does not receive: Teams is told to send again. */
  readonly take: () => Take | undefined;
  readonly answerConsent: AnswerConsent;
}

/** A message is at most 28 KB; its HTML, quotes and cards make it some hundred. */
const maxBodyBytes = 512 * 1024;

/** The bot's messaging endpoint. */
export function createTeamsRoutes(parts: ReceiveParts): readonly ChannelRoute[] {
  const handle = (request: ChannelRequest) => receive(request, parts);
  return [{ method: "POST", path: "/teams/messages", maxBodyBytes, handle }];
}

async function receive(request: ChannelRequest, parts: ReceiveParts): Promise<ChannelResponse> {
  const { log } = parts;
  const { correlationId } = request;
  if (request.body.length > maxBodyBytes) return { status: 413 };
  try {
    const token = await verifyToken(request.headers["authorization"], parts);
    if (token.kind === "refused") return refuse(token, correlationId, log);
    const payload = readJsonBody(request.body);
    if (payload.kind === "refused") {
      log.warn({ correlationId, reason: payload.reason }, "teams request unreadable");
      return { status: 400 };
    }
    const refused = checkActivity(payload.body, token, parts.settings);
    if (refused !== undefined) return refuse(refused, correlationId, log);
    const take = parts.take();
    if (take === undefined) return tryLater;
    if (isConsent(payload.body)) {
      await parts.answerConsent(payload.body, correlationId);
      return { status: 200 };
    }
    return acknowledge(payload.body, await take(payload.body, correlationId));
  } catch (cause) {
    log.error({ correlationId, err: cause }, "teams activity not kept: Teams is asked to send it again");
    return tryLater;
  }
}

function refuse({ status, reason }: Refused, correlationId: string, log: Log): ChannelResponse {
  log.warn({ correlationId, reason }, "teams request refused");
  return status === 503 ? tryLater : { status };
}

/** Nothing was kept. */
const tryLater: ChannelResponse = { status: 503, headers: { "retry-after": "5" } };

/** An invoke waits for its answer in the response; everything else is answered later, by itself. */
function acknowledge(activity: Fields, accepted: Accepted): ChannelResponse {
  if (textAt(activity, "type") !== "invoke") return { status: 200 };
  if (textAt(activity, "name") === "adaptiveCard/action") return toJson(200, cardAnswer(accepted));
  // Teams shows its own error for what nobody answers; signing in is none of what we ask for.
  return { status: 501 };
}

function cardAnswer(accepted: Accepted): object {
  const value = accepted.kind === "ignored" ? "I could not make sense of that." : "On it…";
  return { statusCode: 200, type: "application/vnd.microsoft.activity.message", value };
}

function toJson(status: number, value: object): ChannelResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

import type { ChannelRequest, ChannelResponse, ChannelRoute } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { numberAt } from "../kit/fields.ts";
import { readJsonBody } from "../kit/json-body.ts";
import type { Interactions } from "./interactions.ts";
import { interactionTypes } from "./parse-interaction.ts";
import { verifyDiscordRequest } from "./verify.ts";

interface HttpParts {
  /** Hex. */
  readonly publicKey: string;
  readonly log: Log;
  readonly now: () => number;
  /** Undefined while the channel is not started. */
  readonly interactions: () => Interactions | undefined;
}

const maxBodyBytes = 512 * 1024;

/** The address Discord posts interactions to where the application asks for that. */
export function createDiscordRoutes(parts: HttpParts): ChannelRoute[] {
  const handle = (request: ChannelRequest) => receive(request, parts);
  return [{ method: "POST", path: "/discord/interactions", maxBodyBytes, handle }];
}

async function receive(request: ChannelRequest, parts: HttpParts): Promise<ChannelResponse> {
  const { correlationId } = request;
  const verified = verifyDiscordRequest(request, parts.publicKey, parts.now());
  if (verified.kind === "forged") {
    // Discord sends bad signatures on purpose, to see that they are refused.
    parts.log.warn({ correlationId, reason: verified.reason }, "discord request refused");
    return { status: 401 };
  }
  const read = readJsonBody(request.body);
  if (read.kind === "refused") return { status: 400 };
  if (numberAt(read.body, "type") === interactionTypes.ping) return toJson({ type: 1 });
  const interactions = parts.interactions();
  if (interactions === undefined) return { status: 503, headers: { "retry-after": "5" } };
  try {
    const handled = await interactions.handle({ t: "INTERACTION_CREATE", d: read.body });
    // It is acknowledged by a call of its own, so there is nothing to say here.
    return { status: handled === "taken" ? 202 : handled === "again" ? 409 : 404 };
  } catch (cause) {
    parts.log.error({ correlationId, err: cause }, "discord interaction not kept");
    return { status: 503 };
  }
}

function toJson(value: object): ChannelResponse {
  return {
    status: 200,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

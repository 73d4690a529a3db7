import { ApiError, refuse } from "./api-error.ts";
import { parseRoute } from "./connector-call.ts";
import type { ConnectorCall, Outcome } from "./connector-call.ts";
import {
  createConversation,
  getAttachment,
  getAttachmentInfo,
  getMember,
  getTeam,
  listChannels,
  listMembers,
} from "./conversations.ts";
import { isRecord } from "../kit/is-record.ts";
import { createActivity, deleteMessage, refineOperation, updateMessage } from "./messages.ts";
import type { Platform } from "./platform.ts";
import { serveCall } from "./serve-call.ts";
import type { Exchange } from "./serve-call.ts";
import { textOf } from "./seen-message.ts";
import { baseOf } from "./state.ts";

/** Serves the connector's REST interface, under one region and tenant. */
export async function serveConnector(
  platform: Platform,
  exchange: Exchange,
  place: { region: string; tenantId: string; path: string },
): Promise<void> {
  const route = parseRoute(exchange.method, place.path);
  const raw = exchange.body.toString("utf8");
  const body = parseBody(raw);
  const operation = route.operation === "message.create" ? refineOperation(body.value) : route.operation;
  const call: ConnectorCall = {
    ...route,
    operation,
    tenantId: place.tenantId,
    query: exchange.query,
    body: body.value,
    bytes: exchange.body.length,
  };
  await serveCall(platform, exchange, {
    operation,
    region: place.region,
    ...(call.conversation === undefined ? {} : { conversation: call.conversation }),
    faultTarget: {
      conversation: call.conversation === undefined ? undefined : baseOf(call.conversation),
      text: isRecord(call.body) ? `${textOf(call.body)}\n${raw}` : undefined,
    },
    body: call.body,
    run: () => {
      if (!platform.accessTokens.isGood(exchange.authorization)) throw refuse("Unauthorized");
      if (body.isBad) throw refuse("BadSyntax", "the body is not JSON");
      const waitSeconds = platform.limiter.take(
        platform.settings.rateLimits,
        operation,
        baseOf(call.conversation ?? call.tenantId),
      );
      if (waitSeconds !== undefined) throw refuse("Throttled", undefined, waitSeconds);
      return perform(platform, call, place.path);
    },
  });
}

function perform(platform: Platform, call: ConnectorCall, path: string): Outcome {
  switch (call.operation) {
    case "conversation.create":
      return createConversation(platform, call);
    case "message.create":
    case "typing":
    case "stream":
      return createActivity(platform, call);
    case "message.update":
      return updateMessage(platform, call);
    case "message.delete":
      return deleteMessage(platform, call);
    case "members.list":
      return listMembers(platform, call, path.includes("/pagedmembers"));
    case "members.get":
      return getMember(platform, call);
    case "team.get":
      return getTeam(platform, call);
    case "team.channels":
      return listChannels(platform, call);
    case "attachment.get":
      return getAttachment(platform, call);
    case "attachment.info":
      return getAttachmentInfo(platform, call);
    case "unknown":
      // Teams has no way for a bot to read messages back.
      throw new ApiError(405, "MethodNotAllowed", "The requested resource does not support this method.");
    default:
      throw new Error(`unknown operation: ${String(call.operation satisfies never)}`);
  }
}

function parseBody(raw: string): { value: unknown; isBad: boolean } {
  if (raw === "") return { value: undefined, isBad: false };
  try {
    return { value: JSON.parse(raw) as unknown, isBad: false };
  } catch {
    return { value: raw, isBad: true };
  }
}

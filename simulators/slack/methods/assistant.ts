import { ApiError, invalidArguments } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import { isRecord } from "../../kit/is-record.ts";
import type { Methods } from "./method.ts";
import { writableChannelOf } from "./method.ts";

/** `assistant.threads.*`: the status line, the title and the suggested prompts of a thread. */
export const assistantMethods: Methods = {
  "assistant.threads.setStatus": {
    token: "bot",
    scopes: ["assistant:write", "chat:write"],
    args: {
      channel_id: "string!",
      thread_ts: "string!",
      status: "string",
      loading_messages: "array",
      icon_emoji: "string",
      icon_url: "string",
      username: "string",
    },
    run(call) {
      const channel = writableChannelOf(call, "channel_id");
      const threadTs = textOf(call.args, "thread_ts") ?? "";
      const status = textOf(call.args, "status");
      if (status === undefined) throw invalidArguments("missing required field: status");
      if (!channel.byTs.has(threadTs)) throw new ApiError("invalid_thread_ts");
      call.platform.state.changed(() => ({ kind: "status", channel: channel.id, threadTs, status }));
      return {};
    },
  },
  "assistant.threads.setTitle": {
    token: "bot",
    scopes: ["assistant:write"],
    args: { channel_id: "string!", thread_ts: "string!", title: "string!" },
    run(call) {
      writableChannelOf(call, "channel_id");
      return {};
    },
  },
  "assistant.threads.setSuggestedPrompts": {
    token: "bot",
    scopes: ["assistant:write"],
    args: { channel_id: "string!", thread_ts: "string", title: "string", prompts: "array!" },
    run(call) {
      const channel = writableChannelOf(call, "channel_id");
      const threadTs = textOf(call.args, "thread_ts");
      const prompts = call.args["prompts"] as readonly unknown[];
      if (prompts.length === 0 || prompts.length > 4)
        throw invalidArguments("must have between 1 and 4 items [json-pointer:/prompts]");
      for (const prompt of prompts)
        if (!isRecord(prompt) || typeof prompt["title"] !== "string" || typeof prompt["message"] !== "string")
          throw invalidArguments("must have title and message [json-pointer:/prompts]");
      call.platform.state.changed(() => ({
        kind: "prompts",
        channel: channel.id,
        ...(threadTs === undefined ? {} : { threadTs }),
        prompts,
      }));
      return {};
    },
  },
};

import { createServer } from "node:net";
import { ErrorCode, LogLevel, WebClient } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { SlackCallError, toSlackError, type SlackFailure } from "../../../channels/slack/errors.ts";
import { StoodDownError } from "../../../src/core/errors.ts";

const refused = (code: string): SlackFailure => ({
  kind: "refused",
  code,
  retryAfterMs: undefined,
  detail: "",
});
const mapped = (failure: SlackFailure, creates: boolean) =>
  toSlackError(new SlackCallError(failure), "send a reply", { creates });

describe("what a failure means", () => {
  it.each([
    "not_in_channel",
    "channel_not_found",
    "is_archived",
    "account_inactive",
    "token_revoked",
    "invalid_auth",
    "msg_too_long",
    "restricted_action",
    "missing_scope",
    "a_code_of_tomorrow",
  ])("gives up on %s and says what to do (S8)", (code) => {
    for (const creates of [true, false])
      expect(mapped(refused(code), creates)).toMatchObject({
        name: "PermanentError",
        code,
        message: expect.stringMatching(/send a reply.*;/),
      });
  });

  it.each(["internal_error", "fatal_error", "service_unavailable", "request_timeout"])(
    "is unsure of a create after %s, and tries the rest again",
    (code) => {
      expect(mapped(refused(code), true)).toMatchObject({ name: "UncertainError", code });
      expect(mapped(refused(code), false)).toMatchObject({ name: "TransientError", code });
    },
  );

  it.each<[SlackFailure, string, string]>([
    [{ kind: "unsent" }, "TransientError", "TransientError"],
    [{ kind: "cut" }, "UncertainError", "TransientError"],
    [{ kind: "unreadable" }, "UncertainError", "TransientError"],
    [{ kind: "status", status: 503, retryAfterMs: undefined }, "UncertainError", "TransientError"],
    [{ kind: "status", status: 408, retryAfterMs: undefined }, "UncertainError", "TransientError"],
    [{ kind: "status", status: 429, retryAfterMs: 30_000 }, "TransientError", "TransientError"],
    [{ kind: "status", status: 404, retryAfterMs: undefined }, "PermanentError", "PermanentError"],
    [refused("ratelimited"), "TransientError", "TransientError"],
  ])("%j is %s on a create, %s otherwise", (failure, onCreate, otherwise) => {
    expect(mapped(failure, true).name).toBe(onCreate);
    expect(mapped(failure, false).name).toBe(otherwise);
  });

  it("reads the failures of the SDK's own client", async () => {
    const client = new WebClient("xoxb-1", {
      slackApiUrl: `http://127.0.0.1:${await closedPort()}/api/`,
      logLevel: LogLevel.ERROR,
      retryConfig: { retries: 0 },
    });
    const cause: unknown = await client.auth.test().catch((failure: unknown) => failure);
    expect(cause).toMatchObject({ code: ErrorCode.RequestError });
    expect(toSlackError(cause, "install", { creates: true })).toMatchObject({
      name: "TransientError",
      code: "unreachable",
    });
  });

  it("lets what is already decided, and what is a bug, pass untouched", () => {
    for (const cause of [new StoodDownError("gone"), new RangeError("bug")])
      expect(toSlackError(cause, "send", { creates: true })).toBe(cause);
  });
});

/** A port where nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

import { expect, it } from "vitest";
import { discordLinkTo } from "../../channels/discord/link.ts";
import { slackLinkTo } from "../../channels/slack/link.ts";
import { teamsLinkTo } from "../../channels/teams/link.ts";

it("a thread has an address in each platform's own application", () => {
  expect(slackLinkTo("T1", { space: "C1", thread: "1770000000.000100" })).toBe(
    "https://app.slack.com/client/T1/C1/thread/C1-1770000000.000100",
  );
  expect(slackLinkTo("T1", { space: "C1", thread: "" })).toBe("https://app.slack.com/client/T1/C1");
  expect(discordLinkTo("1", { space: "2", thread: "3" })).toBe("https://discord.com/channels/1/3");
  expect(teamsLinkTo("t", { space: "19:a@thread.tacv2", thread: "17" })).toBe(
    "https://teams.microsoft.com/l/message/19%3Aa%40thread.tacv2/17?tenantId=t&parentMessageId=17",
  );
});

it("a group chat of Teams has none, and what is no id of a platform gets no way out of the address", () => {
  expect(teamsLinkTo("t", { space: "19:a@thread.v2", thread: "chat" })).toBeUndefined();
  expect(slackLinkTo("../x", { space: "?a", thread: "#b" })).toBe(
    "https://app.slack.com/client/..%2Fx/%3Fa/thread/%3Fa-%23b",
  );
});

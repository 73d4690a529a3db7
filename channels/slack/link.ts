import type { Place } from "../../src/core/envelope.ts";

/** Where a thread opens in Slack: the address its web client has for it, which needs no name of the workspace. */
export function slackLinkTo(
  installation: string,
  { space, thread }: Pick<Place, "space" | "thread">,
): string {
  const channel = `https://app.slack.com/client/${encodeURIComponent(installation)}/${encodeURIComponent(space)}`;
  return thread === "" ? channel : `${channel}/thread/${encodeURIComponent(`${space}-${thread}`)}`;
}

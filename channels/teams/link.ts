import type { Place } from "../../src/core/envelope.ts";

/**
 * Where a thread of a channel opens in Teams. Chats have no message that they begin with, and so no such address.
 * https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams
 */
export function teamsLinkTo(
  installation: string,
  { space, thread }: Pick<Place, "space" | "thread">,
): string | undefined {
  if (!/^\d+$/u.test(thread)) return undefined;
  const query = new URLSearchParams({ tenantId: installation, parentMessageId: thread });
  return `https://teams.microsoft.com/l/message/${encodeURIComponent(space)}/${thread}?${query.toString()}`;
}

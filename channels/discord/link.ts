import type { Place } from "../../src/core/envelope.ts";

/** Where a thread opens in Discord, whose threads are channels of their own. */
export function discordLinkTo(
  installation: string,
  { space, thread }: Pick<Place, "space" | "thread">,
): string {
  const channel = thread === "" ? space : thread;
  return `https://discord.com/channels/${encodeURIComponent(installation)}/${encodeURIComponent(channel)}`;
}

import type { PrivilegedIntents } from "./settings.ts";

/** Groups of events a session asks for. */
export const intents = {
  guilds: 1 << 0,
  guildMembers: 1 << 1,
  guildPresences: 1 << 8,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  guildTyping: 1 << 11,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  directTyping: 1 << 14,
  messageContent: 1 << 15,
} as const;

// Bits 17 to 19, 22, 23, 26 and beyond are not given out.
const existing = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 21, 24, 25].reduce(
  (sum, bit) => sum | (1 << bit),
  0,
);

/** The close code for intents that may not be asked for: 4013 unknown ones, 4014 privileged ones not switched on. */
export function refuseIntents(asked: number, allowed: PrivilegedIntents): 4013 | 4014 | undefined {
  if (!Number.isInteger(asked) || asked < 0 || (asked & ~existing) !== 0) return 4013;
  const denied =
    ((asked & intents.guildMembers) !== 0 && !allowed.members) ||
    ((asked & intents.guildPresences) !== 0 && !allowed.presences) ||
    ((asked & intents.messageContent) !== 0 && !allowed.messageContent);
  return denied ? 4014 : undefined;
}

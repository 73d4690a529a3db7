import type { Channel, Message, Pings } from "./model.ts";
import { has } from "./permissions.ts";
import type { State } from "./state.ts";

/** `allowed_mentions` of a body, checked for its shape already. */
export interface AllowedMentions {
  readonly parse?: readonly string[];
  readonly users?: readonly string[];
  readonly roles?: readonly string[];
  readonly replied_user?: boolean;
}

/** Whom the text would notify, without `allowed_mentions` everyone it names. Code is not looked into. */
export function toPings(
  state: State,
  message: {
    readonly channel: Channel;
    readonly authorId: string;
    readonly text: string;
    readonly repliesTo?: Message | undefined;
    readonly allowed?: AllowedMentions | undefined;
  },
): Pings {
  const { channel, allowed } = message;
  const guild = state.guildOf(channel);
  const mayAll = has(state.permissionsOf(message.authorId, channel), "MentionEveryone");
  const text = message.text.replaceAll(/```[\s\S]*?```|`[^`]*`/g, "");
  const users = [...text.matchAll(/<@!?(\d+)>/g)]
    .flatMap(([, id]) => id ?? [])
    .filter((id) => state.users.has(id) && isAllowed(allowed, "users", id));
  const roles = [...text.matchAll(/<@&(\d+)>/g)]
    .flatMap(([, id]) => id ?? [])
    .filter((id) => {
      const role = guild?.roles.get(id);
      return role !== undefined && (role.mentionable || mayAll) && isAllowed(allowed, "roles", id);
    });
  const replied = message.repliesTo?.authorId;
  const repliedPing = allowed === undefined ? true : (allowed.replied_user ?? false);
  if (replied !== undefined && repliedPing) users.push(replied);
  return {
    users: [...new Set(users)],
    roles: [...new Set(roles)],
    everyone:
      guild !== undefined &&
      mayAll &&
      /@(?:everyone|here)\b/.test(text) &&
      (allowed === undefined || allowed.parse?.includes("everyone") === true),
  };
}

function isAllowed(allowed: AllowedMentions | undefined, kind: "users" | "roles", id: string): boolean {
  if (allowed === undefined) return true;
  return allowed.parse?.includes(kind) === true || allowed[kind]?.includes(id) === true;
}

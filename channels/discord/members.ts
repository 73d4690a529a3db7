import { setTimeout as sleep } from "node:timers/promises";
import type { Channel, Group, GroupMember } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { fieldsAt, isFields, textAt, textsAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { isCode } from "./errors.ts";
import { nameOf } from "./parse-context.ts";
import { compareIds, isSnowflake } from "./snowflake.ts";
import type { DiscordWeb } from "./web.ts";

const pageSize = 1_000;
const mostPages = 200;
const longestWaitMs = 60_000;

/**
 * Who has a role of a server. Discord lists the people of a role to no bot, so all members are gone through, a
 * thousand a request. `pages` is how many requests a server is worth at most.
 */
export function createMembersOf(
  web: DiscordWeb,
  { pages = mostPages }: { readonly pages?: number } = {},
): NonNullable<Channel["membersOf"]> {
  async function demandRole({ workspace, id }: Group): Promise<void> {
    const roles = await ask(`/guilds/${workspace}/roles`, { doing: "look up a role", asked: "roles" });
    if (id === workspace)
      throw unusable(
        `${id} is the role that everybody in the server has: name one that only colleagues have`,
      );
    if (roles.some((role) => textAt(role, "id") === id)) return;
    throw unusable(`the server ${workspace} has no role ${id}: ${copyRole}`);
  }

  async function pageAfter({ workspace }: Group, after: string): Promise<readonly Fields[]> {
    const query = { limit: String(pageSize), after };
    const call = { doing: "list a server's members", asked: "members", query } as const;
    return patiently(() => ask(`/guilds/${workspace}/members`, call));
  }

  async function ask(route: string, { doing, asked, query }: Asking): Promise<readonly Fields[]> {
    const answer = await web.call("GET", route, { doing, query }).catch((cause: unknown) => {
      throw explain(cause, asked);
    });
    if (Array.isArray(answer)) return answer.filter(isFields);
    throw new TransientError(`discord: ${doing}: the answer made no sense`, { code: "bad_answer" });
  }

  return async (group) => {
    if (group.kind !== "role")
      throw unusable(
        `Discord keeps no people in a ${group.kind}: give colleagues a role, and name the role's id`,
      );
    if (!isSnowflake(group.workspace) || !isSnowflake(group.id))
      throw unusable(`the ids of a server and a role are digits: ${copyRole}`);
    await demandRole(group);
    const people: GroupMember[] = [];
    let after = "0";
    for (let page = 0; page < pages; page++) {
      const members = await pageAfter(group, after);
      for (const member of members) people.push(...toPerson(member, group.id));
      const last = highestId(members);
      if (members.length < pageSize || last === undefined || compareIds(last, after) <= 0) return people;
      after = last;
    }
    const most = pages * pageSize;
    throw unusable(`the server has more than ${most} members: name colleagues one by one, by their user ids`);
  };
}

interface Asking {
  readonly doing: string;
  readonly asked: "roles" | "members";
  readonly query?: Readonly<Record<string, string>>;
}

const copyRole =
  "in Discord switch on Settings → Advanced → Developer Mode, then Server Settings → Roles → the role → … → Copy Role ID";

function unusable(why: string, cause?: PermanentError): PermanentError {
  return new PermanentError(`discord: ${why}`, { cause, code: cause?.code ?? "no_group" });
}

/** What Discord's refusals mean here: it says "Missing Access" of an intent that is off, too. */
function explain(cause: unknown, asked: Asking["asked"]): unknown {
  if (isCode(cause, 10004) || (asked === "roles" && isCode(cause, 50001)))
    return unusable("the bot is not in that server: check the server's id, or invite the bot to it", cause);
  if (asked === "members" && isCode(cause, 50001))
    return unusable(
      "Discord lists no members to the bot: turn SERVER MEMBERS INTENT on (Developer Portal → your application → Bot → Privileged Gateway Intents)",
      cause,
    );
  return cause;
}

/** A long walk meets limits; it goes on where it stood, and begins again only where Discord wants a long wait. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  let waitedMs = 0;
  for (;;) {
    try {
      return await act();
    } catch (cause) {
      if (!(cause instanceof TransientError) || cause.code !== "ratelimited") throw cause;
      const waitMs = Math.max(cause.retryAfterMs ?? 1_000, 50);
      waitedMs += waitMs;
      if (waitedMs > longestWaitMs) throw cause;
      await sleep(waitMs, undefined, { ref: false });
    }
  }
}

function toPerson(member: Fields, role: string): readonly GroupMember[] {
  const user = fieldsAt(member, "user");
  const id = textAt(user, "id");
  if (id === undefined || user["bot"] === true || user["system"] === true) return [];
  if (!textsAt(member, "roles").includes(role)) return [];
  return [{ id, name: plainText(textAt(member, "nick") ?? nameOf(user) ?? id) }];
}

/** Discord sorts by the user's id, and a next page begins behind the highest one. */
function highestId(members: readonly Fields[]): string | undefined {
  return members
    .map((member) => textAt(fieldsAt(member, "user"), "id"))
    .filter(isSnowflake)
    .toSorted(compareIds)
    .at(-1);
}

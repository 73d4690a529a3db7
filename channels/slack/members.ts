import type { Group, GroupMember } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { fieldsAt, textAt, textsAt } from "../kit/fields.ts";
import { isCode } from "./messages.ts";
import type { SlackPeople } from "./people.ts";
import type { SlackWeb } from "./web.ts";

/** Who Baton itself is in a workspace, and how to ask Slack there. */
export interface SlackMembersParts {
  readonly clientFor: (installation: string) => Promise<SlackWeb>;
  readonly selfOf: (installation: string) => Promise<{
    readonly botUserId: string;
    /** The organization of the workspace, where it is in one. */
    readonly enterpriseId?: string | undefined;
  }>;
  readonly people: SlackPeople;
}

// Slack recommends 200 and takes up to 1 000.
const pageSize = 200;
/** Less than groups are apart, so that nobody who was switched off stays for longer, and several share what was heard. */
const heardMs = 5 * 60_000;
/** Each one's account is looked at, of which Slack allows a hundred a minute. */
const mostMembers = 500;
/** Slack may give less than it is asked for, so there are more of them than members make. */
const mostPages = 50;

/**
 * Everybody in a user group or a channel but bots, guests, accounts that are switched off and people of other organizations
 * in a shared channel. One account is looked at after the other, so that names that are asked for meanwhile need not wait for
 * them all.
 */
export function createMembersOf({ clientFor, selfOf, people }: SlackMembersParts) {
  return async (group: Group): Promise<readonly GroupMember[]> => {
    const web = await clientFor(group.workspace);
    const { botUserId, enterpriseId = group.workspace } = await selfOf(group.workspace);
    const members: GroupMember[] = [];
    for (const id of await accountsIn(web, group)) {
      if (id === botUserId) continue;
      const person = await people(group.workspace, id, { atMostMs: heardMs }).catch(notFound);
      if (person?.isMember !== true) continue;
      if (person.homes.has(group.workspace) || person.homes.has(enterpriseId))
        members.push({ id, name: person.name ?? id });
    }
    return members;
  };
}

/** An account that is gone since the group was read. */
function notFound(cause: unknown): undefined {
  if (!isCode(cause, "user_not_found", "user_not_visible")) throw cause;
}

function accountsIn(web: SlackWeb, group: Group): Promise<ReadonlySet<string>> {
  switch (group.kind) {
    case "usergroup":
      return readUsergroup(web, group.id);
    case "channel":
      return readChannel(web, group.id);
    case "role":
    case "team":
      throw new PermanentError(
        `slack: there are no ${group.kind}s in Slack: name a user group or a channel`,
        {
          code: "no_such_kind",
        },
      );
    default:
      throw new Error(`unknown kind of group: ${String(group.kind satisfies never)}`);
  }
}

async function readUsergroup(web: SlackWeb, usergroup: string): Promise<ReadonlySet<string>> {
  const answer = await web.call("usergroups.users.list", { usergroup }, { doing: "read a user group" });
  const accounts = new Set(textsAt(answer, "users"));
  if (accounts.size > mostMembers) throw tooMany(usergroup);
  return accounts;
}

async function readChannel(web: SlackWeb, channel: string): Promise<ReadonlySet<string>> {
  const accounts = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const args = { channel, limit: pageSize, cursor };
    const answer = await web.call("conversations.members", args, { doing: "read a channel's members" });
    for (const account of textsAt(answer, "members")) accounts.add(account);
    if (accounts.size > mostMembers) throw tooMany(channel);
    cursor = textAt(fieldsAt(answer, "response_metadata"), "next_cursor");
    if (cursor === undefined) return accounts;
  }
  throw new TransientError("slack: the list of a channel's members has no end", { code: "bad_answer" });
}

function tooMany(id: string): PermanentError {
  return new PermanentError(
    `slack: ${id} has more than ${mostMembers} members: name a user group that only colleagues are in`,
    { code: "too_many_members" },
  );
}

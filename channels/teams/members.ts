import type { Channel, Group, GroupMember } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import type { CallOptions } from "./connector.ts";
import type { ConnectorFor } from "./connectors.ts";

/** Teams lets 25 000 people into a team, 500 to a page. */
const mostPages = 100;

/**
 * Who is in a team or in one of its channels, as the connector's roster says: a standard channel has the people of its
 * team, a private or shared one its own. Only the tenant's own people: its guests, people of other tenants and whoever
 * came without an account may be customers.
 */
export function createMembersOf(connectorFor: ConnectorFor): NonNullable<Channel["membersOf"]> {
  async function read({ workspace, id, kind }: Group): Promise<readonly GroupMember[]> {
    const connector = await connectorFor({ installation: workspace.toLowerCase() });
    const options: CallOptions = { doing: `list the people of a ${kind}`, limit: "members", creates: false };
    const people = new Map<string, GroupMember>();
    let next: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const found = await connector.members(id, next, options);
      for (const member of found.members.filter((one) => isOfTenant(one, workspace)).flatMap(toPerson))
        people.set(member.id, member);
      if (found.next === undefined) return [...people.values()];
      next = found.next;
    }
    throw new TransientError("teams: the list of people has no end", { code: "bad_answer" });
  }

  return async (group) => {
    if (group.kind !== "team" && group.kind !== "channel")
      throw unusable(`Teams has no ${group.kind}: name a team, or a channel of one, by its id`);
    if (!isOfTeam(group.id))
      throw unusable(`${group.id} is the id of no ${group.kind}: ${copyId[group.kind]}`);
    return read(group).catch((cause: unknown) => {
      throw explain(cause, group);
    });
  };
}

/** The id of a team is that of its General channel. */
function isOfTeam(id: string): boolean {
  return /^19:[^\s;/]+@thread\.(?:tacv2|skype)$/.test(id);
}

const copyId = {
  team: "in Teams … → Get link to team; between /team/ and the next slash stands the id, 19:…@thread.tacv2 once %3a and %40 are read as : and @",
  channel:
    "in Teams … → Get link to channel; between /channel/ and the next slash stands the id, 19:…@thread.tacv2 once %3a and %40 are read as : and @",
} as const;

function unusable(why: string, cause?: PermanentError): PermanentError {
  return new PermanentError(`teams: ${why}`, { cause, code: cause?.code ?? "no_group" });
}

function explain(cause: unknown, { kind, id, workspace }: Group): unknown {
  if (!(cause instanceof PermanentError)) return cause;
  switch (cause.code) {
    case "not_installed":
    case "service_host":
      return unusable(
        `where tenant ${workspace} is served is not known before its first message: write to Baton in Teams once`,
        cause,
      );
    case "BotNotInConversationRoster":
      return unusable(
        `Baton is not in the ${kind} ${id}: add the app to the team, and to the channel itself where it is private or shared`,
        cause,
      );
    case "ConversationNotFound":
    case "BadArgument":
    case "BadSyntax":
      return unusable(
        `this tenant has no ${kind} ${id} that Baton can see: check the id, and add the app`,
        cause,
      );
    default:
      return cause;
  }
}

function isOfTenant(member: Fields, tenant: string): boolean {
  const role = textAt(member, "userRole")?.toLowerCase();
  const home = textAt(member, "tenantId")?.toLowerCase();
  return role !== "guest" && role !== "anonymous" && (home === undefined || home === tenant.toLowerCase());
}

/** Bots have ids that begin with `28:`. */
function toPerson(member: Fields): readonly GroupMember[] {
  const id = textAt(member, "id");
  if (id === undefined || id.startsWith("28:")) return [];
  return [{ id, name: plainText(textAt(member, "name") ?? id) }];
}

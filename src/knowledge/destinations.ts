import type { Place, ChannelName } from "../core/envelope.ts";
import { PermanentError } from "../core/errors.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Role } from "../core/tool.ts";
import { decideRole } from "../core/turn.ts";
import type { Database } from "../store/database.ts";
import { rolesOf } from "../tenants/colleagues.ts";
import type { Destination } from "./readers.ts";

/** Where a conversation's answers go, as it is kept; nothing a model or a person said. Throws PermanentError for none. */
export async function findDestination(
  database: Database,
  { tenantId, conversationId, role }: DestinationOf,
): Promise<Destination> {
  const [row] = await database.statement<DestinationRow>(tenantId, {
    text: `SELECT c.channel, c.space, c.audience, i.external_id AS installation
             FROM conversations c
             JOIN installations i ON i.company_id = c.company_id AND i.id = c.installation_id
            WHERE c.id = $1`,
    values: [conversationId],
  });
  if (row === undefined) throw new PermanentError("knowledge: the conversation is not there any more");
  const { channel, installation, space, audience } = row;
  return { channel, installation, place: { space, audience }, role };
}

/**
 * Where a conversation's answers go, for whoever it is with, by the roles they have now. Undefined for a conversation that
 * is not there any more.
 */
export async function findAskersDestination(
  database: Database,
  { tenantId, conversationId }: Pick<DestinationOf, "tenantId" | "conversationId">,
): Promise<Destination | undefined> {
  const [row] = await database.statement<DestinationRow & { readonly roles: readonly Role[] }>(tenantId, {
    text: `SELECT c.channel, c.space, c.audience, i.external_id AS installation,
             ARRAY(${rolesOf("c.installation_id", "u.external_id")}) AS roles
             FROM conversations c
             JOIN installations i ON i.company_id = c.company_id AND i.id = c.installation_id
             JOIN contacts u ON u.company_id = c.company_id AND u.id = c.user_id
            WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, conversationId],
  });
  if (row === undefined) return undefined;
  const { channel, installation, space, audience, roles } = row;
  return { channel, installation, place: { space, audience }, role: decideRole(roles, true) };
}

export interface DestinationOf {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly role: Role;
}

interface DestinationRow {
  channel: ChannelName;
  installation: string;
  space: string;
  audience: Place["audience"];
}

import type { Target } from "../../core/channel.ts";
import type { ChannelName, Place } from "../../core/envelope.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { returnPathPurpose } from "../../inbox/message-content.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";

/** Where a conversation stands. */
export interface RoomTarget {
  readonly channel: ChannelName;
  readonly target: Target;
}

/** Finds where a conversation stands; undefined for one that is gone. */
export async function findTarget(
  ask: Sql["query"],
  seal: TenantSeal,
  tenantId: TenantId,
  id: ConversationId,
): Promise<RoomTarget | undefined> {
  const [row] = await ask<TargetRow>({
    text: `SELECT c.channel, c.space, c.thread, c.audience, c.return_path, i.external_id AS installation
           FROM conversations c JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
           WHERE c.company_id = $1 AND c.id = $2 AND i.state = 'enabled'`,
    values: [tenantId, id],
  });
  if (row === undefined) return undefined;
  const { channel, installation, space, thread, audience, return_path: sealed } = row;
  const returnPath = sealed === null ? undefined : seal.open(returnPathPurpose, sealed);
  return { channel, target: { installation, place: { space, thread, audience }, returnPath } };
}

interface TargetRow extends Place {
  readonly channel: ChannelName;
  readonly return_path: Buffer | null;
  readonly installation: string;
}

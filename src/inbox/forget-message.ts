import type { MessageId, TenantId } from "../core/ids.ts";
import { parseProfile, profilePurpose, withoutMessage, type Profile } from "../core/profile.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";

/**
 * What was changed or deleted is not remembered as it was: a summary that covers it is dropped, to be written anew from
 * what still stands there, and it leaves the profile of who said it. In the transaction that has locked the conversation.
 */
export async function forgetMessage(
  sql: Sql,
  seal: TenantSeal,
  { tenantId, id }: { readonly tenantId: TenantId; readonly id: MessageId },
): Promise<void> {
  await sql.query({
    text: `UPDATE conversations c SET summary = NULL, summary_through_seq = 0 FROM messages m
           WHERE m.company_id = $1 AND m.id = $2 AND c.company_id = $1 AND c.id = m.conversation_id
             AND m.seq <= c.summary_through_seq`,
    values: [tenantId, id],
  });
  const [row] = await sql.query<{ user_id: string; document: Buffer }>({
    text: `SELECT p.user_id, p.document FROM messages m
           JOIN conversations c ON c.company_id = $1 AND c.id = m.conversation_id
           JOIN profiles p ON p.company_id = $1 AND p.user_id = c.user_id
           WHERE m.company_id = $1 AND m.id = $2 FOR UPDATE OF p`,
    values: [tenantId, id],
  });
  const before = row && tryRead(seal, row.document);
  if (row === undefined || before === undefined) return;
  const after = withoutMessage(before, id);
  if (after.history.length === before.history.length) return;
  await sql.query({
    text: "UPDATE profiles SET document = $3, updated_at = now() WHERE company_id = $1 AND user_id = $2",
    values: [tenantId, row.user_id, seal.seal(profilePurpose, JSON.stringify(after))],
  });
}

/** What nobody can read tells nobody. */
function tryRead(seal: TenantSeal, document: Buffer): Profile | undefined {
  try {
    return parseProfile(seal.open(profilePurpose, document));
  } catch {
    return undefined;
  }
}

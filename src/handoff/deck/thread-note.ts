import type { ChannelName, Place } from "../../core/envelope.ts";
import type { Work } from "../baton-work.ts";
import type { Rooms } from "../rooms/rooms.ts";

interface ThreadRow extends Pick<Place, "space" | "thread"> {
  readonly channel: ChannelName;
  readonly workspace: string;
}

/**
 * Tells the colleagues in the staff room of a note that was not written in a thread they read, with the way to the
 * thread it is about; once for each cause. False where the company has no such room.
 */
export async function tellOfThreadNote(
  { sql, seal, subject, ends }: Work,
  { post, linkTo }: Pick<Rooms, "post" | "linkTo">,
  { line, cause }: { readonly line: string; readonly cause: string },
): Promise<boolean> {
  const { tenantId, conversationId, correlationId } = subject;
  const [row] = await sql.query<ThreadRow>({
    text: `SELECT c.channel, c.space, c.thread, i.external_id AS workspace FROM conversations c
           JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, conversationId],
  });
  const link = row && linkTo(row.channel, row.workspace, row);
  const body = link === undefined ? line : `${line}\n\n[Open the thread](${link})`;
  const posted = await post(sql, seal, { tenantId, replies: [{ body }], cause, correlationId });
  if (posted !== undefined) ends.touched.add(posted.conversationId);
  return posted !== undefined;
}

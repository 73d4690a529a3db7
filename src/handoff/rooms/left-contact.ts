import type { MessageId } from "../../core/ids.ts";
import { plainText } from "../../core/plain-text.ts";
import { say } from "../../core/texts/texts.ts";
import { deriveId } from "../../store/derive-id.ts";
import { lockConversation } from "../handoff-store.ts";
import { toNotice } from "../notice.ts";
import { sayInRoom, type RoomScene } from "./say-in-room.ts";

/** The purpose under which a lead's details are sealed. */
const leadPurpose = "leads.details";

/** So cheap that each message may be asked. */
const mayBeContact = /@|\d[\d\s()./-]{5,}\d/u;

/**
 * Keeps an email address or phone number that somebody leaves while they wait: as a lead of the conversation's contact,
 * shown in the room, and confirmed to the person. Once for each message.
 */
export async function keepLeftContact(
  scene: RoomScene,
  { id, text }: { readonly id: MessageId; readonly text: string },
): Promise<void> {
  if (!mayBeContact.test(text)) return;
  const { sql, seal, tenantId, room } = scene;
  const { readEntities } = await import("../../guard/understanding/entities.ts");
  const found = readEntities(text, { now: new Date() });
  const email = found.find(({ kind }) => kind === "email")?.text;
  const phone = found.find(({ kind }) => kind === "phone")?.text;
  const conversationId = room.conversation_id;
  const conversation =
    email === undefined && phone === undefined
      ? undefined
      : await lockConversation(sql, tenantId, conversationId);
  if (conversation === undefined) return;
  const [isNew] = await sql.query({
    text: `INSERT INTO leads (company_id, id, conversation_id, user_id, source, details) VALUES ($1, $2, $3, $4, 'waiting', $5)
           ON CONFLICT DO NOTHING RETURNING id`,
    values: [
      tenantId,
      deriveId("left contact", id),
      conversationId,
      conversation.contactId,
      seal.seal(leadPurpose, JSON.stringify({ email, phone })),
    ],
  });
  if (isNew === undefined) return;
  const ways = [email, phone].filter((way) => way !== undefined).map(plainText);
  await sayInRoom(scene, ["left contact", id], `📇 **Left as contact:** ${ways.join(", ")}`);
  const body = say(conversation.language, "wait.contact noted", { contact: ways.join(", ") });
  await sql.query(
    toNotice(seal, {
      tenantId,
      conversationId,
      correlationId: room.correlation_id ?? "",
      kind: "left contact",
      cause: [id],
      recipient: conversation.requesterId,
      place: conversation,
      reply: { body },
    }),
  );
  scene.touched.add(conversationId);
}

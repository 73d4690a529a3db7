import { parseMarkedCommand } from "../../core/text-command.ts";
import { say, toTextLanguage } from "../../core/texts/texts.ts";
import { contentPurpose } from "../../inbox/message-content.ts";
import { sealReply } from "../../outbox/delivery.ts";
import { findChanged, freshReply, noteEdited, withdrawReply, type ChangedReply } from "./reply-store.ts";
import { openContent } from "./room-matter.ts";
import { mayChange, restate } from "./room-store.ts";
import { toPublicWords } from "./room-words.ts";
import { cut, sayInRoom, type RoomScene } from "./say-in-room.ts";

/** Commands whose argument is what the person reads. */
const speaking: ReadonlySet<string> = new Set(["reply", "role", "anonymous"]);

/**
 * What colleagues changed or deleted of what they sent is changed where the person reads it; what still waits to go out
 * and was deleted goes out no more. What is on its way at this moment is looked at again.
 */
export async function correctReplies(scene: RoomScene): Promise<void> {
  const { sql, tenantId, room } = scene;
  for (const reply of await sql.query<ChangedReply>(findChanged(tenantId, room.id))) {
    if (reply.deleted_at !== null && (await withdrawReply(sql, tenantId, reply)))
      await sql.query(freshReply(tenantId, reply.id));
    else await correct(scene, reply);
  }
}

async function correct(scene: RoomScene, reply: ChangedReply): Promise<void> {
  const { sql, seal, tenantId, room, touched } = scene;
  const text = textOf(scene, reply);
  const pieces = await cut(scene, room.conversation_id, text.shown);
  const count = reply.deliveries.length;
  for (const [index, id] of reply.deliveries.entries()) {
    const isLast = index === count - 1;
    const body = pieces[index] ?? "…";
    const shown = isLast && pieces.length > count ? `${body}\n…` : body;
    const [changed] = await sql.query(restate(tenantId, id, sealReply(seal, { body: shown })));
    if (changed === undefined && (await mayChange(sql, tenantId, id))) return;
  }
  touched.add(room.conversation_id);
  const content = seal.seal(contentPurpose, JSON.stringify({ text: text.said }));
  await sql.query(noteEdited(tenantId, reply, reply.deliveries, content));
  await sql.query(freshReply(tenantId, reply.id));
  const at = (reply.deleted_at ?? reply.edited_at)?.toISOString() ?? "";
  const what = reply.deleted_at === null ? "changed" : "taken back";
  await sayInRoom(
    scene,
    ["corrected", reply.id, at],
    `✏️ **#${reply.number}** is ${what} where they read it.`,
  );
}

function textOf({ seal }: RoomScene, reply: ChangedReply): { readonly said: string; readonly shown: string } {
  const language = toTextLanguage(reply.language);
  if (reply.deleted_at !== null) return { said: "", shown: say(language, "handoff.withdrawn") };
  const text = openContent(seal, reply.source)?.text ?? "";
  const command = parseMarkedCommand(text);
  const said = (command !== undefined && speaking.has(command.name) ? command.argument : text) ?? "";
  return { said, shown: toPublicWords(reply.identity, reply.author, said === "" ? "…" : said, language) };
}

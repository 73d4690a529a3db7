import { parseMarkedCommand } from "../../core/text-command.ts";
import { say, toTextLanguage } from "../../core/texts/texts.ts";
import { sealContent, tryOpenContent } from "../../inbox/message-content.ts";
import { sealReply } from "../../outbox/delivery.ts";
import { findChanged, freshReply, noteEdited, withdrawReply, type ChangedReply } from "./reply-store.ts";
import { quoting, stillAnswered, toAnswers, wordsBehindQuotes, type ShowsAnswered } from "./replied-to.ts";
import { channelOf, mayChange, restate } from "./room-store.ts";
import { toPublicWords } from "./room-words.ts";
import { cutAgain, sayInRoom, type RoomScene } from "./say-in-room.ts";

interface Correcting extends RoomScene {
  readonly showsAnswered: ShowsAnswered;
}

/** Commands whose argument is what the person reads. */
const speaking: ReadonlySet<string> = new Set(["reply", "role", "anonymous"]);

/**
 * What colleagues changed or deleted of what they sent is changed where the person reads it; what still waits to go out
 * and was deleted goes out no more. What is on its way at this moment is looked at again.
 */
export async function correctReplies(scene: Correcting): Promise<void> {
  const { sql, tenantId, room } = scene;
  for (const reply of await sql.query<ChangedReply>(findChanged(tenantId, room.id))) {
    if (reply.deleted_at !== null && (await withdrawReply(sql, tenantId, reply)))
      await sql.query(freshReply(tenantId, reply.id));
    else await correct(scene, reply);
  }
}

async function correct(scene: Correcting, reply: ChangedReply): Promise<void> {
  const { sql, seal, tenantId, room, touched } = scene;
  const text = textOf(scene, reply);
  const before = reply.deleted_at === null ? tryOpenContent(seal, reply.content)?.repliesTo : undefined;
  const answered = await stillAnswered(scene, room.conversation_id, before);
  const isShown = scene.showsAnswered(await channelOf(sql, tenantId, room.conversation_id));
  const words = quoting(text.shown, answered, isShown);
  const shown = await cutAgain(scene, room.conversation_id, { words, count: reply.deliveries.length });
  for (const [index, again] of toAnswers(shown, answered, isShown).entries()) {
    const id = reply.deliveries[index];
    if (id === undefined) continue;
    const [changed] = await sql.query(restate(tenantId, id, sealReply(seal, again)));
    if (changed === undefined && (await mayChange(sql, tenantId, id))) return;
  }
  touched.add(room.conversation_id);
  const content = sealContent(seal, { text: text.said, repliesTo: answered });
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

function textOf(
  { seal }: Correcting,
  reply: ChangedReply,
): { readonly said: string; readonly shown: string } {
  const language = toTextLanguage(reply.language);
  if (reply.deleted_at !== null) return { said: "", shown: say(language, "handoff.withdrawn") };
  const text = wordsBehindQuotes(tryOpenContent(seal, reply.source) ?? { text: "" });
  const command = parseMarkedCommand(text);
  const said = (command !== undefined && speaking.has(command.name) ? command.argument : text) ?? "";
  return { said, shown: toPublicWords(reply.identity, reply.author, said === "" ? "…" : said, language) };
}

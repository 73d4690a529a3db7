import type { Attempt } from "../../src/core/channel.ts";
import type { ReplyFile } from "../../src/core/reply.ts";
import { deskOf, refuseToSend } from "../kit/lend-file.ts";
import type { OutgoingActivity } from "./render.ts";

const consentCard = "application/vnd.microsoft.teams.card.file.consent";
const infoCard = "application/vnd.microsoft.teams.card.file.info";

/** The name of our part of a consent card's context. */
const contextKey = "baton";

/** Pictures Teams draws in a message (learn.microsoft.com: bots/how-to/bots-filesv4). */
const pictures: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif"]);
/** A picture written into the message shares the message's 28 KB, a third of them lost to base64. */
const mostWrittenIn = 18 * 1024;
const mostShown = 1024 * 1024;

/**
 * A file of ours as a message. A small picture is drawn at once; any other file needs the person's consent, which
 * Teams asks for in personal chats only. Throws PermanentError `file_place` where neither is possible.
 */
export async function toFileActivity(
  file: ReplyFile,
  { isPersonal, attempt }: { readonly isPersonal: boolean; readonly attempt: Attempt },
): Promise<OutgoingActivity> {
  const desk = deskOf(attempt, "teams");
  const { name, mimeType, bytes } = file;
  if (pictures.has(mimeType) && bytes <= mostWrittenIn) {
    const content = await desk.read(file);
    return toPicture(file, `data:${mimeType};base64,${content.toString("base64")}`);
  }
  const link = desk.link(file);
  if (pictures.has(mimeType) && bytes <= mostShown && link !== undefined) return toPicture(file, link);
  if (!isPersonal) throw refuseToSend("teams", "file_place", "bots send files in personal chats only");
  const context = { [contextKey]: { file: desk.ticket(file) } };
  const content = {
    description: name,
    sizeInBytes: bytes,
    acceptContext: context,
    declineContext: context,
  };
  return { type: "message", summary: name, attachments: [{ contentType: consentCard, name, content }] };
}

function toPicture({ name, mimeType }: ReplyFile, contentUrl: string): OutgoingActivity {
  return { type: "message", summary: name, attachments: [{ contentType: mimeType, contentUrl, name }] };
}

/** The file as it lies in the person's OneDrive by now. */
export function toInfoActivity(file: {
  readonly name: string;
  readonly contentUrl: string;
  readonly uniqueId: string;
  readonly fileType: string;
}): OutgoingActivity {
  const { name, contentUrl, uniqueId, fileType } = file;
  const content = { uniqueId, fileType };
  return {
    type: "message",
    summary: name,
    attachments: [{ contentType: infoCard, contentUrl, name, content }],
  };
}

/** The ticket in a context of ours. */
export function ticketIn(context: Readonly<Record<string, unknown>>): string | undefined {
  const own = context[contextKey];
  const ticket: unknown = typeof own === "object" && own !== null ? Reflect.get(own, "file") : undefined;
  return typeof ticket === "string" ? ticket : undefined;
}

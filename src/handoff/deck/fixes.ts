import { normalizeQuestion } from "../../agent/cache/normalize-question.ts";
import { deckButton } from "../../core/deck.ts";
import { isId, type ContactId } from "../../core/ids.ts";
import type { Reply } from "../../core/reply.ts";
import { say as toText, toTextLanguage } from "../../core/texts/texts.ts";
import { sealContent, tryOpenContent } from "../../inbox/message-content.ts";
import { removePersonalData } from "../../knowledge/gaps/remove-personal-data.ts";
import { findReviewed, keepReviewed, type KeptReviewed } from "../../knowledge/reviewed/reviewed-store.ts";
import type { Audience } from "../../knowledge/readers.ts";
import { openReply, sealReply } from "../../outbox/delivery.ts";
import { plainName } from "../approval-card.ts";
import type { Passing, Work } from "../baton-work.ts";
import { noticeIdOf, toNotice } from "../notice.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { auditCommand } from "./desk.ts";
import type { StaffCall } from "./deck-call.ts";
import {
  audienceOf,
  correctMessage,
  correctPart,
  findAnswer,
  findDirectPlaces,
  findOthers,
  findParts,
  type AnswerPart,
  type AnswerRow,
  type DirectPlaceRow,
  type OthersRow,
} from "./fixed-answer.ts";
import { readFix, toFixOffer } from "./fix-words.ts";
import { staffNameOf } from "./staff-name.ts";
import { refuseColleague, tellColleague } from "./tell-colleague.ts";

/** Commands by which colleagues put right what the bot answered. */
export interface Fixes {
  /**
   * Puts the right answer in the place of the one that is meant, the bot's newest unless another is named, and keeps it for
   * whoever asks the same. Asks for it where it is not told yet.
   */
  fix(work: Work, call: StaffCall): Promise<void>;
  /** Tells the correction to people who were answered the same question before, where each is alone with the bot; once. */
  tell(work: Work, call: StaffCall): Promise<void>;
}

const usualDays = 180;
const dayMs = 86_400_000;
const mostNamed = 20;
const longestQuestion = 300;
const longestAnswer = 8_000;
const notice = "answer corrected";

interface Found {
  readonly answer: AnswerRow;
  readonly question: string;
  readonly normalized: string;
  readonly parts: readonly AnswerPart[];
}

export function createFixes({ passing, rooms }: { readonly passing: Passing; readonly rooms: Rooms }): Fixes {
  const say = (work: Work, call: StaffCall, reply: Reply) => tellColleague(passing, work, call, reply);
  const refuse = (work: Work, call: StaffCall, reason: string) =>
    refuseColleague(passing, work, call, reason);

  async function fix(work: Work, call: StaffCall): Promise<void> {
    const { message, readers, text } = readFix(call, work.subject);
    if (text.length > longestAnswer)
      return refuse(work, call, `an answer has at most ${longestAnswer} characters`);
    const found = await find(work, message);
    if (typeof found === "string") return refuse(work, call, found);
    if (text === "") return offer(work, call, found.answer);
    const body = `${text}\n\n${await attributionOf(work, call)}`;
    const pieces = rooms.split(found.answer.channel, { body }).map((piece) => piece.body);
    if (pieces.length > found.parts.length)
      return refuse(work, call, "that takes more messages than the bot's answer did: say it shorter");
    const { tenantId, conversationId } = work.subject;
    const audience = audienceOf(found.answer, readers);
    const others = await othersOf(work, found, audience);
    const { question, normalized, answer } = found;
    const days = rooms.policyOf(tenantId).reviewedDays ?? usualDays;
    const kept = await keepReviewed(work.sql, work.seal, {
      tenantId,
      conversationId,
      turnId: answer.turn_id,
      by: call.staff,
      question,
      normalized,
      answer: text,
      audience,
      days,
      affected: [...others.keys()],
    });
    if (kept.kind === "unchanged")
      return say(work, call, { body: "✏️ It is corrected so already. Nothing was done." });
    await correct(work, found, { text, pieces });
    if (await rooms.edited(work.sql, tenantId, answer.message_id)) work.ends.rooms.add(conversationId);
    await work.sql.query(
      auditCommand(work, call, { reviewed: kept.id, turn: answer.turn_id, audience: audience.kind }),
    );
    work.ends.reviewed.add(kept.id);
    const { timeZone } = rooms.policyOf(tenantId);
    const until = toDay(new Date(call.control.created_at.getTime() + days * dayMs), timeZone);
    await say(work, call, toConfirmation({ id: kept.id, audience, until, names: [...others.values()] }));
  }

  /** As the company's colleagues speak to people: by their first names, or as nobody. */
  async function attributionOf(work: Work, { staff }: StaffCall): Promise<string> {
    const { language } = work.conversation;
    if (rooms.policyOf(work.subject.tenantId).identity !== "named")
      return toText(language, "handoff.corrected by somebody");
    const name = await staffNameOf(work, staff);
    return toText(language, "handoff.corrected by", { name: plainName(name.split(" ")[0] ?? name) });
  }

  /** A press whose form could not be shown is told what to write instead. */
  async function offer(work: Work, call: StaffCall, answer: AnswerRow): Promise<void> {
    const isPressed = (call.content.action?.value ?? "") !== "";
    if (isPressed) return refuse(work, call, "write `!fix` and the right answer in the conversation");
    const shown = tryOpenContent(work.seal, answer.content)?.text ?? "…";
    await say(work, call, toFixOffer({ id: answer.message_id, text: shown }));
  }

  async function tell(work: Work, call: StaffCall): Promise<void> {
    const { sql, seal, subject } = work;
    const value = call.content.action?.value;
    const id = isId(value) && value !== subject.conversationId ? value : undefined;
    const { tenantId, conversationId } = subject;
    const reviewed = await findReviewed(sql, seal, { tenantId, conversationId, id });
    if (reviewed === undefined) return refuse(work, call, "there is no corrected answer to tell");
    const places = await sql.query<DirectPlaceRow>(findDirectPlaces(subject, reviewed.affected));
    const untold = await untoldOf(work, reviewed, places);
    for (const place of untold) {
      await sql.query(toNotice(seal, toTelling(work, reviewed, place)));
      work.ends.touched.add(place.id);
    }
    if (untold.length > 0)
      await sql.query(auditCommand(work, call, { reviewed: reviewed.id, told: untold.length }));
    await say(work, call, { body: toTold(reviewed.affected.length, places.length, untold.length) });
  }

  return { fix, tell };
}

/** What is corrected, or why it cannot be. */
async function find({ sql, seal, subject }: Work, message: string | undefined): Promise<Found | string> {
  const [answer] = await sql.query<AnswerRow>(findAnswer(subject, message));
  const asked = answer && tryOpenContent(seal, answer.question);
  if (answer === undefined || asked === undefined) return "there is no answer of the bot's to correct";
  const clean = removePersonalData(asked.text, [asked.name ?? ""])
    .replaceAll(/\s+/gu, " ")
    .trim();
  const normalized = normalizeQuestion(clean);
  if (normalized === "") return "nothing was asked before it";
  const all = await sql.query<AnswerPart>(findParts(subject, answer.turn_id));
  if (all.some(({ state }) => state !== "sent")) return "the answer is on its way at this moment: try again";
  const parts = all.filter(({ body }) => (openReply(seal, body).files ?? []).length === 0);
  if (parts.length === 0) return "the bot's answer stands nowhere any more";
  if (answer.audience !== "direct" && parts.some(({ body }) => openReply(seal, body).onlyFor !== undefined))
    return "only the person who asked can see that answer, so it cannot be changed";
  return { answer, question: clean.slice(0, longestQuestion), normalized, parts };
}

/** In as many messages as the answer took: those that are not needed any more leave marks. */
async function correct(
  { sql, seal, subject, ends }: Work,
  { answer, parts }: Found,
  { text, pieces }: { readonly text: string; readonly pieces: readonly string[] },
): Promise<void> {
  for (const [index, { id, body }] of parts.entries()) {
    const { buttons } = openReply(seal, body);
    const reply: Reply = { body: pieces[index] ?? "…", ...(buttons !== undefined && { buttons }) };
    await sql.query(correctPart(subject, id, sealReply(seal, reply)));
  }
  const content = sealContent(seal, { text });
  await sql.query(correctMessage(subject, answer.message_id, content));
  ends.touched.add(subject.conversationId);
}

/** Who else asked the same and may read the correction, by who they are, with their names. */
async function othersOf(
  { sql, seal, subject }: Work,
  { answer, normalized }: Found,
  audience: Audience,
): Promise<ReadonlyMap<ContactId, string>> {
  const others = new Map<ContactId, string>();
  for (const row of await sql.query<OthersRow>(findOthers(subject, answer, audience))) {
    const asked = tryOpenContent(seal, row.question);
    const clean = asked && removePersonalData(asked.text, [asked.name ?? ""]);
    if (clean === undefined || normalizeQuestion(clean) !== normalized) continue;
    if (!others.has(row.contact_id)) others.set(row.contact_id, plainName(asked?.name ?? "somebody"));
  }
  return others;
}

function toConfirmation({
  id,
  audience,
  until,
  names,
}: {
  readonly id: string;
  readonly audience: Audience;
  /** The day it expires. */
  readonly until: string;
  readonly names: readonly string[];
}): Reply {
  const readers = { public: "everybody", colleagues: "colleagues", role: "that role", room: "this channel" };
  const open = audience.kind === "public" ? "" : " `!fix public …` is for everybody.";
  const kept = `✏️ Corrected. Until ${until} it is what ${readers[audience.kind]} is told who asks the same.${open}`;
  if (names.length === 0) return { body: kept };
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  const listed = `${names.slice(0, mostNamed).join(", ")}${more}`;
  return {
    body: `${kept}\n\nIn the last 7 days the same was answered to: ${listed}.`,
    buttons: [deckButton("tell", "Tell them", { conversationId: id })],
  };
}

function toDay(at: Date, timeZone: string): string {
  const shape = { day: "numeric", month: "long", year: "numeric", timeZone } as const;
  return new Intl.DateTimeFormat("en-GB", shape).format(at);
}

function toTelling({ subject }: Work, reviewed: KeptReviewed, place: DirectPlaceRow) {
  const { question, answer } = reviewed;
  const told = toText(toTextLanguage(place.language), "handoff.corrected", { question: toQuoted(question) });
  return {
    tenantId: subject.tenantId,
    conversationId: place.id,
    correlationId: subject.correlationId,
    kind: notice,
    cause: causeOf(reviewed, place),
    recipient: place.recipient,
    place,
    reply: { body: `${told}\n\n${answer}` },
  };
}

function causeOf({ id, revision }: KeptReviewed, { contact_id: contactId }: DirectPlaceRow) {
  return [id, String(revision), contactId];
}

/** Those of whom no telling of this correction is known. */
async function untoldOf(
  { sql, subject }: Work,
  reviewed: KeptReviewed,
  places: readonly DirectPlaceRow[],
): Promise<readonly DirectPlaceRow[]> {
  const idOf = (place: DirectPlaceRow) => noticeIdOf({ kind: notice, cause: causeOf(reviewed, place) });
  const told = await sql.query<{ id: string }>({
    text: "SELECT id FROM deliveries WHERE company_id = $1 AND id = ANY ($2::uuid[])",
    values: [subject.tenantId, places.map(idOf)],
  });
  const known = new Set(told.map(({ id }) => id));
  return places.filter((place) => !known.has(idOf(place)));
}

function toTold(affected: number, places: number, told: number): string {
  const without = affected - places;
  const rest = without === 0 ? "" : ` ${without} never talked to me alone, so I cannot tell them.`;
  if (told === 0) return `✏️ There is nobody left to tell.${rest}`;
  return `✏️ Told to ${told}.${rest}`;
}

function toQuoted(question: string): string {
  return question.replaceAll(/[\\`*_{}[\]<>#|~]/gu, "\\$&");
}

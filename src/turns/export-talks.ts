import { createHmac, randomBytes } from "node:crypto";
import { parseProfile, profilePurpose } from "../core/profile.ts";
import type { ContactId, ConversationId, TenantId } from "../core/ids.ts";
import { maskPersonalData } from "../guard/personal-data/mask-personal-data.ts";
import { openContent } from "../inbox/message-content.ts";
import type { Database } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";

/** One talk as models are trained with it. */
export interface ExportedTalk {
  readonly messages: readonly { readonly role: "user" | "assistant"; readonly content: string }[];
  readonly metadata: { readonly company: string; readonly talk: string };
}

/** A preference of this name, with this value, is a person's consent; the person tells it, and may take it back. */
const consent = { name: "training", value: "yes" };
const talksAtOnce = 200;
const mostMessages = 500;

interface TalkRow {
  readonly id: ConversationId;
  readonly user_id: ContactId;
  readonly external_id: string;
  readonly name: Buffer | null;
  readonly document: Buffer;
}

interface WordsRow {
  readonly role: "user" | "assistant";
  readonly sender_id: string | null;
  readonly content: Buffer;
}

/**
 * The conversations of the people of a company who agreed to it, without what tells who they are: what they wrote
 * themselves and what Baton answered, nobody else's words. Whether the company agrees is the caller's to know.
 */
export async function* exportTalks(
  { database, sealer }: { readonly database: Database; readonly sealer: Pick<Sealer, "forTenant"> },
  { id: tenantId, slug }: { readonly id: TenantId; readonly slug: string },
): AsyncGenerator<ExportedTalk> {
  const seal = await sealer.forTenant(tenantId);
  const salt = randomBytes(32); // its own for each export, so that two exports cannot be put side by side
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const rows = await database.statement<TalkRow>(tenantId, readTalks(tenantId, after));
    for (const row of rows) {
      if (!hasAgreed(row, seal)) continue;
      const words = await database.statement<WordsRow>(tenantId, readWords(tenantId, row.id));
      const messages = toMessages(words, row, seal);
      const talk = createHmac("sha256", salt).update(row.id).digest("base64url").slice(0, 16);
      if (messages.length > 1) yield { messages, metadata: { company: slug, talk } };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

function hasAgreed({ document }: TalkRow, seal: TenantSeal): boolean {
  try {
    const { preferences } = parseProfile(seal.open(profilePurpose, document));
    return Object.entries(preferences).some(
      ([name, value]) =>
        name.trim().toLowerCase() === consent.name && value.trim().toLowerCase() === consent.value,
    );
  } catch {
    return false; // what cannot be read is no consent
  }
}

function toMessages(
  words: readonly WordsRow[],
  { external_id: own, name }: TalkRow,
  seal: TenantSeal,
): ExportedTalk["messages"] {
  const known = name === null ? [] : [openName(seal, name)];
  return words.flatMap(({ role, sender_id: sender, content }) => {
    if (role === "user" && sender !== own) return [];
    try {
      const { text, name: told } = openContent(seal, content);
      const masked = maskPersonalData(text, [...known, ...(told === undefined ? [] : [told])]).trim();
      return masked === "" ? [] : [{ role, content: masked }];
    } catch {
      return [];
    }
  });
}

function openName(seal: TenantSeal, name: Buffer): string {
  try {
    return seal.open("contact.name", name);
  } catch {
    return "";
  }
}

function readTalks(tenantId: TenantId, after: string) {
  return {
    text: `SELECT c.id, c.user_id, u.external_id, u.name, p.document FROM conversations c
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           JOIN profiles p ON p.company_id = $1 AND p.user_id = c.user_id
           WHERE c.company_id = $1 AND c.id > $2::uuid ORDER BY c.id LIMIT ${talksAtOnce}`,
    values: [tenantId, after],
  };
}

function readWords(tenantId: TenantId, conversationId: ConversationId) {
  return {
    text: `SELECT role, sender_id, content FROM messages
           WHERE company_id = $1 AND conversation_id = $2 AND kind = 'message' AND role IN ('user', 'assistant')
             AND state = 'settled' AND deleted_at IS NULL ORDER BY seq LIMIT ${mostMessages}`,
    values: [tenantId, conversationId],
  };
}

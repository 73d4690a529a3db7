import { cutToLine } from "../../core/cut-text.ts";
import { formField } from "../../core/deck.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { plainText } from "../../core/plain-text.ts";
import { tryOpenContent } from "../../inbox/message-content.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";
import { openReply } from "../../outbox/delivery.ts";
import { toBrief, withoutMarks, type Brief, type BriefMatter } from "./brief.ts";
import { readHistory } from "./person-history.ts";
import { loadMood } from "../triggers/mood.ts";
import { plainName } from "../approval-card.ts";

const looksBack = 40;

/** Gathers what a brief is made of, and what was said last as colleagues read it. */
export async function readMatter(
  sql: Sql,
  seal: TenantSeal,
  about: { readonly tenantId: TenantId; readonly conversationId: ConversationId; readonly reason: string },
): Promise<{ readonly brief: Brief; readonly transcript: string }> {
  const { tenantId, conversationId, reason } = about;
  const [person] = await sql.query<PersonRow>({
    text: `SELECT c.channel, u.name, coalesce(u.language, u.locale) AS language FROM conversations c
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, conversationId],
  });
  if (person === undefined) throw new Error("rooms: a conversation that was locked is gone");
  const said = await readSaid(sql, seal, tenantId, conversationId);
  const steps = await sql.query<{ name: string; ok: boolean | null }>({
    text: `SELECT s.name, s.ok FROM steps s JOIN turns t ON t.company_id = $1 AND t.id = s.turn_id
           WHERE s.company_id = $1 AND t.conversation_id = $2 AND s.kind = 'tool' ORDER BY s.started_at DESC LIMIT 8`,
    values: [tenantId, conversationId],
  });
  const name = openName(seal, person.name) ?? said.findLast(({ role }) => role === "user")?.name;
  const matter = {
    name,
    channel: person.channel,
    language: person.language?.slice(0, 2).toLowerCase(),
    reason,
    history: await readHistory(sql, {
      tenantId,
      conversationId,
      textOf: (content) => {
        const opened = tryOpenContent(seal, content);
        return opened?.fields?.[formField] ?? opened?.text;
      },
    }),
  };
  const sources = await readSources(sql, seal, tenantId, conversationId);
  const [factsIn, moodOf] = await Promise.all([loadFacts(), loadMood()]);
  const brief = toBrief({ ...matter, said, steps: steps.toReversed(), factsIn, moodOf, sources });
  return { brief, transcript: toTranscript(name, said) };
}

/** Under the bot's last answer stands what it rests on. */
async function readSources(
  sql: Sql,
  seal: TenantSeal,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<readonly string[]> {
  const rows = await sql.query<{ body: Buffer }>({
    text: `SELECT d.body FROM deliveries d WHERE d.company_id = $1 AND d.conversation_id = $2 AND d.kind = 'answer'
             AND d.turn_id = (SELECT turn_id FROM deliveries WHERE company_id = $1 AND conversation_id = $2
               AND kind = 'answer' ORDER BY seq DESC LIMIT 1)
           ORDER BY d.seq DESC LIMIT 4`,
    values: [tenantId, conversationId],
  });
  const titles = rows.flatMap(({ body }) => openTitles(seal, body));
  return [...new Set(titles)];
}

function openTitles(seal: TenantSeal, body: Buffer): readonly string[] {
  try {
    return (openReply(seal, body).citations ?? []).map(({ title }) => title);
  } catch {
    return [];
  }
}

interface PersonRow {
  readonly channel: string;
  readonly name: Buffer | null;
  readonly language: string | null;
}

type Said = BriefMatter["said"][number] & { readonly name: string | undefined };

async function readSaid(
  sql: Sql,
  seal: TenantSeal,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<readonly Said[]> {
  const rows = await sql.query<{ role: Said["role"]; content: Buffer }>({
    text: `SELECT role, content FROM messages WHERE company_id = $1 AND conversation_id = $2 AND deleted_at IS NULL
             AND role IN ('user', 'assistant', 'staff') AND kind = 'message' AND (role = 'user' OR state = 'settled')
           ORDER BY seq DESC LIMIT ${looksBack}`,
    values: [tenantId, conversationId],
  });
  return rows.toReversed().flatMap(({ role, content }) => {
    const opened = tryOpenContent(seal, content);
    return opened === undefined ? [] : [{ role, text: opened.text, name: opened.name }];
  });
}

function openName(seal: TenantSeal, name: Buffer | null): string | undefined {
  try {
    return name === null ? undefined : seal.open("contact.name", name);
  } catch {
    return undefined;
  }
}

/** What reads dates takes its time to load: it is loaded when the first brief is written. */
async function loadFacts(): Promise<BriefMatter["factsIn"]> {
  const { readEntities } = await import("../../guard/understanding/entities.ts");
  const now = new Date();
  return (text) =>
    readEntities(text, { now })
      .filter(({ kind }) => kind !== "number")
      .map((entity) => entity.text);
}

const mostLines = 8;
const longestLine = 220;

function toTranscript(name: string | undefined, said: readonly Said[]): string {
  const lines = said.slice(-mostLines).map(({ role, text }) => {
    const who = role === "user" ? plainName(name ?? "They") : role === "assistant" ? "Bot" : "Staff";
    const plain = role === "assistant" ? withoutMarks(text) : text;
    return `> ${who}: ${plainText(cutToLine(plain, longestLine))}`;
  });
  return lines.join("\n>\n");
}

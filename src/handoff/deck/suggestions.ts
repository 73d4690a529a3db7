import { randomUUID } from "node:crypto";
import type { Agent, AgentAnswer, AgentRequest, SpokenMessage } from "../../core/agent.ts";
import { deckButton } from "../../core/deck.ts";
import type { TenantId, TurnId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Part } from "../../core/part.ts";
import type { Reply } from "../../core/reply.ts";
import { isSubstantive } from "../../core/turn.ts";
import { tryOpenContent } from "../../inbox/message-content.ts";
import type { Database } from "../../store/database.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import type { Companies } from "../../tenants/companies.ts";
import { toNotice } from "../notice.ts";
import { isMereCall } from "../rooms/brief.ts";
import { channelOf } from "../rooms/room-store.ts";
import type { ApprovalNews } from "../pressed.ts";
import { createReadingJournal } from "./reading-journal.ts";
import {
  findWanted,
  noteSuggested,
  readAsked,
  suggestionPurpose,
  takeWanted,
  type AskedIn,
  type WantedSuggestion,
} from "./suggestion-store.ts";

/**
 * Replies that colleagues ask to be suggested: what the agent would answer the person now. It reads, and changes nothing:
 * a tool that writes is not called. Only colleagues see what comes of it.
 */
export interface Suggestions extends Part {
  /** Writes one that is wanted. Returns at once and never throws; what fails is tried again by the sweep. */
  soon(tenantId: TenantId, id: string): void;
  /** Writes whatever is due. Resolves with how many. */
  sweep(): Promise<number>;
}

export interface SuggestionsParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly companies: Pick<Companies, "get">;
  readonly agent: Agent;
  /** Tools that change something, by name. */
  readonly writes: ReadonlySet<string>;
  /** Something is to be sent in a conversation; must not throw. */
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const window = 20;
const thinkMs = 45_000;
// Longer than thinking takes, so that no two processes write the same.
const holdMs = 60_000;
const mostAttempts = 3;
const dueAtOnce = 20;

export function createSuggestions(parts: SuggestionsParts): Suggestions {
  const { database, sealer, companies, agent, writes, onNews, log } = parts;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  function soon(tenantId: TenantId, id: string): void {
    if (stopping.signal.aborted) return;
    const work: Promise<void> = write(tenantId, id)
      .catch((cause: unknown) => {
        if (!stopping.signal.aborted)
          log.warn({ tenantId, suggestion: id, err: cause }, "no reply suggested; trying again");
      })
      .finally(() => running.delete(work));
    running.add(work);
  }

  async function write(tenantId: TenantId, id: string): Promise<void> {
    const [wanted] = await database.statement<WantedSuggestion>(tenantId, takeWanted(tenantId, id, holdMs));
    if (wanted === undefined) return;
    const seal = await sealer.forTenant(tenantId);
    const answer = wanted.attempts > mostAttempts ? undefined : await think(tenantId, wanted, seal);
    await hand(tenantId, wanted, seal, answer);
  }

  async function think(
    tenantId: TenantId,
    { conversation_id: conversationId, unasked }: WantedSuggestion,
    seal: TenantSeal,
  ): Promise<AgentAnswer | undefined> {
    const ask = <Row>(query: Parameters<Database["statement"]>[1]) =>
      database.statement<Row>(tenantId, query);
    const asked = await readAsked(ask, tenantId, conversationId, window);
    const { history, questions } = toTalk(seal, asked?.said ?? []);
    if (asked === undefined || questions.length === 0) return undefined;
    if (unasked && !isOpenQuestion(asked.said, questions)) return undefined;
    const company = await companies.get(tenantId);
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(thinkMs)]);
    const { contact_id: contactId, audience } = asked;
    const request: AgentRequest = {
      context: {
        tenantId,
        conversationId,
        contactId,
        turnId: randomUUID() as TurnId,
        role: "customer",
        audience,
        now: new Date(),
        timeZone: asked.time_zone ?? undefined,
      },
      company: company.name,
      persona: company.persona,
      summary: undefined,
      language: asked.language ?? undefined,
      locale: asked.locale ?? undefined,
      history,
      questions,
      journal: createReadingJournal(writes, "a reply is only suggested"),
      onText: () => {},
      signal,
    };
    return agent.answer(request);
  }

  /** The suggestion, and where it is read, in one transaction. */
  async function hand(
    tenantId: TenantId,
    wanted: WantedSuggestion,
    seal: TenantSeal,
    answer: AgentAnswer | undefined,
  ): Promise<void> {
    const text = textOf(answer);
    const isShared = wanted.desk_id === wanted.conversation_id;
    const correlationId = wanted.correlation_id ?? "";
    const channel = await database.withTenant(tenantId, async (sql) => {
      const body = text === undefined ? undefined : seal.seal(suggestionPurpose, text);
      const [noted] = await sql.query(noteSuggested(tenantId, wanted.id, body));
      if (noted === undefined || (wanted.unasked && text === undefined)) return undefined;
      const reply = toSuggestion(wanted.id, text, isShared);
      const notice = {
        tenantId,
        conversationId: wanted.desk_id,
        correlationId,
        kind: "suggestion",
        cause: [wanted.desk_id, wanted.id],
        recipient: wanted.only_for ?? "",
        reply: wanted.only_for === null ? reply : { ...reply, onlyFor: wanted.only_for },
      };
      await sql.query(toNotice(seal, notice));
      return channelOf(sql, tenantId, wanted.desk_id);
    });
    if (channel !== undefined)
      onNews({
        tenantId,
        conversationId: wanted.desk_id,
        channel,
        correlationId: correlationId || randomUUID(),
      });
  }

  async function sweep(): Promise<number> {
    const due = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId; id: string }>(findWanted(dueAtOnce)),
    );
    for (const { company_id: tenantId, id } of due) soon(tenantId, id);
    return due.length;
  }

  return {
    name: "suggestions",
    soon,
    sweep,
    start: async () => {},
    stop: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** What is open: all that the person said since somebody answered them last; their last words where that is nothing. */
function toTalk(
  seal: TenantSeal,
  said: AskedIn["said"],
): { readonly history: readonly SpokenMessage[]; readonly questions: readonly SpokenMessage[] } {
  const talk = said.flatMap(({ role, content }) => {
    const opened = tryOpenContent(seal, content);
    return opened === undefined || opened.text.trim() === ""
      ? []
      : [{ role, text: opened.text, name: opened.name }];
  });
  const last = talk.findLastIndex(({ role }) => role === "user");
  if (last < 0) return { history: talk, questions: [] };
  const answered = talk.slice(0, last).findLastIndex(({ role }) => role !== "user");
  return { history: talk.slice(0, answered + 1), questions: talk.slice(answered + 1, last + 1) };
}

/** They have said something since anybody answered them, and it is more than that they want a person. */
function isOpenQuestion(said: AskedIn["said"], questions: readonly SpokenMessage[]): boolean {
  return (
    said.at(-1)?.role === "user" && questions.some(({ text }) => isSubstantive(text) && !isMereCall(text))
  );
}

function textOf(answer: AgentAnswer | undefined): string | undefined {
  if (answer?.kind !== "answered" || answer.canned === true) return undefined;
  const text = answer.body.trim();
  return text === "" ? undefined : text;
}

/** In a shared thread there is nothing to press: a colleague writes there themselves. */
function toSuggestion(id: string, text: string | undefined, isShared: boolean): Reply {
  if (text === undefined)
    return { body: "✍️ I have nothing to suggest: I do not know an answer to what they asked." };
  const body = `✍️ **A draft, seen by colleagues only:**\n\n${text}`;
  if (isShared) return { body };
  return { body, buttons: [deckButton("send", "Send it", { conversationId: id, style: "primary" })] };
}

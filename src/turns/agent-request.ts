import type { Agent, SpokenMessage } from "../core/agent.ts";
import { toProfileContext, withoutWords, type Profile } from "../core/profile.ts";
import { createReadingJournal } from "../handoff/deck/reading-journal.ts";
import { isAgainNote } from "./ask-again.ts";
import type { Claim, OpenMessage } from "./claim.ts";
import { toQuestion } from "../core/text-command.ts";
import { isWaiting } from "./is-waiting.ts";
import type { Workbench } from "./workbench.ts";

/** What the agent is told and asked in this turn. */
export async function toAgentRequest({
  parts,
  request,
  turn,
  journal,
  live,
}: Workbench): Promise<Parameters<Agent["answer"]>[0]> {
  const { claim, lease, questions } = request;
  const company = await parts.companies.get(lease.tenantId);
  return {
    context: {
      tenantId: lease.tenantId,
      conversationId: lease.conversationId,
      contactId: claim.contact.id,
      turnId: turn.id,
      role: request.role,
      audience: claim.audience,
      now: new Date(),
      timeZone: claim.contact.timeZone,
    },
    verified: request.verified,
    company: company.name,
    persona: company.persona,
    summary: claim.summary,
    language: claim.contact.language,
    locale: claim.contact.locale,
    dialogue: claim.dialogue,
    profile: parts.remembersPeople ? toToldProfile(claim) : undefined,
    history: claim.history,
    unsummarized: countUnsummarized(claim),
    questions: questions
      .filter((question) => question.seq <= turn.throughSeq)
      .filter((question) => question.role !== "system" || isAgainNote(question))
      .map(toSpokenQuestion),
    // What changes something, or takes its time, is for whoever takes the conversation next.
    journal: isWaiting(claim)
      ? createReadingJournal(parts.lasting, "somebody waits for a person", journal)
      : journal,
    files: parts.files.of({ ...lease, turnId: turn.id }),
    onText: (text) => live.show(text),
    signal: AbortSignal.any([lease.signal, live.failed]),
  };
}

/** What is remembered of the person from other talks; this one's words are told anyway. */
function toToldProfile({ profile, history }: Claim): Profile | undefined {
  if (profile === undefined) return undefined;
  return toProfileContext(
    withoutWords(
      profile.read,
      history.map(({ text }) => text),
    ),
  );
}

/** How many of the newest messages stand in no summary. */
function countUnsummarized({ history, summarizedThrough }: Claim): number {
  return history.filter(({ seq }) => summarizedThrough === 0 || seq > summarizedThrough).length;
}

/** A question as a model reads it, with what hangs on it. */
function toSpokenQuestion(question: OpenMessage): SpokenMessage {
  const files = (question.content.attachments ?? []).map(
    (file) => `[attached: ${file.name}, ${file.mimeType}]`,
  );
  const said = isAgainNote(question) ? question.text : (question.action?.value ?? toQuestion(question.text));
  return { role: "user", text: [said, ...files].join("\n"), name: question.content.name };
}

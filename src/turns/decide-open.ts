import { saidToPeople } from "../core/addressed/reasons.ts";
import { isMeantForBot, type ThreadWords } from "../core/addressed/is-meant-for-bot.ts";
import { draftActions } from "../core/draft.ts";
import { decideTurn, isSubstantive, waitsForPerson, type Decision } from "../core/turn.ts";
import { openContent } from "../inbox/message-content.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Claim, OpenMessage } from "./claim.ts";

/**
 * What to do with each open message, oldest first. Where several people read along and somebody names nobody, what was
 * said before tells whether it is meant for the bot; what is decided of one message counts for those after it.
 */
export function decideOpen(
  claim: Claim,
  seal: TenantSeal,
): readonly { readonly message: OpenMessage; readonly decision: Decision }[] {
  const before = claim.open.some((message) => isUnaddressed(message, claim)) ? openSaid(claim, seal) : [];
  return claim.open.map((message) => {
    const words = { by: message.senderId, name: message.content.name, text: message.text };
    const first = decide(message, claim);
    const isOthers =
      first.kind === "answer" &&
      isUnaddressed(message, claim) &&
      before.length > 0 &&
      !isMeantForBot(words, before);
    const decision: Decision = isOthers ? { kind: "silent", reason: saidToPeople } : first;
    if (message.kind === "message" && message.role !== "system")
      before.push({ ...words, forBot: decision.kind === "answer" });
    return { message, decision };
  });
}

/** Baton's own note that a draft was not let go out. */
export function isHandOverNote({ role, action }: OpenMessage): boolean {
  return role === "system" && action?.name === draftActions.handOver;
}

function decide(message: OpenMessage, claim: Claim): Decision {
  if (claim.status === "closed" && message.kind === "message" && !isSubstantive(message.text))
    return { kind: "silent", reason: "the conversation is closed" };
  if (claim.status === "closed" && isHandOverNote(message))
    return { kind: "silent", reason: "the conversation is closed" };
  const decision = decideTurn(message, {
    owner: claim.owner,
    requesterId: claim.contact.externalId,
    audience: claim.audience,
    asksMeanwhile: claim.asksMeanwhile,
  });
  // What sent somebody to people, or was open when they went, is for people.
  const isBefore = claim.owner.kind === "queue" && message.seq <= claim.epochSeq;
  if (decision.kind === "answer" && isBefore) return waitsForPerson;
  return decision;
}

function isUnaddressed({ kind, role, addressed }: OpenMessage, { audience, owner }: Claim): boolean {
  return (
    audience !== "direct" &&
    owner.kind === "bot" &&
    kind === "message" &&
    role !== "system" &&
    addressed === "none"
  );
}

/** What was said since a colleague last spoke to the person: whatever came before that is over. */
function openSaid({ said, contact }: Claim, seal: TenantSeal): ThreadWords[] {
  const colleague = said.findLastIndex(
    ({ role, sender_id: sender }) => role === "staff" && sender !== contact.externalId,
  );
  return said.slice(colleague + 1).map(({ seq, role, sender_id: sender, content, state }) => ({
    by: role === "assistant" ? undefined : (sender ?? ""),
    ...openWords(content, seal),
    // What was said before the bot was called is below 0.
    forBot: state === "settled" && seq > 0,
  }));
}

/** What nobody can read was said all the same, by somebody. */
function openWords(
  content: Buffer,
  seal: TenantSeal,
): { readonly text: string; readonly name?: string | undefined } {
  try {
    const { text, name } = openContent(seal, content);
    return { text, name };
  } catch {
    return { text: "" };
  }
}

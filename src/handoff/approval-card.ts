import { approvalActions, toApprovalValue, type DeniedPress, type Verdict } from "../core/approval.ts";
import { beginningOf } from "../core/cut-text.ts";
import type { Button, Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";

/** What a request shows. */
export interface ApprovalCard {
  readonly tool: string;
  /** JSON text, shown whole. */
  readonly arguments: string;
  readonly requesterName: string | undefined;
  readonly minutes: number;
}

/** More than this nobody checks with care, characters of JSON text as it is shown. */
export const maxShownArguments = 6_000;

// Discord takes 2000 characters; the rest is left for the words around them.
const perMessage = 1_400;

/**
 * The arguments as they are shown: each character that is invisible or turns the direction of others is written out,
 * so that what a colleague reads is what will run.
 */
export function showArguments(json: string): string {
  const pretty = JSON.stringify(JSON.parse(json), undefined, 2);
  return pretty.replace(/[\p{Cf}\p{Cc}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/gu, (found) =>
    found === "\n" ? found : escapeUnits(found),
  );
}

/** The messages that ask colleagues: the arguments in full, the buttons under the last one. */
export function toApprovalCards(card: ApprovalCard, id: string, nonce: string): readonly Reply[] {
  const pieces = cutForCard(showArguments(card.arguments));
  const who = card.requesterName === undefined ? "" : ` for ${plainName(card.requesterName)}`;
  const value = toApprovalValue(id, nonce);
  return pieces.map((piece, index) => {
    const isFirst = index === 0;
    const isLast = index === pieces.length - 1;
    const head = isFirst
      ? `**Approval needed:** \`${card.tool}\`${who}`
      : `**\`${card.tool}\`**, continued (${index + 1} of ${pieces.length})`;
    const foot = `It runs once, with exactly this, if a colleague approves it within ${card.minutes} minutes.`;
    const body = [head, fencedForCard(piece, "json"), ...(isLast ? [foot] : [])].join("\n\n");
    return { body, ...(isLast && { buttons: toButtons(value) }) };
  });
}

/** What the person is told where colleagues are asked somewhere else. */
export function toWaitingReply(tool: string, language: TextLanguage): Reply {
  return { body: say(language, "approval.asked", { tool }) };
}

/** What a decision, or the lack of one, says in the conversation. */
export function toDecisionReply(
  tool: string,
  state: Verdict | "expired" | "stood down",
  language: TextLanguage,
): Reply {
  return { body: say(language, `approval.${state}`, { tool }) };
}

/** What those who took over meanwhile are told of an approved call that had begun. */
export function toRunReply(tool: string, outcome: "result" | "error" | "uncertain"): Reply {
  switch (outcome) {
    case "result":
      return { body: `\`${tool}\`, approved before, was carried out.` };
    case "error":
      return { body: `\`${tool}\`, approved before, failed. Nothing was done.` };
    case "uncertain":
      return {
        body: `\`${tool}\`, approved before, may have been carried out: please look before repeating it.`,
      };
    default:
      throw new Error(`unknown outcome: ${String(outcome satisfies never)}`);
  }
}

/** Why a press counted for nothing, for the one who pressed. */
export function toDeniedReply(reason: DeniedPress): Reply {
  switch (reason) {
    case "not authorized":
      return { body: "Only staff can decide that." };
    case "not genuine":
      return { body: "That button is not valid here." };
    case "already decided":
      return { body: "That has been decided already." };
    case "own request":
      return {
        body: "You asked for this yourself, so your own approval does not count: another colleague has to approve it.",
      };
    default:
      throw new Error(`unknown reason: ${String(reason satisfies never)}`);
  }
}

function toButtons(value: string): readonly Button[] {
  return [
    { action: approvalActions.approve, label: "Approve", value, style: "primary" },
    { action: approvalActions.refuse, label: "Refuse", value, style: "danger" },
  ];
}

/** Text in a fence longer than any run of backticks inside: it shows its source and forges nothing around it. */
export function fencedForCard(text: string, language: "json" | "markdown" | "text"): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** Pieces that fit every platform's message, cut at line ends where there are any, never inside a character. */
export function cutForCard(text: string, size: number = perMessage): readonly string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > size) {
    const atLine = rest.lastIndexOf("\n", size);
    const at = atLine > size / 2 ? atLine : wholeCharacters(rest, size);
    pieces.push(rest.slice(0, at));
    rest = rest.slice(at).replace(/^\n/, "");
  }
  return [...pieces, rest];
}

function wholeCharacters(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}

/** A display name proves nothing and may not format anything either. */
export function plainName(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}\p{M} .'-]/gu, " ").replace(/\s+/gu, " ");
  return beginningOf(words.trim(), 80) || "somebody";
}

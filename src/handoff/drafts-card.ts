import { toApprovalValue, type DeniedPress, type Verdict } from "../core/approval.ts";
import { cutText } from "../core/cut-text.ts";
import { draftActions } from "../core/draft.ts";
import { toHumanButton, type Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";
import { cutForCard, fencedForCard, plainName } from "./approval-card.ts";

/** What colleagues see of an answer that waits for their word. */
export interface DraftCard {
  readonly channel: string;
  /** Of the person who asked, as their platform shows it. */
  readonly name: string | undefined;
  readonly question: string;
  /** The answer's messages, as markdown. */
  readonly bodies: readonly string[];
  readonly files: readonly string[];
  readonly minutes: number;
}

// What was asked is a reminder; what is said is shown whole.
const mostOfQuestion = 400;

/** The messages that show a draft: all of its words as they stand in its source, the buttons under the last one. */
export function toDraftCards(card: DraftCard, id: string, nonce: string): readonly Reply[] {
  const { channel, name, question, bodies, files, minutes } = card;
  const value = toApprovalValue(id, nonce);
  const who = name === undefined ? "" : ` for ${plainName(name)}`;
  const pieces = cutForCard(bodies.join("\n\n"));
  return pieces.map((piece, index) => {
    const isFirst = index === 0;
    const isLast = index === pieces.length - 1;
    const head = isFirst
      ? [
          `**A draft waits**${who} (${channel}). They asked:`,
          fencedForCard(cutText(question, mostOfQuestion), "text"),
          "The answer would be:",
        ]
      : [`**The draft**, continued (${index + 1} of ${pieces.length})`];
    const attached = files.length > 0 ? [`With ${files.map((file) => plainName(file)).join(", ")}.`] : [];
    const foot = [...attached, `Nothing is sent unless a colleague sends it within ${minutes} minutes.`];
    const body = [...head, fencedForCard(piece, "markdown"), ...(isLast ? foot : [])].join("\n\n");
    return { body, ...(isLast && { buttons: toButtons(value) }) };
  });
}

/** What the person is told when a colleague takes their time. */
export function toDraftNote(language: TextLanguage): Reply {
  return { body: say(language, "draft.note"), buttons: [toHumanButton(language)] };
}

/** What a decision says to colleagues. */
export function toDraftDecision(state: Verdict | "expired" | "stood down"): Reply {
  switch (state) {
    case "approved":
      return { body: "It is sent." };
    case "refused":
      return { body: "Discarded: nothing was sent. The conversation waits for a teammate." };
    case "expired":
      return { body: "Too late: nothing was sent. The conversation waits for a teammate." };
    case "stood down":
      return { body: "Nothing was sent: the conversation has changed hands since." };
    default:
      throw new Error(`unknown state: ${String(state satisfies never)}`);
  }
}

/** Why a press counted for nothing, for the one who pressed. */
export function toDraftDenied(reason: DeniedPress): Reply {
  switch (reason) {
    case "not authorized":
    case "own request":
      return { body: "Only staff can decide that." };
    case "not genuine":
      return { body: "That button is not valid here." };
    case "already decided":
      return { body: "That has been decided already." };
    default:
      throw new Error(`unknown reason: ${String(reason satisfies never)}`);
  }
}

function toButtons(value: string): Reply["buttons"] {
  return [
    { action: draftActions.send, label: "Send", value, style: "primary" },
    { action: draftActions.discard, label: "Discard", value, style: "danger" },
  ];
}

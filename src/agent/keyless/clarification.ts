import type { Dialogue } from "../flows/dialogue.ts";
import { findFlow } from "../flows/flow-book.ts";
import { startFlow, type FlowMessage } from "../flows/flow-engine.ts";
import type { Flow } from "../flows/flow-file.ts";
import { afterNo, afterYes, isCancel, isPuzzled } from "../flows/said.ts";
import { from, type BrainHouse, type Decided } from "./decided.ts";

/** Decides on a message as if nothing had been asked back. */
type Decide = (dialogue: Dialogue, message: FlowMessage) => Decided;

const worthAskingFrom = 0.4;
const longestKept = 1_000;
const mostDeclined = 5;

/**
 * Not sure enough to begin, sure enough to ask: a question back comes before a person. What the person has said it is
 * not about is not asked again.
 */
export function decideClarification(
  dialogue: Dialogue,
  message: FlowMessage,
  house: BrainHouse,
): Decided | undefined {
  const guess = findFlow(message, house.book);
  if (guess === undefined || guess.confidence < worthAskingFrom || dialogue.active !== undefined)
    return undefined;
  if (dialogue.declined?.includes(guess.flow.name) === true) return undefined;
  const unsure = { flow: guess.flow.name, text: message.text.slice(0, longestKept) };
  return askBack({ ...dialogue, unsure }, guess.flow, house, `at ${guess.confidence.toFixed(2)}`);
}

/**
 * The message behind "is this about your booking?". A yes begins with all that was said, and so does a message that
 * means the same again; a no is remembered; "what?" has it asked once more; whatever else comes is dealt with as if
 * nothing had been asked, and nobody is asked twice. Who says nothing is not reminded.
 */
export function decideUnsure(
  before: Dialogue,
  message: FlowMessage,
  house: BrainHouse,
  decide: Decide,
): Decided | undefined {
  const { unsure, ...dialogue } = before;
  if (unsure === undefined) return undefined;
  const flow = house.book.find(unsure.flow);
  if (flow === undefined) return decide(dialogue, message);
  const { text } = message;
  if (isCancel(text)) {
    const said = [{ body: house.phrases.say("unoffered") }];
    return from({ dialogue: decline(dialogue, flow), said, next: { kind: "wait" } }, "clarification left");
  }
  const refused = afterNo(text);
  if (refused !== undefined) return takeNo(decline(dialogue, flow), refused, house, decide);
  const added = afterYes(text);
  if (added !== undefined && /\p{L}.*[?？]\s*$/su.test(added))
    return decide(dialogue, toMessage(added, house));
  if (added !== undefined) return begin(dialogue, flow, [added, unsure.text], house);
  if (meansAgain(message, flow, house)) return begin(dialogue, flow, [text, unsure.text], house);
  if (isPuzzled(text) && unsure.again !== true)
    return askBack({ ...dialogue, unsure: { ...unsure, again: true } }, flow, house, "once more");
  return decide(dialogue, message);
}

function askBack(dialogue: Dialogue, flow: Flow, house: BrainHouse, because: string): Decided {
  const { phrases } = house;
  const said = [
    {
      body: phrases.say("didYouMean", { title: flow.title }),
      suggestions: [phrases.say("yes"), phrases.say("no")],
    },
  ];
  return from({ dialogue, said, next: { kind: "wait" } }, `asked back: ${flow.name} ${because}`);
}

/** What is said last comes first: where both name a day, it is the one that counts. */
function begin(dialogue: Dialogue, flow: Flow, texts: readonly string[], house: BrainHouse): Decided {
  const told = [...new Set(texts.map((text) => text.trim()))].filter((text) => text !== "");
  const asked = toMessage(told.join("\n"), house);
  return from(startFlow(dialogue, flow, asked, house), `clarified: ${flow.name}`);
}

function toMessage(text: string, house: BrainHouse): FlowMessage {
  return { text, understood: house.understandAgain(text) };
}

/** "No" alone is asked into; "no, it is about my chair" is a message of its own. */
function takeNo(dialogue: Dialogue, rest: string, house: BrainHouse, decide: Decide): Decided {
  if (/\p{L}+\P{L}+\p{L}+/u.test(rest)) return decide(dialogue, toMessage(rest, house));
  return from(
    {
      dialogue: { ...dialogue, fallbacks: dialogue.fallbacks + 1 },
      said: [{ body: house.phrases.say("fallback3"), suggestions: house.starters }],
      next: { kind: "wait" },
    },
    "clarified: it was something else",
  );
}

function meansAgain(message: FlowMessage, flow: Flow, { book }: BrainHouse): boolean {
  const guess = findFlow(message, book);
  return guess?.flow.name === flow.name && guess.confidence >= worthAskingFrom;
}

function decline(dialogue: Dialogue, flow: Flow): Dialogue {
  const others = (dialogue.declined ?? []).filter((name) => name !== flow.name);
  return { ...dialogue, declined: [...others, flow.name].slice(-mostDeclined) };
}

import { defaultQueue } from "../../core/baton-event.ts";
import type { Dialogue } from "../flows/dialogue.ts";
import { dropIgnoredOffer, missReply, remind, takeMessage, type FlowMessage } from "../flows/flow-engine.ts";
import type { Move } from "../flows/flow-moves.ts";
import type { Said } from "../flows/run-flow.ts";
import { asksForHuman, isNo, tellsOfFailedPayment } from "../flows/said.ts";
import { decideClarification, decideUnsure } from "./clarification.ts";
import { from, type BrainHouse, type Decided } from "./decided.ts";

const sureFrom = 0.7;
const worthAskingFrom = 0.4;
const calmFrom = 0.3;
const topicsShown = 5;

/**
 * Decides on one message: people who ask for a person, are angry or could not pay go to people; then what is going
 * on goes on; then written answers; then small talk; then a question back. Pure.
 */
export function decideAnswer(before: Dialogue, message: FlowMessage, house: BrainHouse): Decided {
  const dialogue = dropIgnoredOffer(before, message, house);
  if (before.active !== undefined && dialogue.active === undefined && isNo(message.text))
    return from(
      { dialogue, said: [{ body: house.phrases.say("unoffered") }], next: { kind: "wait" } },
      "an offer was declined",
    );
  return (
    decideUrgent(dialogue, message, house) ??
    decideUnsure(dialogue, message, house, (left, said) => decideAnswer(left, said, house)) ??
    decideFlow(dialogue, message, house) ??
    decideMood(dialogue, message, house) ??
    decideFaq(dialogue, message, house) ??
    decideSmallTalk(dialogue, message, house) ??
    decideClarification(dialogue, message, house) ??
    decideMiss(dialogue, message, house)
  );
}

function decideUrgent(
  dialogue: Dialogue,
  { text, understood }: FlowMessage,
  house: BrainHouse,
): Decided | undefined {
  if (tellsOfFailedPayment(text)) return toPeople(dialogue, house, "payment problem");
  const meansHuman =
    understood.handling === "human" &&
    understood.intent === "human" &&
    understood.confidence >= sureFrom &&
    dialogue.active?.waiting === undefined;
  return asksForHuman(text) || meansHuman ? toPeople(dialogue, house, "asked for a human") : undefined;
}

function decideFlow(dialogue: Dialogue, message: FlowMessage, house: BrainHouse): Decided | undefined {
  const moved = takeMessage(dialogue, message, house);
  return moved && from(moved, `flow ${moved.dialogue.active?.flow ?? dialogue.active?.flow ?? "ended"}`);
}

function decideMood(dialogue: Dialogue, { understood }: FlowMessage, house: BrainHouse): Decided | undefined {
  const { intent, confidence, sentiment, conversationSentiment } = understood;
  if (intent === "complaint" && confidence >= sureFrom) return toPeople(dialogue, house, "complaint");
  const lowest = Math.min(sentiment, conversationSentiment);
  return lowest < calmFrom ? toPeople(dialogue, house, `sentiment ${lowest.toFixed(2)}`) : undefined;
}

function decideFaq(
  dialogue: Dialogue,
  { text, understood }: FlowMessage,
  house: BrainHouse,
): Decided | undefined {
  const found = house.faq?.find(text, understood.language);
  if (found === undefined) return undefined;
  const question = remind(dialogue, house);
  const { suggestions } = found;
  const said: Said[] = [
    { body: found.answer, ...(suggestions.length > 0 && { suggestions }) },
    ...(question === undefined ? [] : [question]),
  ];
  return {
    dialogue: { ...dialogue, misses: 0 },
    said,
    next: { kind: "wait" },
    citations: found.citations,
    because: `faq "${found.question}" at ${found.score.toFixed(2)}`,
  };
}

function decideSmallTalk(
  dialogue: Dialogue,
  { understood }: FlowMessage,
  house: BrainHouse,
): Decided | undefined {
  const { intent, handling, confidence } = understood;
  if (handling !== "chitchat" || confidence < worthAskingFrom) return undefined;
  const name = intent === "greeting" || intent === "goodbye" ? intent : "chitchat";
  const question = remind(dialogue, house);
  const suggestions = name === "greeting" && question === undefined ? house.starters : [];
  const words: Said = { body: house.phrases.say(name), ...(suggestions.length > 0 && { suggestions }) };
  return from(
    {
      dialogue: { ...dialogue, misses: 0 },
      said: [words, ...(question === undefined ? [] : [question])],
      next: { kind: "wait" },
    },
    `small talk: ${name}`,
  );
}

/** Nothing was found: other words first, then the honest "I don't know", then a person. */
function decideMiss(dialogue: Dialogue, { understood }: FlowMessage, house: BrainHouse): Decided {
  const missed = missReply(dialogue, house);
  if (missed !== undefined) return from(missed, "not understood while asked");
  if (understood.intent === "support" && dialogue.misses === 0) return offerSupport(dialogue, house);
  const { phrases, faq } = house;
  const misses = dialogue.misses + 1;
  const after: Dialogue = { ...dialogue, misses, fallbacks: dialogue.fallbacks + 1 };
  const topics = faq?.topics(phrases.language, topicsShown) ?? [];
  const offered = topics.length > 0 ? topics : house.starters;
  if (misses > 2) {
    const said = [{ body: phrases.say("lowConfidence") }];
    const next = { kind: "hand over", reason: "not understood", queue: defaultQueue } as const;
    return {
      ...from({ dialogue: { ...after, misses: 0 }, said, next }, "not understood three times"),
      missed: true,
    };
  }
  const names = ["fallback1", "fallback2", "fallback3"] as const;
  const name = misses === 2 ? "dontKnow" : (names[dialogue.fallbacks % names.length] ?? "fallback1");
  const list = topics.map((topic) => `- ${topic}`).join("\n");
  const shown =
    house.limited && topics.length > 0 ? `${phrases.say("limitedTopics")}\n${list}` : phrases.say(name);
  const move: Move = {
    dialogue: after,
    said: [{ body: shown, suggestions: offered }],
    next: { kind: "wait" },
  };
  return { ...from(move, `not understood: ${name}`), missed: true };
}

/** A bare "I need help" is taken up before it is asked into. */
function offerSupport(dialogue: Dialogue, house: BrainHouse): Decided {
  const { phrases, starters } = house;
  const said: Said[] = [
    { body: phrases.say("support") },
    { body: phrases.say("fallback3"), ...(starters.length > 0 && { suggestions: starters }) },
  ];
  return from(
    { dialogue: { ...dialogue, misses: 1 }, said, next: { kind: "wait" } },
    "asked what the matter is",
  );
}

function toPeople(dialogue: Dialogue, house: BrainHouse, reason: string): Decided {
  const { active: _, unsure: __, ...rest } = dialogue;
  return from(
    {
      dialogue: { ...rest, paused: [], misses: 0, phase: "COMPLETE" },
      said: [{ body: house.phrases.say("escalation") }],
      next: { kind: "hand over", reason, queue: defaultQueue },
    },
    reason,
  );
}

import type { Button, Reply } from "../../core/reply.ts";
import { say, type TextLanguage } from "../../core/texts/texts.ts";

/** Names of the buttons under the question. */
const thumbActions = { up: "baton.csat.up", down: "baton.csat.down" } as const;
const scoreAction = "baton.csat.score.";
const scores = [1, 2, 3, 4, 5] as const;

/** What a person says of the help they got. */
export type Rating =
  | { readonly kind: "thumb"; readonly thumb: "up" | "down" }
  | { readonly kind: "score"; readonly score: number };

/** The question, once a colleague has resolved the conversation. */
export function toQuestion(id: string, language: TextLanguage): Reply {
  return {
    body: say(language, "rating.question"),
    buttons: [
      { action: thumbActions.up, label: say(language, "button.good"), value: id },
      { action: thumbActions.down, label: say(language, "button.not good"), value: id },
    ],
  };
}

/** The thanks for a thumb; points may be given, and need not be. */
export function toThanks(id: string, language: TextLanguage): Reply {
  const buttons = scores.map((score): Button => ({
    action: `${scoreAction}${score}`,
    label: String(score),
    value: id,
  }));
  return { body: say(language, "rating.thanks"), buttons };
}

/** The thanks for points. */
export function toLastThanks(language: TextLanguage): Reply {
  return { body: say(language, "rating.noted") };
}

/** What a press says; undefined for a press of any other button. */
export function toRating(action: string): Rating | undefined {
  if (action === thumbActions.up) return { kind: "thumb", thumb: "up" };
  if (action === thumbActions.down) return { kind: "thumb", thumb: "down" };
  const score = scores.find((one) => action === `${scoreAction}${one}`);
  return score === undefined ? undefined : { kind: "score", score };
}

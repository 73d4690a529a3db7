import { z } from "zod";
import { template } from "./template-schema.ts";
import { parseTemplate, renderTemplate, type Scope, type Template } from "./template.ts";
import { translated } from "./translated.ts";

/** What Baton says by itself, in one language. `{{title}}` is what a flow is about. */
const usual = {
  greeting: "Hello! How can I help you today?",
  booking: "I can help you book a {{service}}. What date would you like?",
  support: "I understand you need help with {{issue}}. Let me assist you.",
  goodbye: "Thank you for contacting us. Have a great day!",
  chitchat: "You're welcome! Is there anything else I can help you with?",
  unknown: "I'm not sure how to help with that. Could you please rephrase?",
  fallback1: "I'm not sure I understand. Could you please rephrase that?",
  fallback2: "I didn't quite catch that. Can you ask in a different way?",
  fallback3: "I want to make sure I help you correctly. Can you provide more details?",
  error: "I'm having trouble right now. Please try again later.",
  lowConfidence: "I'm not sure about that. Let me connect you with a human agent.",
  escalation: "I'll connect you with a human agent who can better assist you.",
  dontKnow: "I don't know the answer to that, and I'd rather not guess. Would you like to talk to a person?",
  disagree: "Our documents do not agree on this, so please check with a person before you rely on it:",
  startOver: "Sorry, something went wrong. Let's start over.",
  limited: "Chat temporarily limited, showing FAQ.",
  limitedTopics: "These I can answer right now:",
  askedAgain: "I'll try again by myself in a few minutes and answer right here.",
  answeredLate: "I can answer your earlier question now:",
  busy: "A lot of people are writing to us right now. I have kept your question and will answer right here as soon as it is quieter, or a person can help you.",
  cancelled: "All right, I've dropped that. Nothing was changed.",
  declined: 'All right, I won\'t. What should be different? Or say "never mind" to leave it.',
  noted: "Got it.",
  unoffered: "No problem.",
  doneForYou: "A colleague approved it, and it is done.",
  notDone: "A colleague approved it, but it could not be done: {{problem}}",
  back: "Back to {{title}}.",
  renewed: "I've learned something new since we last spoke, so let's begin {{title}} again.",
  didYouMean: "Just to be sure: is this about {{title}}?",
  yes: "Yes",
  no: "No",
  changed: "That changes a few things, so let me look again.",
  several: "More than one fits. Which of these?",
  more: "There are {{count}} more; tell me what you are looking for to narrow it down.",
  shortName: "Name must be at least 2 characters",
  noPhone: "Please enter a valid phone number",
  noEmail: "Please enter a valid email address",
  outOfRange: "Please give me a whole number from {{min}} to {{max}}.",
  pastDate: "That day is already over. Please give me a day from today on.",
  noDate: "I couldn't read that date. Please write it like January 25 or 2026-01-25.",
  tooLong: "That is more than I can take. Please use at most {{max}} characters.",
  wrongCount: "Please choose {{count}} of them, for example by naming each.",
  notFree: "{{labels}} can't be chosen. Please pick from the free ones.",
} as const;
type PhraseName = keyof typeof usual;

const names = Object.keys(usual) as PhraseName[];
const overrides = z.partialRecord(z.enum(names), template);

/** `config/templates/<tenant>.yaml`: words of the company's own, for all languages and for single ones. */
export const phraseFile = z.strictObject({
  /** What the templates speak of: `service`, `issue`. */
  values: z.record(z.string(), z.string()).default({}),
  /** What a greeting offers to begin with. */
  starters: z.array(z.string().min(1).max(75)).max(5).default([]),
  phrases: overrides.default({}),
  languages: z.record(z.string().regex(/^[a-z]{2}$/, "must be a language such as de"), overrides).default({}),
});
/** A company's own words. */
export type PhraseFile = z.output<typeof phraseFile>;

/** The words for everything the keyless brain says by itself. */
export interface Phrases {
  readonly language: string;
  /** One of them, filled. */
  say(name: PhraseName, scope?: Scope): string;
}

const defaults = new Map(names.map((name) => [name, parseTemplate(usual[name])]));

/** The phrases in one language: the company's, then Baton's own in that language, then English. */
export function createPhrases(file: PhraseFile | undefined, language: string): Phrases {
  const own = file?.languages[language];
  const builtIn = otherLanguages.get(language);
  const values = { service: "service", issue: "that", ...file?.values };
  return {
    language,
    say(name, scope = {}) {
      const plain = language === "en" || builtIn?.has(name) !== true ? file?.phrases[name] : undefined;
      const chosen = own?.[name] ?? plain ?? builtIn?.get(name) ?? defaults.get(name);
      if (chosen === undefined) throw new Error(`there is no phrase ${name}`);
      return renderTemplate(chosen, { ...values, ...scope }, language);
    },
  };
}

const otherLanguages: ReadonlyMap<string, ReadonlyMap<string, Template>> = new Map(
  Object.entries(translated).map(([language, phrases]) => [
    language,
    new Map(Object.entries(phrases).map(([name, text]) => [name, parseTemplate(text)])),
  ]),
);

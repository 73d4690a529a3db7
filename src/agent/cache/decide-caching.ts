import { normalizeQuestion } from "./normalize-question.ts";

/** A question as it was asked. */
export interface AskedQuestion {
  /** Everything that is to be answered; an answer to two messages fits no single question. */
  readonly questions: readonly string[];
  /** The ISO 639-1 code of the question's language; undefined where it is not known. */
  readonly language: string | undefined;
  /**
   * The language its own words are clearly in, whatever the person speaks otherwise; without it no similar question is
   * looked for, because vectors of several languages lie close together.
   */
  readonly heard?: string | undefined;
  /** Something was said before in the conversation. */
  readonly hasHistory: boolean;
  /** A dialogue is going on, so that even a whole question may be its next step. */
  readonly hasDialogue: boolean;
  readonly hasAttachments: boolean;
}

/** How an answer came about. */
export interface GivenAnswer {
  readonly body: string;
  readonly toolCalls: number;
  readonly handedOver: boolean;
  readonly hasDialogue: boolean;
  readonly hasFiles: boolean;
  /** The prompt had something of the person: a profile, a summary of earlier talk. */
  readonly personalized: boolean;
  /** From 0 to 1; undefined where nothing measured it. */
  readonly confidence: number | undefined;
  /** Something was held back or left out by the check. */
  readonly held: boolean;
  /** Names of the people in the conversation. */
  readonly names: readonly string[];
}

/** Whether something may be answered from the cache, or kept for others. */
export type CachingDecision =
  | { readonly kind: "cacheable"; readonly normalized: string }
  | { readonly kind: "not cacheable"; readonly reason: string };

const longest = 300;
const confident = 0.7;

/**
 * May this question be answered by what somebody else was told? Only when it is one question that stands alone, holds
 * nothing of the person and depends on no day. When in doubt it may not. Touches nothing.
 */
export function decideQuestion(asked: AskedQuestion): CachingDecision {
  const [text = "", ...more] = asked.questions;
  const normalized = normalizeQuestion(text);
  const refuse = (reason: string): CachingDecision => ({ kind: "not cacheable", reason });
  if (more.length > 0) return refuse("several messages");
  if (asked.hasAttachments) return refuse("an attachment");
  if (asked.hasDialogue) return refuse("a dialogue is going on");
  if (normalized.length < 4 || normalized.length > longest) return refuse("too short or too long");
  if (identifying.some((shape) => shape.test(text))) return refuse("it names a person or a case");
  if (personal.test(normalized)) return refuse("it is about the person's own matters");
  if (timely.test(normalized)) return refuse("it depends on the day");
  if (asked.hasHistory && !standsAlone(normalized, asked.language))
    return refuse("it rests on what was said before");
  return { kind: "cacheable", normalized };
}

/** May this answer be told to others who ask the same? Touches nothing. */
export function decideAnswer(asked: AskedQuestion, given: GivenAnswer): CachingDecision {
  const decision = decideQuestion(asked);
  const refuse = (reason: string): CachingDecision => ({ kind: "not cacheable", reason });
  if (decision.kind === "not cacheable") return decision;
  if (given.toolCalls > 0) return refuse("a tool was used");
  if (given.handedOver) return refuse("it was handed over");
  if (given.hasDialogue) return refuse("a dialogue is going on");
  if (given.hasFiles) return refuse("it has files");
  if (given.personalized) return refuse("the prompt knew the person");
  if (given.held) return refuse("something was held back");
  if (given.confidence !== undefined && given.confidence < confident) return refuse("it is not sure enough");
  const said = new Set(given.body.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu));
  if (names(given.names).some((name) => said.has(name))) return refuse("it names the person");
  if (ofTheDay.test(given.body)) return refuse("it depends on the day");
  if (/\b(?:you (?:said|mentioned|asked|told|wrote)|as i said|as mentioned)\b/iu.test(given.body))
    return refuse("it rests on what was said before");
  return decision;
}

/** Parts of names that are long enough to be told from other words. */
function names(all: readonly string[]): readonly string[] {
  return all
    .flatMap((name) => name.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [])
    .filter((part) => part.length >= 3);
}

const identifying: readonly RegExp[] = [
  /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}\./u,
  /https?:\/\//iu,
  /(?<!\d)(?:\d[ -]?){5,}/u,
  /\b[A-Z]{1,6}-?\d{3,}\b/u,
  /[@#]\w/u,
  /\b(?:my name is|i am called|i'm called|call me|this is|ich heiße|je m'appelle|me llamo)\b/iu,
];

const personal =
  /\b(?:my|our|mine|meine?[rsmn]?|unsere?[rsmn]?|mon|ma|mes|mi|mis) (?:(?:last|next|current|latest|recent|previous|upcoming|own|open) )?(?:orders?|bookings?|invoices?|accounts?|tickets?|subscriptions?|appointments?|reservations?|payments?|refunds?|deliver(?:y|ies)|packages?|parcels?|bills?|balance|salary|payslip|vacation|holidays?|leave|contract|cards?|charges?|points|plan|profile|data|flights?|seats?|address|case|claim|bestellung|buchung|rechnung|konto|commande|réservation|facture|compte|pedido|reserva|factura|cuenta)\b|\bi(?:'m| am|'ve| have| was| had| bought| ordered| booked| paid| cancelled)\b|\b(?:remember|know) (?:me|my)\b|\bwho am i\b/u;

const timely =
  /\b(?:today|tonight|tomorrow|yesterday|now|right now|currently|at the moment|this (?:morning|afternoon|evening|week|weekend|month|year)|next (?:week|weekend|month|year|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|last (?:week|month|year)|latest|soon|still|yet|what time is it|heute|morgen|gestern|jetzt|gerade|aujourd'hui|demain|hier|maintenant|hoy|mañana|ayer|ahora)\b|วันนี้|พรุ่งนี้|ตอนนี้/u;

/** An answer that names the day is another one tomorrow; `How can I help you today?` names none. */
const ofTheDay =
  /\b(?:today|tonight|tomorrow|yesterday|this (?:morning|afternoon|evening|week|weekend|month)|heute|gestern|aujourd'hui|demain|hoy|mañana|ayer)\b(?! ?[?!])|วันนี้|พรุ่งนี้/iu;

const references: Readonly<Record<string, RegExp>> = {
  en: /\b(?:it|its|this|that|these|those|they|them|their|he|him|his|she|her|one|ones|there|then|so|also|too|else|same|again|instead|other|others|another|both|either|neither|former|latter|above|before|first|second|third|last|more|less|cheaper|better|yes|no|not|ok|okay|why|and|or|but|what about|how about|what if|only|just|with|without)\b/u,
  de: /\b(?:es|das|dies\w*|jene\w*|sie|ihn|ihm|ihr\w*|er|dort|da|dann|auch|noch|sonst|gleiche\w*|wieder|stattdessen|andere\w*|beide\w*|erste\w*|zweite\w*|letzte\w*|mehr|weniger|ja|nein|nicht|und|oder|aber|nur|warum|davon|dazu|damit|dafür|mit|ohne)\b/u,
  fr: /\b(?:il|elle|ils|elles|le|la|les|lui|leur|ce|cela|ça|cette|ces|celui|celle|y|en|là|alors|aussi|encore|autre\w*|même|premier|première|deuxième|dernier|dernière|plus|moins|oui|non|pas|et|ou|mais|pourquoi|avec|sans)\b/u,
  es: /\b(?:él|ella|ellos|ellas|lo|la|los|las|le|eso|esto|ese|esa|este|esta|allí|entonces|también|otro\w*|otra\w*|mismo|misma|primero|primera|segundo|segunda|último|última|más|menos|sí|no|y|o|pero|por qué|con|sin)\b/u,
};
const contentWords = 3;
const functionWords =
  /^(?:the|an?|is|are|was|do|does|did|can|could|will|would|should|may|have|has|what|which|who|when|where|how|much|many|long|often|i|you|we|your|my|me|us|to|of|in|on|at|for|from|by|about|be|get|need|want|der|die|den|dem|ein\w*|ist|sind|kann|können|was|wer|wie|wo|wann|welche\w*|ich|ihr|wir|sie|du|zu|von|im|in|am|an|für|bei|haben|hat|un|une|des|du|est|sont|que|quel\w*|qui|où|quand|comment|je|vous|nous|à|de|dans|pour|el|una?|es|son|qué|quién|dónde|cuándo|cómo|cuánto|puedo|tienen|hay|para|del|\d+)$/u;

/**
 * After something was said, a question stands alone only with three words of its own and none that points back. In a
 * language whose pointing words are not known here, none does.
 */
function standsAlone(normalized: string, language: string | undefined): boolean {
  const pointing = references[language ?? ""];
  if (pointing === undefined || pointing.test(normalized)) return false;
  const own = normalized.split(" ").filter((word) => !functionWords.test(word));
  return new Set(own).size >= contentWords;
}

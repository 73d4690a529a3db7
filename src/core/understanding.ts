/** How a message is to be handled: answered from knowledge, taken over by people, done with tools, or met with a phrase. */
export const handlings = ["question", "complaint", "transaction", "chitchat", "human"] as const;
export type Handling = (typeof handlings)[number];

/** A day, perhaps with a time, as the person meant it where they are. */
export interface When {
  /** YYYY-MM-DD in the person's time zone. */
  readonly date: string;
  /** HH:mm, where one was said. */
  readonly time?: string;
  readonly part?: "morning" | "afternoon" | "evening" | "night";
  /** The last day or time of a range. */
  readonly until?: { readonly date: string; readonly time?: string };
}

/** A stretch of a text that means something. `end` is the first position after it. */
export interface Span {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Something in a message that a tool can use. */
export type Entity = Span &
  (
    | ({ readonly kind: "date" } & When)
    | { readonly kind: "email"; readonly value: string }
    | { readonly kind: "phone"; readonly value: string }
    /** `currency` is an ISO 4217 code. */
    | { readonly kind: "money"; readonly amount: number; readonly currency: string }
    | { readonly kind: "number"; readonly value: number }
    /** An order, booking or ticket number: letters or marks and digits, upper case. */
    | { readonly kind: "code"; readonly value: string }
  );

/** What was said, by slot: a date as YYYY-MM-DD. Slots of which nothing was said are absent. */
export type FilledSlots = Readonly<Record<string, string | number>>;

/** Who says it, and when. */
export interface UnderstandContext {
  readonly now: Date;
  readonly timeZone?: string | undefined;
  readonly locale?: string | undefined;
  /** The language of the conversation so far. */
  readonly knownLanguage?: string | undefined;
  /** The tenant's own language. */
  readonly fallbackLanguage?: string | undefined;
  /** The conversation's sentiment before this message. */
  readonly sentimentBefore?: number | undefined;
}

/** What one message means. Plain data, fit to be logged with its turn; `reasons` are for staff, never for people. */
export interface Understanding {
  readonly language: string;
  /** One of the tenant's own, else a general one; undefined when the message belongs to none. */
  readonly intent: string | undefined;
  readonly handling: Handling;
  /** From 0 to 1, calibrated: that `intent` is right. */
  readonly confidence: number;
  readonly candidates: readonly { readonly intent: string; readonly confidence: number }[];
  readonly entities: readonly Entity[];
  /** What the intent's slots were told. */
  readonly slots: FilledSlots;
  /** From 0 (furious) to 1 (delighted). */
  readonly sentiment: number;
  /** The conversation's, this message included. */
  readonly conversationSentiment: number;
  readonly route: "simple" | "complex";
  readonly source: "offline" | "model";
  readonly reasons: readonly string[];
}

/** Understands one message; never throws, whatever the text. */
export type Understand = (text: string, context: UnderstandContext) => Understanding;

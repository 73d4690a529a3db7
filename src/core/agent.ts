import type { CarriedOut } from "./approval.ts";
import type { Journal } from "./journal.ts";
import type { Profile } from "./profile.ts";
import type { Button, Citation } from "./reply.ts";
import type { Role, ToolContext, TurnFiles } from "./tool.ts";

/** One message of a conversation as an agent sees it, oldest first. */
export interface SpokenMessage {
  readonly role: "user" | "assistant" | "staff" | "system";
  readonly text: string;
  /** Who said it, for threads with several people. */
  readonly name?: string | undefined;
  /** For an answer that did not help. */
  readonly trouble?: AnswerTrouble | undefined;
}

/** How an answer can fail to help: it was none, or it asked back because it was not clear what was asked. */
export const answerTroubles = ["failed", "asked back"] as const;

/** Kept with the answer; it counts as long as the conversation is in the same epoch. */
export interface AnswerTrouble {
  readonly epoch: number;
  readonly kind: (typeof answerTroubles)[number];
}

/** What a prompt may name as `{{name}}`. */
export const promptVariables = ["company", "today", "timeZone", "role"] as const;

/** Everything an agent needs for one turn. Identity comes from Baton, never from the text. */
export interface AgentRequest {
  readonly context: Omit<ToolContext, "idempotencyKey" | "signal" | "attach">;
  /** What the caller was verified to be beside `context.role`, where nobody else reads the answer. */
  readonly verified?: readonly Role[] | undefined;
  /** The company's display name, for the prompt. */
  readonly company: string;
  readonly persona: string;
  readonly summary: string | undefined;
  /** Earlier messages, already limited to the window and to what stands in no summary yet. */
  readonly history: readonly SpokenMessage[];
  /** So many of the newest of them stand in no summary yet: they are told even where the window is smaller. */
  readonly unsummarized?: number | undefined;
  /** What is remembered of the person who asks, where nobody else reads the answer: data, never instructions. */
  readonly profile?: Profile | undefined;
  /** What is being answered: one or more messages, oldest first. */
  readonly questions: readonly SpokenMessage[];
  /** Calls that colleagues approved and that have just run: the person is told of them. Then `questions` may be empty. */
  readonly done?: readonly CarriedOut[] | undefined;
  /** How hard the question looks; a simple one is asked of the cheap models first. Without it: complex. */
  readonly tier?: "simple" | "complex" | undefined;
  /** The person's language so far (ISO 639-1), and what their platform says of it, such as `de-DE`. */
  readonly language?: string | undefined;
  readonly locale?: string | undefined;
  /** What the last answer of this conversation gave as its `dialogue`; anything a crash or an older version left there is allowed. */
  readonly dialogue?: unknown;
  readonly journal: Journal;
  /** Left out where answers carry no files. */
  readonly files?: TurnFiles | undefined;
  /** Receives the answer's text so far each time it grows. Returning a promise slows the stream down. */
  readonly onText: (text: string) => void | Promise<void>;
  readonly signal: AbortSignal;
}

/** Tokens and money of one turn. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
}

/** The conversation goes to people after this answer. */
export interface HandOver {
  readonly action: "escalate_to_agent";
  readonly queue: string;
  /** For staff, never shown to the person. */
  readonly reason: string;
}

/** How a turn's thinking ended. `failed` never carries text for the person: the caller chooses the words. */
export type AgentAnswer =
  | {
      readonly kind: "answered";
      readonly body: string;
      readonly citations: readonly Citation[];
      /** Short texts the person may answer with. */
      readonly suggestions?: readonly string[] | undefined;
      /** Beside the way to a person, which is under every answer. */
      readonly buttons?: readonly Button[] | undefined;
      readonly handOver?: HandOver | undefined;
      /** How sure it is what was asked, 0 to 1, where that was found out. */
      readonly confidence?: number | undefined;
      /** Where a dialogue stands, as JSON: comes back with the next request. Absent: nothing is going on. */
      readonly dialogue?: unknown;
      /** The language that was answered in; the person's from now on. */
      readonly language?: string | undefined;
      readonly model: string;
      /** Names the prompt it was answered with; absent where no model was asked. */
      readonly promptVersion?: string | undefined;
      /** `stable` or the name of a candidate, where one is tried. */
      readonly edition?: string | undefined;
      /** So many of its sentences were held back, and said differently or not at all: it is told to nobody else. */
      readonly heldBack?: number | undefined;
      /** Given before, to the same question; `old` where no model could be asked. */
      readonly fromCache?: "fresh" | "old" | undefined;
      /** Said because no model could be asked, and nothing written fits: the question is still open. */
      readonly canned?: true | undefined;
      readonly usage: Usage;
    }
  | {
      readonly kind: "failed";
      readonly reason:
        | "no model configured"
        | "model unavailable"
        | "empty answer"
        /** Nothing may be spent any more today, or in this conversation. */
        | "over budget"
        | "too many steps"
        | "out of time"
        | "needs a person";
      readonly detail: string;
      readonly promptVersion?: string | undefined;
      readonly edition?: string | undefined;
      readonly usage: Usage;
    };

/** The brain as the rest of the house sees it. Rejects only with StoodDownError, an abort, or a bug. */
export interface Agent {
  answer(request: AgentRequest): Promise<AgentAnswer>;
  /** Can a model be reached? For health checks; cached, cheap, never throws. */
  health(): Promise<"ok" | "unavailable" | "not configured">;
}

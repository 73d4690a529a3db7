import type { ChannelName } from "../../../src/core/envelope.ts";

/** What a call of the bot is for, on every platform. Where answers are not streamed, `post` is all there is. */
export type CallName = "post" | "begin" | "grow" | "end" | "change" | "search";

/** Something that happens to calls of the bot. `after` (the default) is after the call took effect. */
export interface CallFault {
  readonly on: CallName | "any" | "any write" | readonly CallName[];
  readonly times?: number;
  /** Lets the first so many pass. */
  readonly skip?: number;
  readonly do:
    | { readonly kind: "cut"; readonly when?: When }
    | { readonly kind: "status"; readonly status: number; readonly when?: When }
    | { readonly kind: "delay"; readonly ms: number; readonly when?: When }
    | { readonly kind: "malformed"; readonly when?: When }
    | { readonly kind: "rate_limit"; readonly retryAfterSeconds: number };
}

type When = "before" | "after";

/** Something that happens to what people say on its way to the bot. */
export interface EventFault {
  /** A part of the text. */
  readonly text?: string;
  readonly times?: number;
  readonly probability?: number;
  readonly do:
    | { readonly kind: "duplicate"; readonly copies: number; readonly concurrent?: boolean }
    | { readonly kind: "delay"; readonly ms: number | readonly [number, number] }
    | { readonly kind: "lose_ack" };
}

/** What goes wrong on one platform only; the others take no notice. */
export type OwnTrouble =
  | {
      readonly on: "discord";
      readonly do:
        | "drop the connection"
        | "ask to reconnect"
        | "refuse the session for now"
        | "end the session"
        | "close 4000"
        | "close 4009"
        | "swallow heartbeats"
        | "answer from the proxy"
        | "limit everything"
        | "limit shared"
        | "forget nonces"
        | "remember nonces";
    }
  | {
      readonly on: "teams";
      readonly do:
        | "move the service address"
        | "move the service address and cut the old one"
        | "take the keys away"
        | "give the keys back"
        | "expire the tokens"
        | "refuse tokens"
        | "precondition"
        | "forbid streams"
        | "close the stream";
    }
  | { readonly on: "web"; readonly do: "cut the connections" };

/** A message of the bot that stands on the platform. */
export interface Standing {
  /** Space and message, as the books name it. */
  readonly at: string;
  /** Space and thread, as the books name them. */
  readonly thread: string;
  readonly text: string;
  /** It is still being written. */
  readonly isHalf: boolean;
}

/** A call that changed what people see. */
export interface Write {
  readonly at: string;
  readonly what: string;
  /** When it arrived, milliseconds since 1970. */
  readonly ms: number;
  /** When it was answered. */
  readonly doneMs: number;
  readonly text: string;
}

/** What the platform knows to have happened: the ground truth. */
export interface Truth {
  /** In each thread in the order in which people read them. */
  readonly botMessages: readonly Standing[];
  /** Messages of people that still bear a sign of ours. */
  readonly receipts: readonly string[];
  readonly writes: readonly Write[];
  /** What stands there, one line a message. */
  readonly transcript: readonly string[];
  /** What people were promised by the platform's own rules and did not get. */
  readonly complaints: readonly string[];
}

/** Something a person said. */
export interface Said {
  /** Space and message, as the books name it. */
  readonly at: string;
  /** Whether we told the platform that we have it; where nothing is told back, whether it left for us. */
  readonly acknowledged: Promise<boolean>;
}

/** A person's conversation with the bot. */
export interface Speaker {
  says(message: { readonly id: string; readonly text: string; readonly namesBot: boolean }): Promise<Said>;
}

/** A call that took effect and whose answer is held back. */
export interface HeldCall {
  hasStruck(): boolean;
  release(): void;
}

/** A platform people talk on, between them and Baton's processes. */
export interface Platform {
  readonly name: ChannelName;
  /** What Baton's environment needs. */
  readonly env: Readonly<Record<string, string>>;
  /** Files of the operator's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** A create whose answer was lost cannot be asked for: such a delivery ends as unknown. */
  readonly leavesUnknown: boolean;
  /** Baton's doors are open. */
  serve(doors: readonly string[]): Promise<void>;
  opens(talk: { readonly user: string; readonly room: "#support" | "#general" | "dm" }): Speaker;
  failCalls(fault: CallFault): void;
  failEvents(fault: EventFault): void;
  holdBack(call: CallName): HeldCall;
  trouble(trouble: OwnTrouble): void;
  /** Grows with whatever happens here. */
  activity(): number;
  /** Nothing is on its way any more, or it takes too long. */
  settled(): Promise<void>;
  truth(databaseUrl: string): Promise<Truth>;
  stop(): Promise<void>;
}

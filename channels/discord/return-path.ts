import { numberAt, parseFields, textAt } from "../kit/fields.ts";

/** What an envelope of Discord's brings along to answer it: never part of an identity. */
export interface ReturnPath {
  /** How a thread opened from the message is called. */
  readonly name?: string | undefined;
  /** The interaction through which one person can be whispered to, for fifteen minutes. */
  readonly interaction?: InteractionPath | undefined;
}

/** An interaction's own address; its token is a credential. */
export interface InteractionPath {
  readonly application: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Discord ends an interaction's token after fifteen minutes; ours ends a little earlier. */
export const interactionLifeMs = 15 * 60_000 - 15_000;

/** As it travels in `Envelope.returnPath`. */
export function toReturnPath({ name, interaction }: ReturnPath): string {
  return JSON.stringify({ name, ...interaction });
}

/** Reads what `toReturnPath` gave; anything else is no path. */
export function readReturnPath(path: string | undefined): ReturnPath {
  const value = parseFields(path ?? "");
  const [application, token, until] = [
    textAt(value, "application"),
    textAt(value, "token"),
    numberAt(value, "until"),
  ];
  const isWhole = application !== undefined && token !== undefined && until !== undefined;
  return {
    name: textAt(value, "name"),
    interaction: isWhole ? { application, token, until } : undefined,
  };
}

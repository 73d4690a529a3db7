import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { isDecided, unsure } from "../kit/call-outcome.ts";
import { WireError } from "../kit/transport.ts";

/**
 * How a call to Discord failed, where an answer came: `unreadable` a success that is not Discord's JSON, `limited` a 429 whichever way it was said,
 * `status` any other failure, with Discord's own code where there was one.
 */
export type DiscordFailure =
  | { readonly kind: "unreadable" }
  | { readonly kind: "limited"; readonly retryAfterMs: number; readonly scope: LimitScope }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly code: number | undefined;
      readonly detail: string;
    };

/** Whose limit it was: this route's, everybody's on this resource, this bot's everywhere, this address' at the edge. */
export type LimitScope = "user" | "shared" | "global" | "edge";

/** A call that failed, before it is known what that means to the caller. Never leaves the channel: see `toDiscordError`. */
export class DiscordCallError extends Error {
  override readonly name = "DiscordCallError";
  readonly failure: DiscordFailure;
  constructor(failure: DiscordFailure, cause?: unknown) {
    super(`discord call failed: ${failure.kind}`, { cause });
    this.failure = failure;
  }
}

/**
 * Says what to do about a failed call, by Discord's code: try again, give up, or look first.
 * `creates` tells whether doing it twice would be seen twice. Failures that already say it pass untouched.
 */
export function toDiscordError(cause: unknown, doing: string, { creates }: { creates: boolean }): Error {
  if (isDecided(cause)) return cause;
  if (cause instanceof WireError && cause.kind === "cut")
    return unsure(`discord: ${doing}: no answer came`, { cause, code: "no_answer", creates });
  if (cause instanceof WireError) {
    const message = `discord: ${doing}: Discord could not be reached`;
    return new TransientError(message, { cause, code: "unreachable" });
  }
  if (!(cause instanceof DiscordCallError))
    return cause instanceof Error ? cause : new Error(`discord: ${doing} failed`, { cause });
  const { failure } = cause;
  switch (failure.kind) {
    case "unreadable":
      return unsure(`discord: ${doing}: the answer made no sense`, { cause, code: "bad_answer", creates });
    case "limited":
      return new TransientError(`discord: ${doing} was rate limited (${failure.scope})`, {
        cause,
        code: "ratelimited",
        retryAfterMs: failure.retryAfterMs,
      });
    case "status":
      return toStatusError(failure, doing, { cause, creates });
  }
}

function toStatusError(
  { status, code, detail }: DiscordFailure & { kind: "status" },
  doing: string,
  { cause, creates }: { readonly cause: unknown; readonly creates: boolean },
): Error {
  const named = code === undefined ? `http_${status}` : String(code);
  if (status >= 500 || status === 408) {
    return unsure(`discord: ${doing}: HTTP ${status}`, { cause, code: named, creates });
  }
  if (code !== undefined && passing.has(code)) {
    return new TransientError(`discord: ${doing}: Discord asked to wait (${code})`, { cause, code: named });
  }
  const remedy = (code === undefined ? undefined : remedies[code]) ?? byStatus[status] ?? unknownRemedy;
  const said = detail === "" ? named : `${named} (${detail})`;
  return new PermanentError(`discord: ${doing} was refused: ${said}; ${remedy}`, { cause, code: named });
}

/** Codes that pass by themselves: busy resource, too many edits of an old message, an overloaded search index. */
const passing: ReadonlySet<number> = new Set([130000, 30046, 20028, 20016, 110000]);

const unknownRemedy = "see discord.com/developers/docs/topics/opcodes-and-status-codes for this code";
const permit = "give the bot's role that permission in this channel (see channels/discord/README.md)";

const byStatus: Readonly<Record<number, string>> = {
  401: "the bot token is not valid: reset it under Bot in the Developer Portal and set DISCORD_BOT_TOKEN",
  403: permit,
  404: "it is gone, or hidden from the bot",
};

/** What an operator does about a code that will not change by trying again. */
const remedies: Readonly<Record<number, string>> = {
  10003: "the channel was deleted, or is hidden from the bot",
  10004: "the server is gone, or the bot was removed from it: invite it again",
  10008: "the message was deleted",
  10015: "the interaction is over: its token lives fifteen minutes",
  10062: "the interaction was answered later than three seconds after it came",
  40001: byStatus[401] ?? "",
  40005: "the server takes no files of that size",
  40333: "Discord's edge refuses this address: look for a proxy that changes the request, or wait",
  50001: permit,
  50005: "the message belongs to someone else",
  50006: "Baton sent an empty message: report it with this code",
  50007: "this person takes no direct messages from the bot",
  50008: "nothing can be written in this kind of channel",
  50013: permit,
  50035: "Baton sent what Discord does not take: report it with this code",
  50083: "the thread is archived and locked: a moderator must open it",
  160005: "the thread is locked: a moderator must open it",
  200000: "the server's AutoMod blocks the text: let the bot's role pass its rules",
};

/** True for a refusal with one of these codes of Discord's. */
export function isCode(cause: unknown, ...codes: readonly number[]): cause is PermanentError {
  return cause instanceof PermanentError && cause.code !== undefined && codes.includes(Number(cause.code));
}

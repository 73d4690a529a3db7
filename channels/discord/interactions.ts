import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { FormAsked, FormDesk } from "../../src/core/deck.ts";
import type { Accepted } from "../../src/core/envelope.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { cutShort } from "../kit/cut-short.ts";
import { fieldsAt, isFields, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { commandNames } from "./commands.ts";
import { isCode } from "./errors.ts";
import { escapeText } from "./escape.ts";
import { formControlOf, toMenuRefusal, toModal } from "./forms.ts";
import type { Identity } from "./installed.ts";
import type { Dispatch } from "./parse-context.ts";
import { interactionTypes, questionOf } from "./parse-interaction.ts";
import { contentLimit, ephemeral } from "./render.ts";
import type { Take } from "./take.ts";
import type { DiscordWeb } from "./web.ts";

interface InteractionParts {
  readonly web: DiscordWeb;
  readonly identity: Identity;
  readonly take: Take;
  /** Says which form a press opens. */
  readonly formOf: FormDesk;
  readonly log: Log;
}

/** What became of an interaction. `again`: it was here before. */
export type Handled = "taken" | "again" | "not ours";

/** Answers Discord in time, then takes in what was asked. */
export interface Interactions {
  /** Rejects only when nothing was kept and the person could not be told either. */
  handle(dispatch: Dispatch): Promise<Handled>;
}

// https://discord.com/developers/docs/interactions/receiving-and-responding
const defer = 5;
const deferUpdate = 6;
const completions = 8;
/** Discord waits three seconds for the acknowledgement; an answer after that is worth nothing. */
const ackTimeoutMs = 2_500;
const tries = 3;
const betweenTriesMs = 500;

/** Remembers the interactions of the last minutes, so that one that comes twice is handled once. */
export function createInteractions({ web, identity, take, formOf, log }: InteractionParts): Interactions {
  const seen = new LRUCache<string, true>({ max: 50_000, ttl: 10 * 60_000 });

  async function handle(dispatch: Dispatch): Promise<Handled> {
    const d = fieldsAt(dispatch, "d");
    const [id, token] = [textAt(d, "id"), textAt(d, "token")];
    if (id === undefined || token === undefined || textAt(d, "application_id") !== identity.applicationId)
      return "not ours";
    if (seen.has(id)) return "again";
    seen.set(id, true);
    try {
      return await handleOnce(dispatch, { id, token });
    } catch (cause) {
      seen.delete(id);
      throw cause;
    }
  }

  async function handleOnce(
    dispatch: Dispatch,
    { id, token }: { readonly id: string; readonly token: string },
  ): Promise<Handled> {
    const d = fieldsAt(dispatch, "d");
    const callback = `/interactions/${id}/${token}/callback`;
    if (await showForm(d, callback)) return "taken";
    const acknowledged = await acknowledge(d, callback);
    if (numberAt(d, "type") === interactionTypes.autocomplete) return "taken";
    const original = `/webhooks/${identity.applicationId}/${token}/messages/@original`;
    const question = questionOf(d, { botUserId: identity.botUserId, botRoleIds: new Set() });
    const echo = question === undefined ? undefined : toEcho(d, question);
    const echoed = echo === undefined ? undefined : await showEcho(d, { id, original, echo, acknowledged });
    try {
      const accepted = await takeIn(dispatch, echoed);
      if (echo === undefined || accepted?.kind === "ignored" || accepted === undefined)
        await close(d, original, accepted, acknowledged);
      return accepted === undefined ? "not ours" : "taken";
    } catch (cause) {
      await apologize(d, { id, token, original, acknowledged, cause });
      return "taken";
    }
  }

  /** False where the press opens no form, or it could not be shown: then the press is taken in, and says what to write. */
  async function showForm(d: Fields, route: string): Promise<boolean> {
    const control = formControlOf(d);
    if (control === undefined) return false;
    const form = await formOf({ ...control, ...whereAsked(d) });
    if (form === undefined && control.message === undefined) return false;
    try {
      await answerInTime(route, "open a form", form === undefined ? toMenuRefusal() : toModal(d, form));
      return true;
    } catch (cause) {
      log.warn({ err: cause }, "a discord form was not shown");
      return false;
    }
  }

  /** False when Discord had given up on it: then the answer has to come as an ordinary message. */
  async function acknowledge(d: Fields, route: string): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await answerInTime(route, "acknowledge an interaction", acknowledgementOf(d));
        return true;
      } catch (cause) {
        const isOver = cause instanceof PermanentError || attempt === 2;
        if (!isOver) continue;
        log.warn({ err: cause }, "a discord interaction was not acknowledged in time");
        return false;
      }
    }
  }

  /** The first answer to an interaction, while Discord waits for it. */
  async function answerInTime(route: string, doing: string, body: object): Promise<void> {
    try {
      await web.call("POST", route, {
        doing,
        body,
        query: { with_response: "true" },
        isTokenless: true,
        timeoutMs: ackTimeoutMs,
      });
    } catch (cause) {
      // Answered already, by this process before a cut or by one that is gone: go on from there.
      if (!isCode(cause, 40060)) throw cause;
    }
  }

  /** Shows the room what was asked; the id of the message that does, which the answer then hangs on. */
  async function showEcho(
    d: Fields,
    about: {
      readonly id: string;
      readonly original: string;
      readonly echo: object;
      readonly acknowledged: boolean;
    },
  ): Promise<string | undefined> {
    const { id, original, echo, acknowledged } = about;
    try {
      const shown = acknowledged
        ? await web.call("PATCH", original, { doing: "show a question", body: echo, isTokenless: true })
        : await web.call("POST", `/channels/${textAt(d, "channel_id") ?? ""}/messages`, {
            doing: "show a question",
            // The same for every try, so that it is shown once.
            body: { ...echo, nonce: `q${id}`.slice(0, 25), enforce_nonce: true },
          });
      return isFields(shown) ? textAt(shown, "id") : undefined;
    } catch (cause) {
      log.warn({ err: cause }, "a question asked by a discord command could not be shown");
      return undefined;
    }
  }

  /** The person waits, so the database gets a few moments and no more. */
  async function takeIn(dispatch: Dispatch, echo: string | undefined): Promise<Accepted | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await take.interaction(dispatch, echo);
      } catch (cause) {
        if (attempt === tries) throw cause;
        await sleep(betweenTriesMs * attempt);
      }
    }
  }

  /** Ends "Baton is thinking…" where the answer comes some other way. */
  async function close(
    d: Fields,
    original: string,
    accepted: Accepted | undefined,
    acknowledged: boolean,
  ): Promise<void> {
    if (!acknowledged || isQuiet(d)) return;
    const isTaken = accepted?.kind === "accepted" || accepted?.kind === "duplicate";
    const notInstalled = "Baton is not installed in this server. Ask an admin to add it.";
    const content =
      accepted === undefined ? notInstalled : isTaken ? "On it…" : "I could not make sense of that command.";
    try {
      await web.call("PATCH", original, {
        doing: "close an interaction",
        body: said(content),
        isTokenless: true,
      });
    } catch (cause) {
      log.warn({ err: cause }, "a discord interaction could not be closed");
    }
  }

  async function apologize(
    d: Fields,
    about: {
      readonly id: string;
      readonly token: string;
      readonly original: string;
      readonly acknowledged: boolean;
      readonly cause: unknown;
    },
  ): Promise<void> {
    const { original, acknowledged, cause, token } = about;
    log.error({ err: cause }, "discord interaction not kept: the person is asked to try again");
    if (!acknowledged) throw cause;
    const body = said("I could not take that in just now. Please try again in a minute.");
    const quiet = isQuiet(d);
    const route = quiet ? `/webhooks/${identity.applicationId}/${token}` : original;
    try {
      await web.call(quiet ? "POST" : "PATCH", route, {
        doing: "say that an interaction was not kept",
        body: quiet ? { ...body, flags: ephemeral } : body,
        isTokenless: true,
      });
    } catch {
      throw cause;
    }
  }

  return { handle };
}

function whereAsked(d: Fields): Omit<FormAsked, "action"> {
  const user = fieldsAt(fieldsAt(d, "member"), "user");
  return {
    installation: textAt(d, "guild_id") ?? "",
    by: textAt(user, "id") ?? "",
    space: textAt(d, "channel_id"),
  };
}

/** A press leaves the message as it is; it has no "thinking" to end. */
function isQuiet(d: Fields): boolean {
  const type = numberAt(d, "type");
  return type === interactionTypes.component || (type === interactionTypes.modal && isFields(d["message"]));
}

function acknowledgementOf(d: Fields): object {
  if (numberAt(d, "type") === interactionTypes.autocomplete)
    return { type: completions, data: { choices: [] } };
  if (isQuiet(d)) return { type: deferUpdate };
  const name = textAt(fieldsAt(d, "data"), "name");
  const isPublic = name === commandNames.ask || name === commandNames.askAbout;
  return isPublic ? { type: defer } : { type: defer, data: { flags: ephemeral } };
}

const longestEcho = 900;

/** The question as the room sees it; what was asked is taken in whole. */
function toEcho(
  d: Fields,
  question: { readonly text: string; readonly sender: { readonly name?: string | undefined } },
): object {
  const isAbout = textAt(fieldsAt(d, "data"), "name") === commandNames.askAbout;
  const name = escapeText(question.sender.name ?? "Somebody");
  const quoted = escapeText(cutShort(question.text, longestEcho)).replaceAll(/^/gm, "> ");
  return said(cutShort(`**${name}** ${isAbout ? "asks about this:" : "asked:"}\n${quoted}`, contentLimit));
}

function said(content: string): { readonly content: string } & Record<string, unknown> {
  return { content, allowed_mentions: { parse: [] } };
}

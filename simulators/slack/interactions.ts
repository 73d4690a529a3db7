import type { Attempt } from "./attempt.ts";
import { ApiError } from "./api-error.ts";
import { findElement, listOf, toAction, toViewState } from "./interaction-elements.ts";
import type { Click } from "./interaction-elements.ts";
import { isRecord } from "../kit/is-record.ts";
import { checkView, openView, toWireView, updateView } from "./methods/views.ts";
import type { Channel, Message, User, View } from "./model.ts";
import { nowTs } from "./events.ts";
import type { Platform } from "./platform.ts";
import { respond } from "./respond.ts";
import { toWireMessage } from "./seen-message.ts";

type Fields = Record<string, unknown>;

/** A click, a submission, a command: `done` resolves with the app's direct answer. It is never repeated. */
export interface Interaction {
  readonly triggerId: string;
  readonly done: Promise<{
    readonly status: number;
    readonly body: string;
    readonly ms: number;
    readonly error?: string;
  }>;
}

/** What people do with buttons, menus, modals, shortcuts and commands. */
export class Interactions {
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Finds the element by action id, block id or value, and acts on it as a person can. */
  clicks(click: Click): Interaction {
    const { state } = this.#platform;
    const user = state.findUser(click.user);
    if (click.viewId !== undefined) {
      const view = this.#view(click.viewId);
      const found = findElement(listOf(view.content["blocks"]), click);
      return this.#send("block_actions", user, {
        container: { type: "view", view_id: view.id },
        view: toWireView(this.#platform, view),
        actions: [toAction(found, click)],
      });
    }
    const { channel, message } = this.#message(click, user);
    const found = findElement(message.blocks ?? [], click);
    return this.#send("block_actions", user, {
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: message.ephemeralTo !== undefined,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      },
      channel: { id: channel.id, name: channel.type === "im" ? "directmessage" : channel.name },
      message: toWireMessage(state, channel, message, { baseUrl: this.#platform.url, metadata: true }),
      state: { values: {} },
      response_url: this.#responseUrl(user, channel, message),
      actions: [toAction(found, click)],
    });
  }

  /** Submits an open modal: `values` by block id (or action id) are wrapped in the state of its inputs. */
  submitsView(submission: {
    user: string;
    viewId: string;
    values: Readonly<Record<string, string | readonly string[]>>;
  }): Interaction {
    const view = this.#view(submission.viewId);
    const user = this.#platform.state.findUser(submission.user);
    const values = toViewState(listOf(view.content["blocks"]), submission.values);
    const interaction = this.#send("view_submission", user, {
      view: toWireView(this.#platform, view, values),
      response_urls: [],
    });
    return { ...interaction, done: interaction.done.then((answer) => this.#afterSubmission(view, answer)) };
  }

  closesView(closing: { user: string; viewId: string }): Interaction {
    const view = this.#view(closing.viewId);
    view.open = false;
    this.#platform.state.changed(() => ({ kind: "view", what: "closed", view }));
    const user = this.#platform.state.findUser(closing.user);
    if (view.content["notify_on_close"] !== true)
      return {
        triggerId: "",
        done: Promise.resolve({ status: 0, body: "", ms: 0, error: "not asked to be told" }),
      };
    return this.#send("view_closed", user, { view: toWireView(this.#platform, view), is_cleared: false });
  }

  /** The shortcut in a message's menu. */
  shortcut(use: { user: string; channel: string; messageTs: string; callbackId: string }): Interaction {
    const user = this.#platform.state.findUser(use.user);
    const { channel, message } = this.#message(use, user);
    return this.#send("message_action", user, {
      callback_id: use.callbackId,
      message_ts: message.ts,
      action_ts: nowTs(),
      channel: { id: channel.id, name: channel.type === "im" ? "directmessage" : channel.name },
      message: toWireMessage(this.#platform.state, channel, message, {
        baseUrl: this.#platform.url,
        metadata: true,
      }),
      response_url: this.#responseUrl(user, channel),
    });
  }

  /** A slash command, as a form; a body in the answer is shown to the user or the channel. */
  slash(command: { user: string; channel: string; command: string; text: string }): Interaction {
    const { state, triggers, settings, deliverer } = this.#platform;
    const user = state.findUser(command.user);
    const channel = state.findChannel(command.channel, user);
    const triggerId = triggers.create(user.id, user.teamId);
    const payload = {
      token: state.app.verificationToken,
      team_id: user.teamId,
      team_domain: state.teams.get(user.teamId)?.domain ?? "",
      channel_id: channel.id,
      channel_name: channel.type === "im" ? "directmessage" : channel.name,
      user_id: user.id,
      user_name: user.name.toLowerCase(),
      command: command.command,
      text: command.text,
      api_app_id: state.app.appId,
      is_enterprise_install: "false",
      response_url: this.#responseUrl(user, channel),
      trigger_id: triggerId,
    };
    const url = settings.commandUrl ?? settings.requestUrl;
    const sent = deliverer.once("command", {
      url,
      form: new URLSearchParams(payload).toString(),
      payload,
      type: command.command,
    });
    return { triggerId, done: sent.then((attempt) => this.#afterCommand(user, channel, attempt)) };
  }

  #send(type: string, user: User, fields: Fields): Interaction {
    const { state, triggers, settings, deliverer } = this.#platform;
    const triggerId = triggers.create(user.id, user.teamId);
    const payload: Fields = {
      type,
      user: {
        id: user.id,
        username: user.name.toLowerCase(),
        name: user.name.toLowerCase(),
        team_id: user.teamId,
      },
      api_app_id: state.app.appId,
      token: state.app.verificationToken,
      trigger_id: triggerId,
      team: { id: user.teamId, domain: state.teams.get(user.teamId)?.domain ?? "" },
      enterprise: null,
      is_enterprise_install: false,
      ...fields,
    };
    const form = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const url = settings.interactivityUrl ?? settings.requestUrl;
    return { triggerId, done: deliverer.once("interaction", { url, form, payload, type }).then(toAnswer) };
  }

  /** A submission's answer closes, updates, stacks or marks errors; anything else is a complaint. */
  #afterSubmission(view: View, answer: Awaited<Interaction["done"]>): Awaited<Interaction["done"]> {
    const { state, recorder } = this.#platform;
    const body = answer.body.trim() === "" ? {} : parsedObject(answer.body);
    const action = body?.["response_action"];
    try {
      if (answer.status !== 200) return answer;
      if (body === undefined) throw new ApiError("invalid_response");
      if (action === "errors") {
        if (!isRecord(body["errors"]) || Object.keys(body["errors"]).length === 0)
          throw new ApiError("invalid_response");
        return answer;
      }
      if (action === "update") updateView(this.#platform, view, checkView(body["view"], ["modal"]));
      else if (action === "push")
        openView(this.#platform, {
          teamId: view.teamId,
          user: view.user,
          content: checkView(body["view"], ["modal"]),
          previous: view,
        });
      else if (action === undefined || action === "clear") {
        for (const open of state.views.values())
          if (open === view || (action === "clear" && open.user === view.user)) open.open = false;
        state.changed(() => ({ kind: "view", what: "closed", view }));
      } else throw new ApiError("invalid_response_action");
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      recorder.complain("view_submission answer", error.code, answer.body.slice(0, 500));
      return { ...answer, error: error.code };
    }
  }

  #afterCommand(user: User, channel: Channel, attempt: Attempt): Awaited<Interaction["done"]> {
    const answer = toAnswer(attempt);
    if (attempt.status !== 200 || attempt.body.trim() === "") return answer;
    const body = parsedObject(attempt.body) ?? { text: attempt.body };
    try {
      respond(this.#platform, { teamId: user.teamId, user: user.id, channel }, body);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#platform.recorder.complain("command answer", error.code, attempt.body.slice(0, 500));
      return { ...answer, error: error.code };
    }
  }

  #responseUrl(user: User, channel: Channel, message?: Message): string {
    return (
      this.#platform.url +
      this.#platform.responseUrls.create({
        teamId: user.teamId,
        user: user.id,
        channel,
        ...(message === undefined ? {} : { message }),
      })
    );
  }

  #view(id: string): View {
    const { state } = this.#platform;
    const view = state.views.get(id) ?? [...state.homes.values()].find((home) => home.id === id);
    if (view === undefined || !view.open) throw new Error(`slack simulator: no open view ${id}`);
    return view;
  }

  #message(
    place: { channel?: string; messageTs?: string },
    user: User,
  ): { channel: Channel; message: Message } {
    const channel = this.#platform.state.findChannel(place.channel ?? "", user);
    const message =
      channel.byTs.get(place.messageTs ?? "") ??
      this.#platform.state.ephemerals.find((one) => one.ts === place.messageTs && one.channel === channel.id);
    if (message === undefined || message.deleted === true)
      throw new Error(`slack simulator: no message ${place.messageTs ?? ""} in ${channel.id}`);
    return { channel, message };
  }
}

function toAnswer(attempt: Attempt): Awaited<Interaction["done"]> {
  return {
    status: attempt.status,
    body: attempt.body,
    ms: attempt.ms,
    ...(attempt.failure === undefined ? {} : { error: attempt.failure }),
  };
}

function parsedObject(text: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

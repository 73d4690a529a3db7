import type { Faults } from "./faults.ts";
import type { Click } from "./interaction-elements.ts";
import type { Interaction } from "./interactions.ts";
import type { LoadReport, LoadRequest } from "./load.ts";
import type { App, Change, Installation, SeenMessage, View } from "./model.ts";
import type { Delivering, Said, Say } from "./people.ts";
import type { Complaint, History } from "./record.ts";
import type { Settings, SettingsChange } from "./settings.ts";
import type { SocketHub } from "./socket-mode.ts";
import type { State } from "./state.ts";

/** A running local Slack. See README.md for the meaning of each call. */
export interface SlackSimulator {
  readonly url: string;
  readonly port: number;
  /** For `slackApiUrl`: ends in `/api/`. */
  readonly apiUrl: string;
  readonly authorizeUrl: string;
  readonly app: App;
  /** Of the first team that has the app. */
  readonly installation: Installation;
  readonly state: State;
  readonly settings: Readonly<Settings>;
  configure(change: SettingsChange): void;

  userSays(say: Say): Said;
  botSays(say: { name: string; channel: string; text: string; threadTs?: string }): Said;
  userEdits(edit: { channel: string; ts: string; text: string; user?: string }): Delivering;
  userDeletes(deletion: { channel: string; ts: string }): Delivering;
  reacts(reaction: { user: string; channel: string; ts: string; name: string; remove?: boolean }): Delivering;
  clicks(click: Click): Interaction;
  submitsView(submission: {
    user: string;
    viewId: string;
    values: Readonly<Record<string, string | readonly string[]>>;
  }): Interaction;
  closesView(closing: { user: string; viewId: string }): Interaction;
  shortcut(use: { user: string; channel: string; messageTs: string; callbackId: string }): Interaction;
  slash(command: { user: string; channel: string; command: string; text: string }): Interaction;
  opensHome(opening: { user: string; tab?: "home" | "messages" }): Delivering;
  joins(joining: { user: string; channel: string }): Delivering;
  leaves(leaving: { user: string; channel: string }): Delivering;
  /** Puts somebody into a user group, by its id or @handle, or takes them out. */
  regroups(change: { user: string; group: string; remove?: boolean }): void;
  uninstalls(teamId?: string): Delivering;
  rateLimitsApp(teamId?: string): Delivering;
  sendsEvent(event: Record<string, unknown>, options?: { teamId?: string; channel?: string }): Delivering;
  /** The handshake; `ok` when the app echoed the challenge. */
  verifiesUrl(): Promise<{ status: number; body: string; ok: boolean }>;

  /** Root first, then replies, deleted ones included. */
  thread(channel: string, ts: string): SeenMessage[];
  messages(channel: string): SeenMessage[];
  /** The bot's messages of that thread that are still there. */
  botReplies(channel: string, ts: string): SeenMessage[];
  ephemerals(channel?: string): SeenMessage[];
  views(): View[];
  home(user: string): View | undefined;
  history(): History<SeenMessage>;
  complaints(): readonly Complaint[];
  /** Asks the probe after every change; rejects after `timeoutMs` (default 20 000). */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  /** No call, delivery or retry in hand and no open stream (default limit 20 000 ms). */
  settled(timeoutMs?: number): Promise<void>;
  onChange(listener: (change: Change) => void): () => void;

  readonly faults: Faults;
  readonly sockets: SocketHub;
  load(request: LoadRequest): Promise<LoadReport>;
  /** Back to the seed: messages, faults, history and limits are gone; sockets stay. */
  reset(): void;
  /** Closes everything; safe to call twice. */
  stop(): Promise<void>;
}

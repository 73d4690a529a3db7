import type { DeliveryFlaws } from "./deliver.ts";
import type { Faults } from "./faults.ts";
import type { OpenIdState } from "./identity.ts";
import type { App, Change, SeenMessage } from "./model.ts";
import type { Answered, CardAction, FileConsent } from "./interactions.ts";
import type { Delivering, Said, Say } from "./people.ts";
import type { TeamEvent } from "./roster.ts";
import type { Complaint, History } from "./record.ts";
import type { TeamDraft } from "./seed.ts";
import type { Settings, SettingsChange } from "./settings.ts";
import type { State } from "./state.ts";
import type { TokenFlaw } from "./tokens.ts";
import type { UploadedFile } from "./files.ts";

/**
 * A running local Teams. Wherever a user is asked for, an id or a first name will do; a conversation is an id,
 * `"#Helpdesk"` (a channel), `"personal"` (that user's chat with the bot) or a group chat's name.
 * See README.md for the meaning of each call.
 */
export interface TeamsSimulator {
  readonly url: string;
  readonly port: number;
  /** Where the bot's calls belong at present: `http://127.0.0.1:PORT/amer/<tenant>/` of the first tenant. */
  readonly serviceUrl: string;
  /** The OpenID metadata a connector's tokens are checked with. */
  readonly openIdUrl: string;
  /** The twin for emulator and skill tokens, which a Teams bot must not take. */
  readonly emulatorOpenIdUrl: string;
  /** The login authority: `<url>/<tenant>`, with `/oauth2/v2.0/token` behind it. */
  readonly loginUrl: string;
  readonly tokenUrl: string;
  readonly app: App;
  /** `28:<app id>`. */
  readonly botId: string;
  readonly state: State;
  readonly settings: Readonly<Settings>;
  configure(change: SettingsChange): void;

  userSays(say: Say): Said;
  /** Somebody else's bot speaks in a channel or group chat. */
  botSays(say: Omit<Say, "user"> & { readonly name?: string }): Said;
  userEdits(edit: { conversation: string; user?: string; id: string; text: string }): Delivering;
  userDeletes(deletion: { conversation: string; user?: string; id: string }): Delivering;
  userUndeletes(restoring: { conversation: string; user?: string; id: string }): Delivering;
  types(typing: { user: string; conversation: string; thread?: string }): Delivering;
  reacts(reaction: {
    user: string;
    conversation: string;
    id: string;
    type: string;
    remove?: boolean;
  }): Delivering;
  /** An `Action.Submit` of a card: a message with `value`. */
  clicks(click: CardAction): Delivering;
  /** An `Action.Execute` of a card: an invoke, whose answer is handed back. */
  executes(click: CardAction & { readonly verb?: string }): Answered;
  /** Answers the file consent card of that message. */
  consents(consent: FileConsent): Answered;
  /** Presses Stop on the stream that is open in the chat. */
  stopsStream(stop: { conversation: string; user?: string }): void;
  blocksBot(blocking: { user: string; blocked?: boolean }): void;
  installs(installation: { conversation: string; user?: string; action?: "add" | "remove" }): Delivering;
  /** Makes a team that nobody is told of; its General channel comes first and has the team's id. */
  addTeam(draft: TeamDraft): readonly { id: string; name: string; isPrivate: boolean }[];
  memberAdded(joining: { conversation: string; user: string }): Delivering;
  memberRemoved(leaving: { conversation: string; user: string }): Delivering;
  teamEvent(event: TeamEvent): Delivering;
  /** Sends any activity, sound or not; `flaws` spoils its token, headers or body. */
  sendsActivity(activity: Record<string, unknown>, flaws?: DeliveryFlaws): Delivering;
  /** A complete activity as `userSays` would send it, for tests that post it themselves. */
  activityOf(say: Say): Record<string, unknown>;
  /** The `Authorization` header for an activity; undefined where the flaw is to have none. */
  authorization(options?: { flaw?: TokenFlaw; serviceUrl?: string }): string | undefined;

  /** Signing keys, switches and counters of what the bot fetched. */
  readonly openId: OpenIdState;
  rotateKeys(options?: { keepOld?: boolean }): void;
  /** Every token handed out so far is refused from now on. */
  expireTokens(): void;
  /** From now on activities carry another service URL; `old` says what the former one still does. */
  moveServiceUrl(move: { region: string; old?: "not_found" | "cut" | "works" }): void;

  messages(conversation: string, user?: string): SeenMessage[];
  /** Root first, then replies, deleted ones included. */
  thread(conversation: string, rootId: string): SeenMessage[];
  /** The bot's messages that are still there: of that channel thread, or of the chat. */
  botReplies(conversation: string, rootId?: string): SeenMessage[];
  files(): UploadedFile[];
  history(): History<SeenMessage>;
  complaints(): readonly Complaint[];
  /** Asks the probe after every change; rejects after `timeoutMs` (default 20 000). */
  waitFor<T>(probe: () => T | undefined | false, timeoutMs?: number): Promise<T>;
  /** No call, delivery or re-send in hand and no open stream (default limit 20 000 ms). */
  settled(timeoutMs?: number): Promise<void>;
  onChange(listener: (change: Change) => void): () => void;

  readonly faults: Faults;
  /** Back to the seed: messages, faults, history and tokens are gone; keys and settings stay. */
  reset(): void;
  /** Closes everything; safe to call twice. */
  stop(): Promise<void>;
}

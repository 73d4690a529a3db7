/** The platforms the playground can simulate, in the order it shows them. */
export const playgroundPlatforms = ["slack", "discord", "teams"] as const;

/** A platform as the playground's addresses name it. */
export type PlaygroundPlatform = (typeof playgroundPlatforms)[number];

/** One person of the simulated workspace, and their conversation with the bot alone. */
export interface PlaygroundPerson {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isStaff: boolean;
  readonly directChannel: string;
}

/** A place that people share. */
export interface PlaygroundChannel {
  readonly id: string;
  readonly name: string;
  /** Whom it is open to, by their ids; everybody when left out. */
  readonly members?: readonly string[];
}

/** Who and what there is in the workspace. */
export interface PlaygroundScene {
  readonly platform: PlaygroundPlatform;
  readonly workspace: string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly people: readonly PlaygroundPerson[];
  readonly channels: readonly PlaygroundChannel[];
  /** Whether one can answer in a thread in the conversation with the bot alone; in channels one always can. */
  readonly directThreads: boolean;
  /** The name of the reaction that means a thumb up. */
  readonly thumb: string;
  /** What the app answers to behind a slash; empty where the platform does not list it. */
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  /** In a few words, which model answers: "stand-in", "your own". */
  readonly model: string;
}

/** A message as the page draws it. */
export interface PlaygroundMessage {
  readonly channel: string;
  /** The platform's id of the message, unique in its channel. */
  readonly ts: string;
  /** When it was said: milliseconds since the epoch, with fractions where the platform has them. */
  readonly at: number;
  readonly threadTs?: string;
  readonly user?: string;
  readonly userName: string;
  readonly isBot: boolean;
  readonly text: string;
  /** How the text is marked up: Slack's own way, markdown, or not at all. */
  readonly format: "mrkdwn" | "markdown" | "plain";
  /** What stands under the text, as the platform has it: Slack's blocks, Discord's embeds and components, Teams' cards. */
  readonly blocks?: readonly unknown[];
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly cards?: readonly unknown[];
  readonly files?: readonly PlaygroundFile[];
  readonly streaming: boolean;
  readonly broadcast: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  /** Only this person sees it. */
  readonly ephemeralTo?: string;
}

/** What hangs on a message. `size` is in bytes. */
export interface PlaygroundFile {
  readonly id: string;
  readonly name: string;
  readonly mimetype: string;
  readonly size: number;
}

/** A form that the app shows to one person. */
export interface PlaygroundForm {
  readonly id: string;
  readonly user: string;
  readonly title: string;
  /** On the button that sends it off. */
  readonly submit: string;
  readonly fields: readonly {
    readonly name: string;
    readonly label: string;
    readonly placeholder: string;
    readonly isLong: boolean;
    /** What there is to choose from in the place of words. */
    readonly options?: readonly { readonly value: string; readonly label: string }[];
    /** What is chosen before anybody chooses. */
    readonly chosen?: string;
  }[];
}

/** Something that passed between Baton and the platform, for whoever wants to look behind the page. */
export interface PlaygroundHappening {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  /** `call`: Baton asked the platform; `delivery`: the platform told Baton. */
  readonly kind: "call" | "delivery";
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What a page redraws from. `version` grows with every change. */
export type PlaygroundChange =
  | { readonly kind: "message"; readonly version: number; readonly message: PlaygroundMessage }
  | {
      readonly kind: "status";
      readonly channel: string;
      /** Empty for the channel itself. */
      readonly threadTs: string;
      readonly status: string;
    }
  | { readonly kind: "form"; readonly form: PlaygroundForm }
  | { readonly kind: "happening" }
  | { readonly kind: "reset" };

/** Where something is done, and by whom. Ids are the workspace's. */
export interface PlaygroundPlace {
  readonly user: string;
  readonly channel: string;
}

/** What a person says. */
export interface PlaygroundSay extends PlaygroundPlace {
  /** As typed: the workspace writes it in the platform's markup. */
  readonly text: string;
  readonly threadTs?: string | undefined;
  readonly files?: readonly PlaygroundUpload[] | undefined;
}

/** A file as it is handed over. */
export interface PlaygroundUpload {
  readonly name: string;
  readonly mimetype?: string | undefined;
  readonly content: Buffer;
}

/** How the app took a click or a command: a `problem` in words where it did not. */
export interface PlaygroundOutcome {
  readonly problem?: string | undefined;
}

/**
 * A simulated workspace, as far as the page needs it. Ids that the caller did not find in `describe` or with
 * `message` may make a call throw.
 */
export interface PlaygroundWorkspace {
  describe(): PlaygroundScene;
  /** Everything of a channel, threads and ephemeral messages included, and the version it shows. */
  messages(channel: string): { readonly version: number; readonly messages: readonly PlaygroundMessage[] };
  message(channel: string, ts: string): PlaygroundMessage | undefined;
  file(
    id: string,
  ): { readonly name: string; readonly mimetype: string; readonly content: Buffer } | undefined;

  says(say: PlaygroundSay): { readonly channel: string; readonly ts: string };
  edits(edit: PlaygroundPlace & { readonly ts: string; readonly text: string }): void;
  deletes(deletion: PlaygroundPlace & { readonly ts: string }): void;
  reacts(
    reaction: PlaygroundPlace & { readonly ts: string; readonly name: string; readonly remove: boolean },
  ): void;
  /** Resolves when the app has answered, or did not in time. */
  clicks(click: PlaygroundClick): Promise<PlaygroundOutcome>;
  /** Fills a form in and sends it off: `values` by the names of its fields. */
  fills(filled: {
    readonly user: string;
    readonly formId: string;
    readonly values: Readonly<Record<string, string>>;
  }): Promise<PlaygroundOutcome>;
  /** `text` without the command's own name. */
  commands(
    command: PlaygroundPlace & { readonly command: string; readonly text: string },
  ): Promise<PlaygroundOutcome>;

  /** The last ones after `seq`, oldest first. */
  happenings(seq: number): readonly PlaygroundHappening[];
  /** Calls the listener at every change until the result is called. */
  onChange(listener: (change: PlaygroundChange) => void): () => void;
}

/** A button pressed: named by its action, told apart by its value. */
export interface PlaygroundClick extends PlaygroundPlace {
  readonly ts: string;
  readonly actionId: string;
  readonly blockId?: string | undefined;
  readonly value?: string | undefined;
}

import type { Happening, PageForm, PageMessage } from "./page-message.ts";

/** What changed in a workspace, as its pages are told. */
export type PageChange =
  | { readonly kind: "message"; readonly version: number; readonly message: PageMessage }
  | { readonly kind: "status"; readonly channel: string; readonly threadTs: string; readonly status: string }
  | { readonly kind: "form"; readonly form: PageForm }
  | { readonly kind: "happening" }
  | { readonly kind: "reset" };

/** A change before it has its number. */
export type Told =
  Exclude<PageChange, { kind: "message" }> | { readonly kind: "message"; readonly message: PageMessage };

/** Whether a change is one of these places, or of none at all. */
export function isAbout(told: Told, isHere: (channel: string) => boolean): boolean {
  if (told.kind === "message") return isHere(told.message.channel);
  return told.kind !== "status" || isHere(told.channel);
}

interface Place {
  readonly user: string;
  readonly channel: string;
}

/** A file as a page hands it over. */
export interface PageUpload {
  readonly name: string;
  readonly mimetype?: string | undefined;
  readonly content: Buffer;
}

/** What a playground's page may ask of a simulated workspace and do in it. */
export interface PageWorkspace {
  describe(): {
    platform: "slack" | "discord" | "teams";
    workspace: string;
    bot: { id: string; name: string };
    people: PagePerson[];
    channels: PageChannel[];
    directThreads: boolean;
    thumb: string;
    commands: { name: string; about: string }[];
    model: string;
  };
  messages(channel: string): { version: number; messages: PageMessage[] };
  message(channel: string, ts: string): PageMessage | undefined;
  file(id: string): { name: string; mimetype: string; content: Buffer } | undefined;
  says(
    say: Place & {
      readonly text: string;
      readonly threadTs?: string | undefined;
      /** The message it answers, on platforms where people can. */
      readonly repliesTo?: string | undefined;
      readonly files?: readonly PageUpload[] | undefined;
    },
  ): { channel: string; ts: string };
  edits(edit: Place & { readonly ts: string; readonly text: string }): void;
  deletes(deletion: Place & { readonly ts: string }): void;
  reacts(reaction: Place & { readonly ts: string; readonly name: string; readonly remove: boolean }): void;
  clicks(
    click: Place & {
      readonly ts: string;
      readonly actionId: string;
      readonly blockId?: string | undefined;
      readonly value?: string | undefined;
    },
  ): Promise<{ problem?: string }>;
  /** What is open before somebody, the newest last. */
  forms(user: string): PageForm[];
  /** Fills one in and sends it off: `values` by the names of its fields. */
  fills(filled: {
    readonly user: string;
    readonly formId: string;
    readonly values: Readonly<Record<string, string>>;
  }): Promise<{ problem?: string }>;
  commands(
    command: Place & { readonly command: string; readonly text: string },
  ): Promise<{ problem?: string }>;
  happenings(seq: number): Happening[];
  onChange(listener: (change: PageChange) => void): () => void;
}

/** A place that people share. */
export interface PageChannel {
  readonly id: string;
  readonly name: string;
  /** Whom it is open to, by their ids; everybody when left out. */
  readonly members?: readonly string[];
}

/** One person of a workspace, and their conversation with the bot alone. */
export interface PagePerson {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly isStaff: boolean;
  /** Empty where the bot cannot be talked to alone. */
  readonly directChannel: string;
}

/** Who is told when an event a person caused could not be handed over. */
export interface PageLog {
  warn(fields: object, message: string): void;
}

/** Lets what follows a person's act run behind it; that it fails is no failure of the act. */
export function follow(work: Promise<unknown>, log: PageLog | undefined): void {
  work.catch((error: unknown) => log?.warn({ error }, "simulated workspace: an event was not delivered"));
}

/** What came of a click or a command, told to a person: nothing when it was taken. */
export async function settle(act: () => Promise<string | undefined>): Promise<{ problem?: string }> {
  try {
    const problem = await act();
    return problem === undefined ? {} : { problem: `Baton did not take it: ${problem}` };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Numbers the changes, so that a page can tell which of two looks at a message is the later one. */
export function createFeed(): {
  version(): number;
  tell(told: Told): void;
  listen(listener: (change: PageChange) => void): () => void;
} {
  const listeners = new Set<(change: PageChange) => void>();
  let version = 0;
  return {
    version: () => version,
    tell(told) {
      const change = told.kind === "message" ? { ...told, version: (version += 1) } : told;
      for (const listener of listeners) listener(change);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** How long a platform shows that somebody is typing, milliseconds. */
const typingMs = 10_000;

/** Shows "is typing…" in a place until something is said there, or nothing came for a while. */
export function createTyping(tell: (told: Told) => void): {
  typing(channel: string, threadTs: string): void;
  said(channel: string, threadTs: string): void;
} {
  const shown = new Map<string, NodeJS.Timeout>();
  const clear = (channel: string, threadTs: string): void => {
    const key = `${channel}/${threadTs}`;
    clearTimeout(shown.get(key));
    if (shown.delete(key)) tell({ kind: "status", channel, threadTs, status: "" });
  };
  // A thread may be opened by the answer itself: until then somebody types in the channel.
  const said = (channel: string, threadTs: string): void => {
    for (const place of new Set([threadTs, ""])) clear(channel, place);
  };
  return {
    typing(channel, threadTs) {
      const key = `${channel}/${threadTs}`;
      clearTimeout(shown.get(key));
      shown.set(key, setTimeout(() => clear(channel, threadTs), typingMs).unref());
      tell({ kind: "status", channel, threadTs, status: "is typing..." });
    },
    said,
  };
}

/** A message as the playground's pages draw it, whatever platform it stands on. */
export interface PageMessage {
  readonly channel: string;
  readonly ts: string;
  /** Milliseconds since the epoch, with fractions where the platform has them. */
  readonly at: number;
  readonly threadTs?: string;
  readonly user?: string;
  readonly userName: string;
  readonly isBot: boolean;
  readonly text: string;
  /** Slack's own markup, markdown, or none. */
  readonly format: "mrkdwn" | "markdown" | "plain";
  readonly blocks?: readonly unknown[];
  readonly embeds?: readonly unknown[];
  readonly components?: readonly unknown[];
  readonly cards?: readonly unknown[];
  readonly files?: readonly { id: string; name: string; mimetype: string; size: number }[];
  readonly streaming: boolean;
  readonly broadcast: boolean;
  readonly edited: boolean;
  readonly deleted: boolean;
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  readonly ephemeralTo?: string;
  /** The message it answers. */
  readonly repliesTo?: string;
}

/** A form that the app shows to one person, as the pages draw it. */
export interface PageForm {
  readonly id: string;
  readonly user: string;
  readonly title: string;
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

/** Something that passed between Baton and the platform. `at` is in milliseconds since the epoch. */
export interface Happening {
  readonly seq: number;
  readonly at: number;
  readonly ms: number;
  readonly kind: "call" | "delivery";
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

const maxHappenings = 200;

/** The last of them after `seq`, oldest first. */
export function lastHappenings<R extends { readonly seq: number }>(
  seq: number,
  records: readonly R[],
  toHappening: (record: R) => Happening | undefined,
): Happening[] {
  return records
    .filter((record) => record.seq > seq)
    .map(toHappening)
    .filter((happening) => happening !== undefined)
    .slice(-maxHappenings);
}

/** Several kinds of them as one list, in their order. */
export function inOrder(...lists: readonly Happening[][]): Happening[] {
  return lists
    .flat()
    .toSorted((a, b) => a.seq - b.seq)
    .slice(-maxHappenings);
}

/** The words of a call, on one short line; empty for what is no text. */
export function shorten(said: unknown): string {
  if (typeof said !== "string") return "";
  const line = said.replaceAll(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

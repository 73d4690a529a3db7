import type { Channel, Target } from "../../../src/core/channel.ts";
import type { Parsed } from "../../../src/core/envelope.ts";
import type { Reply } from "../../../src/core/reply.ts";
import type { FileShelf } from "./file-shelf.ts";

/**
 * What happened on the platform, as the payload it delivers. Recorded ones decide over hand-written ones.
 * `undefined` for what does not exist there; the promise about it is then excused by name.
 */
export interface ChannelPayloads {
  /** A person's message in a shared room that names the bot and nobody else. */
  readonly mention: unknown;
  /** Every further delivery of that same mention, however the platform repeats itself. */
  readonly mentionAgain: readonly unknown[];
  /** Another message that names the bot, in another room; with the same message id where ids are not unique. */
  readonly mentionElsewhere: unknown;
  /** It names the bot and somebody else. */
  readonly mentionOfBoth: unknown;
  /** A message in a room that names somebody else and not the bot. */
  readonly forSomebodyElse: unknown;
  /** A message in a room that names everyone in it (`@here`), and the bot only so. */
  readonly forEveryone: unknown;
  /** A person's message in a thread the bot takes part in, naming nobody. */
  readonly threadReply: unknown;
  readonly direct: unknown;
  /** The person changes and removes the message of `mention`. */
  readonly edit: unknown;
  readonly deletion: unknown;
  readonly button: unknown;
  readonly command: unknown;
  readonly reaction: unknown;
  /** The bot's own message coming back. */
  readonly fromSelf: unknown;
  readonly fromOtherBot: unknown;
}

/** What a person gets to see of one message: read out of what the channel rendered, as the platform reads that. */
export interface Shown {
  /** All words in their order, without markup; code line by line with its indentation, blocks on lines of their own. */
  readonly text: string;
  /** What can be clicked, in order; a bare address is its own label. Pictures count. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** Whom the platform would call, and whatever else of its own markup it would bring to life. */
  readonly alive: readonly string[];
}

/** A message that stands on the platform. */
export interface Standing extends Shown {
  readonly id: string;
  /** It is still being written. */
  readonly isOpen: boolean;
  /** How many reactions of the bot's it carries. */
  readonly reactions: number;
}

/** How the platform treats the next `times` calls of a kind, then no more. */
export interface StageFault {
  /** `create` makes a message, `edit` changes one or goes on with a stream, `file` puts a file there. */
  readonly call: "create" | "edit" | "file";
  /** Cut before or after it took effect, refused for good, or limited with a wait of at most one second. */
  readonly how: "cut before" | "cut after" | "refused" | "limited";
  readonly times: number;
}

/** A platform on this machine with one channel on it that is not started, unpaced, its other bot allowed. */
export interface ChannelStage {
  readonly channel: Channel;
  /** A person asked something: where the answer goes. A new conversation each time. */
  ask(where: "room" | "direct"): Promise<Target>;
  /** The bot's messages that everybody there can see now, oldest first. */
  standing(target: Target): Promise<readonly Standing[]>;
  /**
   * The bot's files that can be opened there now, oldest first, with the names people see; where somebody is asked
   * whether they want one, they do.
   */
  attached(target: Target): Promise<readonly { readonly name: string; readonly content: Buffer }[]>;
  /** What the platform makes of a file's name; nothing where left out. */
  fileName?(name: string): string;
  /** Where the channel reads the bytes of files. */
  readonly shelf: FileShelf;
  /** What single persons see there and nobody else. */
  whispers(target: Target): Promise<readonly { readonly to: string; readonly text: string }[]>;
  fail(fault: StageFault): void;
  /** A person writes to the bot; resolves when the platform will not deliver it again. */
  say(text: string): Promise<void>;
  /** The other bot writes to the bot, in the same conversation each time; resolves like `say`. */
  botSays(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a channel hands the suite. */
export interface Subject {
  readonly name: string;
  readonly payloads: ChannelPayloads;
  /** Reads a payload as the channel does; `allowingBots` as if the operator had allowed that other bot. */
  parse(payload: unknown, options?: { readonly allowingBots: boolean }): Parsed;
  readonly split: Channel["split"];
  /** A reply that fits one message, rendered, and read again as the platform would. */
  shown(reply: Reply): Shown;
  /** How long a reply is as the platform counts, and how long one may be. */
  measure(reply: Reply): number;
  readonly limit: number;
  /** Texts with which a model could call people or fool them on this platform: `<!channel>`, `@everyone`, `<at>Ana</at>`. */
  readonly forgeries: readonly string[];
  /** A new stage for each promise that needs one. */
  readonly stage?: (() => Promise<ChannelStage>) | undefined;
}

import type { Message } from "./model.ts";

const suppressEmbeds = 1 << 2;

interface ResolverParts {
  readonly delayMs: () => number | false;
  readonly begin: () => void;
  readonly end: () => void;
  readonly resolved: (message: Message) => void;
}

/** Turns the links of a message into embeds a moment later, as the platform does after it looked them up. */
export class EmbedResolver {
  readonly #parts: ResolverParts;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(parts: ResolverParts) {
    this.#parts = parts;
  }

  /** A link within `<>`, in a message with embeds of its own or with embeds suppressed, stays a link. */
  look(message: Message): void {
    const { delayMs, begin, end, resolved } = this.#parts;
    const wait = delayMs();
    if (wait === false || message.embeds.length > 0 || (message.flags & suppressEmbeds) !== 0) return;
    const links = [...message.text.matchAll(/(?<!<)\bhttps?:\/\/[^\s<>)]+/g)].map(([url]) => url).slice(0, 5);
    if (links.length === 0) return;
    begin();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (message.deletedAt === undefined) {
        message.embeds = links.map((url) => ({ type: "link", url, title: url, content_scan_version: 0 }));
        resolved(message);
      }
      end();
    }, wait);
    this.#timers.add(timer);
  }

  clear(): void {
    for (const timer of this.#timers) {
      clearTimeout(timer);
      this.#parts.end();
    }
    this.#timers.clear();
  }
}

import type { PageMessage } from "../../simulators/page-message.ts";
import type { PageWorkspace } from "../../simulators/page-workspace.ts";

/** What a page shows in its channels. */
export interface ShownMessages {
  in(channel: string): readonly PageMessage[];
  /** A message as JSON. */
  textOf(message: PageMessage): string;
}

/** Nothing is believed for longer, milliseconds, even where a page tells of no change. */
const believedMs = 200;
const known = new WeakMap<PageWorkspace, ShownMessages>();

/**
 * Looks at a page anew when something changed there, or after a moment. Whoever waits for words asks forty times a second,
 * and writing hundreds of messages out each time is most of what such a test computes.
 */
export function shownOn(page: PageWorkspace): ShownMessages {
  const before = known.get(page);
  if (before !== undefined) return before;
  const looks = new Map<string, { readonly at: number; readonly messages: readonly PageMessage[] }>();
  const texts = new WeakMap<PageMessage, string>();
  page.onChange(() => looks.clear());
  const shown: ShownMessages = {
    in(channel) {
      const look = looks.get(channel);
      if (look !== undefined && performance.now() - look.at < believedMs) return look.messages;
      const { messages } = page.messages(channel);
      looks.set(channel, { at: performance.now(), messages });
      return messages;
    },
    textOf(message) {
      const text = texts.get(message) ?? JSON.stringify(message);
      texts.set(message, text);
      return text;
    },
  };
  known.set(page, shown);
  return shown;
}

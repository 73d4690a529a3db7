import type { TextFeed } from "./text-feed.ts";

/** The text of one turn: what the model said before, between and after its tool calls, a blank line between. */
export interface SpokenText {
  /** Shows what the running model call said so far. */
  show(partial: string): void;
  /** Ends the running model call with its whole text. */
  finish(text: string): void;
  whole(): string;
}

/**
 * Keeps what is shown exact when a model call starts over: as long as the new text is a beginning of what is shown
 * nothing changes, what goes beyond continues it, and anything else replaces it.
 * Space at the ends is never shown, so a text that grows only ever grows at its end.
 */
export function createSpokenText(feed: TextFeed): SpokenText {
  let finished = "";
  let shown = "";

  const join = (text: string) => [finished, text.trim()].filter((part) => part !== "").join("\n\n");
  function set(text: string): void {
    shown = text;
    feed.push(text);
  }

  return {
    show(partial) {
      const text = join(partial);
      if (!shown.startsWith(text)) set(text);
    },
    finish(text) {
      finished = join(text);
      if (finished !== shown) set(finished);
    },
    whole: () => finished,
  };
}

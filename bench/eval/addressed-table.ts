import { toTable } from "../support/figures.ts";
import { isForBot, playThread, threads, type LabelledThread } from "./addressed/read-threads.ts";

const names = {
  seen: "made on",
  heldOut: "held out",
  fresh: "written afterwards",
  unseen: "written last",
  later: "written later",
  lookedAt: "new, looked at",
  kept: "new, kept aside",
} as const;

/** How often the bot keeps out of what people say to each other, and answers what is meant for it. */
export function benchAddressed(): string {
  const rows = Object.entries(threads).flatMap(([name, set]) =>
    ["en", "de", "es", "fr"].map((language) => {
      const own = set.filter((thread) => thread.language === language);
      const kinds = [
        own.filter((thread) => !isForBot(thread)),
        own.filter(({ kind }) => kind === "follow-up"),
        own.filter(({ kind }) => kind === "mention"),
      ];
      return [names[name as keyof typeof names], language, ...kinds.map(toShare)];
    }),
  );
  return toTable(
    ["Threads several people read", "language", "left alone", "follow-ups answered", "mentions answered"],
    rows,
  );
}

function toShare(set: readonly LabelledThread[]): string {
  const right = set.filter((thread) => playThread(thread) === isForBot(thread));
  return `${right.length} of ${set.length}`;
}

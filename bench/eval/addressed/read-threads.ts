import { readFileSync } from "node:fs";
import { isMeantForBot, type ThreadWords } from "../../../src/core/addressed/is-meant-for-bot.ts";

/** What the last message of a labelled thread is. */
export type ThreadKind = "follow-up" | "mention" | "talk" | "thanks" | "aside";

/** A labelled thread; of its last message it is to be decided whether the bot was meant. */
export interface LabelledThread {
  readonly language: string;
  readonly kind: ThreadKind;
  readonly words: readonly ThreadWords[];
}

const halves = readThreads("halves.txt");

/** Those the deciding code was made on, those written before it, and those written when it stood. */
export const threads = {
  seen: readThreads("seen.txt"),
  heldOut: readThreads("held-out.txt"),
  fresh: readThreads("fresh.txt"),
  unseen: readThreads("unseen.txt"),
  later: readThreads("later.txt"),
  lookedAt: halves.filter((_, at) => at % 2 === 0),
  kept: halves.filter((_, at) => at % 2 === 1),
} as const;

/** The bot is to answer it. */
export function isForBot({ kind }: LabelledThread): boolean {
  return kind === "follow-up" || kind === "mention";
}

/** Plays a thread message by message, as it would come in: what the bot decides of each stands for those after it. */
export function playThread({ words }: LabelledThread): boolean {
  const before: ThreadWords[] = [];
  let isMeant = false;
  for (const said of words) {
    isMeant =
      said.by !== undefined &&
      (/@baton\b/u.test(said.text) ||
        (before.some(({ by, forBot }) => by === undefined || forBot === true) &&
          !/@(?!baton)\p{Lu}/u.test(said.text) &&
          isMeantForBot(said, before)));
    before.push(said.by === undefined ? said : { ...said, forBot: isMeant });
  }
  return isMeant;
}

function readThreads(file: string): readonly LabelledThread[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return text
    .split(/^## /mu)
    .slice(1)
    .map((block) => {
      const [head = "", ...lines] = block.trim().split("\n");
      const [language = "", kind = ""] = head.split(" ");
      return { language, kind: kind as ThreadKind, words: toWords(lines) };
    });
}

/** A line without a name goes on with the message above it. */
function toWords(lines: readonly string[]): readonly ThreadWords[] {
  const words: { by: string | undefined; name: string; text: string }[] = [];
  for (const line of lines.filter((one) => one.trim() !== "")) {
    const [, name, text = ""] = /^(\p{L}+): (.*)$/u.exec(line) ?? [];
    const last = words.at(-1);
    if (name !== undefined) words.push({ by: name === "baton" ? undefined : name, name, text });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return words;
}

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { PageWorkspace } from "../../simulators/page-workspace.ts";
import { visit } from "../../test/faults/platforms/web-visitor.ts";

/** One conversation with the bot on one platform. */
export interface DemoTalk {
  say(text: string): Promise<void>;
  /** Everything the bot said here so far, oldest first, as it stands now. */
  heard(): readonly string[];
  close(): void;
}

/** A person mentions the bot in the first channel, and goes on in the thread. */
export function openThread(page: PageWorkspace, person: number): DemoTalk {
  const { people, channels, bot } = page.describe();
  const guests = people.filter(({ isStaff }) => !isStaff);
  const user = guests[person % guests.length]?.id ?? "";
  const channel = channels[0]?.id ?? "";
  let root: string | undefined;
  return {
    async say(text) {
      const threadTs = root === undefined ? {} : { threadTs: root };
      const said = page.says({ user, channel, text: `@${bot.name} ${text}`, ...threadTs });
      root ??= said.ts;
    },
    heard: () =>
      page
        .messages(channel)
        .messages.filter((one) => one.threadTs === root && one.isBot && !one.deleted)
        .map(({ text, cards, streaming }) =>
          streaming ? "" : text === "" ? JSON.stringify(cards ?? []) : text,
        ),
    close: () => {},
  };
}

/** A visitor opens a page of the site. */
export async function openWebPage(door: string, site: string): Promise<DemoTalk> {
  const visitor = await visit([door], site);
  return {
    async say(text) {
      await visitor.says({ id: randomUUID(), text, copies: 1, again: false });
    },
    heard: () =>
      visitor
        .items()
        .filter(({ role, state }) => role === "assistant" && state === "final")
        .map(({ text }) => text),
    close: () => visitor.close(),
  };
}

/** Presses the button on the page the newest payment link leads to. Rejects when there is none. */
export async function pay(heard: readonly string[]): Promise<void> {
  const link = heard.flatMap((text) => text.match(/https?:\/\/[^\s<>|()"\]]+\/pay\/[\w/-]+/g) ?? []).at(-1);
  if (link === undefined) throw new Error("nobody gave a link to pay at");
  const paid = await fetch(`${link}/paid`, { method: "POST", redirect: "manual" });
  await paid.body?.cancel();
  if (paid.status !== 303) throw new Error(`the payment page answered ${paid.status}`);
}

/** Resolves when it is so, or false after so many milliseconds. */
export async function until(isSo: () => boolean, patienceMs: number): Promise<boolean> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await delay(50)) if (isSo()) return true;
  return isSo();
}

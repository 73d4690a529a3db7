import { LRUCache } from "lru-cache";
import { fieldsAt, textAt, textsAt, type Fields } from "../kit/fields.ts";
import { plainText } from "./markup.ts";
import type { SlackWeb } from "./web.ts";

/** What Slack says of an account. */
export interface SlackPerson {
  /** How they are called in their workspace; undefined where Slack says no name. */
  readonly name: string | undefined;
  /** A person with a whole account: no bot, no guest, and not switched off. */
  readonly isMember: boolean;
  /** The workspaces and the organization they belong to. In a shared channel these are others than the channel's. */
  readonly homes: ReadonlySet<string>;
}

/** See {@link createPeople}. What was heard longer ago than `atMostMs` is asked anew; an hour where left out. */
export type SlackPeople = (
  installation: string,
  account: string,
  options?: { readonly atMostMs?: number },
) => Promise<SlackPerson>;

/** Guests are the "restricted" ones; a guest of one channel alone is "ultra restricted". */
const notMembers = ["is_bot", "deleted", "is_restricted", "is_ultra_restricted"] as const;
const remembered = 10_000;
const knownForMs = 60 * 60_000;

/** Who is behind an account, asked for once an hour, or as often as whoever asks has to know. */
export function createPeople(
  clientFor: (installation: string) => Promise<SlackWeb>,
  now: () => number = Date.now,
): SlackPeople {
  const known = new LRUCache<string, { readonly person: SlackPerson; readonly at: number }>({
    max: remembered,
  });

  return async (installation, account, { atMostMs = knownForMs } = {}) => {
    const key = `${installation} ${account}`;
    const kept = known.get(key);
    const at = now();
    if (kept !== undefined && at - kept.at < atMostMs) return kept.person;
    const web = await clientFor(installation);
    const answer = await web.call(
      "users.info",
      { user: account },
      { doing: "look up a name", timeoutMs: 5_000 },
    );
    const user = fieldsAt(answer, "user");
    const profile = fieldsAt(user, "profile");
    const said = [textAt(profile, "display_name"), textAt(profile, "real_name"), textAt(user, "real_name")];
    const name = said.find((one) => one !== undefined && one.trim() !== "");
    const person: SlackPerson = {
      name: name === undefined ? undefined : plainText(name),
      isMember: notMembers.every((mark) => user[mark] !== true),
      homes: homesOf(user),
    };
    known.set(key, { person, at });
    return person;
  };
}

/** `is_stranger` tells nothing of whom the app meets in a shared channel. */
function homesOf(user: Fields): ReadonlySet<string> {
  const grid = fieldsAt(user, "enterprise_user");
  const named = [textAt(user, "team_id"), textAt(grid, "enterprise_id"), ...textsAt(grid, "teams")];
  return new Set(named.filter((id) => id !== undefined));
}

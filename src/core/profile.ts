import { isRecord } from "./is-record.ts";

/** What a person likes, and the last things they asked about with when that was (ISO 8601), oldest first. */
export interface Profile {
  readonly preferences: Readonly<Record<string, string>>;
  readonly history: readonly ProfileItem[];
}

/** One thing a person asked about. */
interface ProfileItem {
  readonly at: string;
  readonly text: string;
  /** The message it was asked in, so that it can be forgotten with it. */
  readonly message?: string | undefined;
}

/** The purpose under which a profile is sealed. */
export const profilePurpose = "profile.document";

/** Somebody nobody knows anything about. */
export const noProfile: Profile = { preferences: {}, history: [] };

const shownItems = 5;
const keptItems = 20;
const mostPreferences = 50;
const longestItem = 500;

/** Reads what `JSON.stringify` of a profile gave; throws on anything else. */
export function parseProfile(json: string): Profile {
  const value: unknown = JSON.parse(json);
  if (!isRecord(value) || !isRecord(value["preferences"]) || !Array.isArray(value["history"]))
    throw new TypeError("not a profile");
  const { preferences, history } = value;
  if (!Object.values(preferences).every((each) => typeof each === "string") || !history.every(isItem))
    throw new TypeError("not a profile");
  return { preferences: preferences as Profile["preferences"], history };
}

/** What is told of it: all preferences, and the newest five items. */
export function toProfileContext({ preferences, history }: Profile): Profile {
  return { preferences, history: history.slice(-shownItems).map(({ at, text }) => ({ at, text })) };
}

/** Without what was said in these words: what a talk tells anyway. */
export function withoutWords(profile: Profile, said: readonly string[]): Profile {
  const words = new Set(said.map((text) => text.slice(0, longestItem)));
  return { ...profile, history: profile.history.filter(({ text }) => !words.has(text)) };
}

/** With one more item; the newest twenty are kept. The same message again replaces its item. */
export function withItem(
  profile: Profile,
  item: { readonly at: Date; readonly text: string; readonly message?: string | undefined },
): Profile {
  const { at, text, message } = item;
  const added = {
    at: at.toISOString(),
    text: text.slice(0, longestItem),
    ...(message !== undefined && { message }),
  };
  const others = profile.history.filter((known) => message === undefined || known.message !== message);
  return { ...profile, history: [...others, added].slice(-keptItems) };
}

/** Without what was asked in a message. */
export function withoutMessage(profile: Profile, message: string): Profile {
  return { ...profile, history: profile.history.filter((item) => item.message !== message) };
}

/** With preferences added or replaced, and empty ones removed; the newest fifty are kept. */
export function withPreferences(profile: Profile, changes: Readonly<Record<string, string>>): Profile {
  const kept = Object.entries(profile.preferences).filter(([name]) => !(name in changes));
  const added = Object.entries(changes).filter(([, value]) => value.trim() !== "");
  return { ...profile, preferences: Object.fromEntries([...kept, ...added].slice(-mostPreferences)) };
}

function isItem(value: unknown): value is ProfileItem {
  if (!isRecord(value)) return false;
  const { at, text, message } = value;
  return (
    typeof at === "string" &&
    typeof text === "string" &&
    (message === undefined || typeof message === "string")
  );
}

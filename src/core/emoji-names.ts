// What people react with most, by Slack's names and by those that are Teams' alone; the others say an emoji itself. Of
// several names the first one is Slack's.
const names: readonly (readonly [name: string, emoji: string])[] = [
  ["+1", "👍"],
  ["thumbsup", "👍"],
  ["-1", "👎"],
  ["thumbsdown", "👎"],
  ["heart", "❤️"],
  ["joy", "😂"],
  ["laughing", "😆"],
  ["white_check_mark", "✅"],
  ["hourglass", "⌛"],
  ["raising_hand", "🙋"],
  ["handshake", "🤝"],
  ["speech_balloon", "💬"],
  ["lock", "🔒"],
  ["bulb", "💡"],
  ["sparkles", "✨"],
  ["raised_hands", "🙌"],
  ["grinning", "😀"],
  ["sweat_smile", "😅"],
  ["sob", "😭"],
  ["heart_eyes", "😍"],
  ["sunglasses", "😎"],
  ["confused", "😕"],
  ["disappointed", "😞"],
  ["smile", "😄"],
  ["slightly_smiling_face", "🙂"],
  ["blush", "😊"],
  ["cry", "😢"],
  ["rage", "😡"],
  ["open_mouth", "😮"],
  ["thinking_face", "🤔"],
  ["eyes", "👀"],
  ["pray", "🙏"],
  ["clap", "👏"],
  ["muscle", "💪"],
  ["ok_hand", "👌"],
  ["wave", "👋"],
  ["fire", "🔥"],
  ["rocket", "🚀"],
  ["star", "⭐"],
  ["tada", "🎉"],
  ["100", "💯"],
  ["heavy_check_mark", "✔️"],
  ["x", "❌"],
  ["question", "❓"],
  ["warning", "⚠️"],
  ["hourglass_flowing_sand", "⏳"],
  ["like", "👍"],
  ["laugh", "😆"],
  ["surprised", "😮"],
  ["sad", "😢"],
  ["angry", "😡"],
];
const byName = new Map(names);
const byEmoji = new Map(names.toReversed().map(([name, emoji]) => [withoutStyle(emoji), name]));

/** An emoji itself, from what a platform calls it; undefined for one only that platform knows. */
export function toEmoji(said: string): string | undefined {
  const plain = said.replaceAll(":", "").replace(/_?(skin-tone-\d|tone\d)$/u, "");
  // Teams names what is not among its first ones by its code point and a word.
  const [, code] = /^([0-9a-f]{4,5})_/u.exec(said) ?? [];
  if (code !== undefined) return toEmoji(String.fromCodePoint(Number.parseInt(code, 16)));
  return byName.get(plain) ?? (/\p{Extended_Pictographic}/u.test(said) ? said : undefined);
}

/** What Slack calls an emoji; undefined for one that is not among these. */
export function toEmojiName(emoji: string): string | undefined {
  return byEmoji.get(withoutStyle(emoji.replaceAll(/\p{Emoji_Modifier}/gu, "")));
}

function withoutStyle(emoji: string): string {
  return emoji.replaceAll("\uFE0F", "");
}

/** Stands, as the bot's, on a message that is being worked on. */
export const receiptEmoji = "👀";

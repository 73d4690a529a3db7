// What people react with most, by Slack's names; the others say an emoji itself.
const names: readonly (readonly [name: string, emoji: string])[] = [
  ["+1", "👍"],
  ["thumbsup", "👍"],
  ["-1", "👎"],
  ["thumbsdown", "👎"],
  ["heart", "❤️"],
  ["joy", "😂"],
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
];
const byName = new Map(names);

/** An emoji itself, from what a platform calls it; undefined for one only that platform knows. */
export function toEmoji(said: string): string | undefined {
  const plain = said.replaceAll(":", "").replace(/_?(skin-tone-\d|tone\d)$/u, "");
  return byName.get(plain) ?? (/\p{Extended_Pictographic}/u.test(said) ? said : undefined);
}

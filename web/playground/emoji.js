/** @type {Readonly<Record<string, string>>} */
const emoji = {
  eyes: "👀",
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  "+1": "👍",
  like: "👍",
  laugh: "😆",
  surprised: "😮",
  sad: "😢",
  angry: "😡",
  thumbsup: "👍",
  "-1": "👎",
  thumbsdown: "👎",
  heart: "❤️",
  tada: "🎉",
  wave: "👋",
  pray: "🙏",
  rocket: "🚀",
  warning: "⚠️",
  hourglass: "⌛",
  hourglass_flowing_sand: "⏳",
  bulb: "💡",
  ticket: "🎫",
  raised_hand: "✋",
  smile: "😄",
  slightly_smiling_face: "🙂",
  thinking_face: "🤔",
  robot_face: "🤖",
  mag: "🔍",
  link: "🔗",
  lock: "🔒",
  clock1: "🕐",
  speech_balloon: "💬",
  memo: "📝",
  outbox_tray: "📤",
  raising_hand: "🙋",
  zzz: "💤",
  triangular_flag_on_post: "🚩",
  leftwards_arrow_with_hook: "↩️",
};

/**
 * The character of an emoji's name; undefined for a name the page does not know.
 * @param {string} name
 * @returns {string | undefined}
 */
export function emojiOf(name) {
  return Object.hasOwn(emoji, name) ? emoji[name] : undefined;
}

import type { Notice } from "../core/conversation.ts";
import type { TextCommand } from "../core/text-command.ts";
import { toHumanButton, type Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";

const noticeTexts = {
  "waiting for a teammate": "handoff.waiting",
  "a teammate has joined": "handoff.joined",
  "the bot is back": "handoff.bot is back",
  resolved: "handoff.resolved",
  reopened: "handoff.reopened",
} as const satisfies Readonly<Record<Notice, string>>;

/** What people read when the baton passes. */
export function toNoticeReply(notice: Notice, language: TextLanguage): Reply {
  return { body: say(language, noticeTexts[notice]) };
}

const roomHelp = [
  "What you write here stays among colleagues.",
  "- `!r text` sends it to them; `!role text` as the team, `!anonymous text` without a name; 📤 on a message, or `!send`, sends that one; `!snippet name` sends written words",
  "- `!live` sends whatever you write from then on, `!live off` ends it; a line that begins with `//` stays here",
  "- `!undo` takes back what has not gone out; `!edit 3 text` changes #3",
  "- `!claim` 🙋, `!assign Mia`, `!transfer billing`, `!bot` 🤖, `!resolve reason` ✅, `!reopen`",
  "- `!snooze 2h`, `!snooze until Mon 9:00`, `!snooze until reply` 💤",
  "- `!fix text` puts the right answer in the place of the bot's last one, and keeps it for colleagues; `!fix public text` for everybody",
  "- `!priority high` 🚩, `!tag refund`, `!note text`, `!summary`, `!who`, `!draft` for a reply to send",
  "- `!merge 12` goes on in ticket #12; `!block` answers them no more, `!unblock` lifts it",
].join("\n");

/** The answer to `help`, and to a command that changes nothing. */
export function toHelpReply({
  language,
  isStaff,
  isRoom,
}: {
  readonly language: TextLanguage;
  readonly isStaff: boolean;
  readonly isRoom: boolean;
}): Reply {
  if (isRoom) return { body: roomHelp };
  const staff = [
    "",
    "For the team: `claim` takes this conversation over, `bot` hands it back, `resolve` closes it.",
    "Writing in the thread yourself takes it over, too. Behind a mark there is more: `!assign Mia`, `!transfer billing`, `!snooze 2h`, `!reopen`, `!priority high`, `!tag refund`, `!note text`, `!summary`, `!draft`, `!who`, `!merge 12`, `!block`.",
  ];
  const body = [say(language, "help.ask"), say(language, "help.human"), ...(isStaff ? staff : [])].join("\n");
  return { body, buttons: [toHumanButton(language)] };
}

/** Why a command was not carried out, for the colleague who typed it. */
export function toRefusalReply(command: TextCommand["name"], reason: string): Reply {
  return { body: say("en", "help.refused", { command, reason }) };
}

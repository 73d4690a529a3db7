import type { Notice } from "../core/conversation.ts";
import type { TextCommand } from "../core/text-command.ts";
import { humanButton, type Reply } from "../core/reply.ts";

const noticeTexts: Readonly<Record<Notice, string>> = {
  "waiting for a teammate": "I've asked a teammate to take over. They will answer right here.",
  "a teammate has joined": "A teammate has joined and takes it from here.",
  "the bot is back": "I'm back. Ask me anything.",
  resolved: "This conversation is resolved. Write here again if you need anything else.",
  reopened: "Welcome back, this conversation is open again.",
};

/** What people read when the baton passes, with more to it where there is more. */
export function toNoticeReply(notice: Notice, more = ""): Reply {
  return { body: `${noticeTexts[notice]} ${more}`.trim() };
}

const roomHelp = [
  "What you write here stays among colleagues.",
  "- `!r text` sends it to them; `!role text` as the team, `!anonymous text` without a name; 📤 on a message, or `!send`, sends that one; `!snippet name` sends written words",
  "- `!live` sends whatever you write from then on, `!live off` ends it; a line that begins with `//` stays here",
  "- `!undo` takes back what has not gone out; `!edit 3 text` changes #3",
  "- `!claim` 🙋, `!assign Mia`, `!transfer billing`, `!bot` 🤖, `!resolve reason` ✅, `!reopen`",
  "- `!snooze 2h`, `!snooze until Mon 9:00`, `!snooze until reply` 💤",
  "- `!fix text` puts the right answer in the place of the bot's last one, and keeps it for colleagues; `!fix public text` for everybody",
  "- `!priority high` 🚩, `!tag refund`, `!note text`, `!summary`, `!who`",
].join("\n");

/** The answer to `help`, and to a command that changes nothing. */
export function toHelpReply(isStaff: boolean, isRoom = false): Reply {
  if (isRoom) return { body: roomHelp };
  const staff = [
    "",
    "For the team: `claim` takes this conversation over, `bot` hands it back, `resolve` closes it.",
    "Writing in the thread yourself takes it over, too.",
  ];
  const body = [
    "Mention me with a question and I answer in the thread. Follow-ups need no new mention.",
    "Say `human`, or press the button, to reach a person.",
    ...(isStaff ? staff : []),
  ].join("\n");
  return { body, buttons: [humanButton] };
}

/** Why a command was not carried out, for the person who typed it. */
export function toRefusalReply(command: TextCommand["name"], reason: string): Reply {
  return { body: `I could not carry out \`${command}\`: ${reason}.` };
}

import { setTimeout as sleep } from "node:timers/promises";
import type { BotScript } from "./playground-stage.ts";

/** An answer with all that markdown has, and some that must stay words. */
export const richAnswer = `You can reset your VPN in **three steps**:

1. Open the *Acme Connect* app
2. Choose \`Settings → Reset\`
   - on Windows it is under ~~Tools~~ **Help**
3. Sign in again

> It takes about a minute, and your open files stay open.

| System | Where | Needs a restart |
| --- | --- | --- |
| macOS | Menu bar | no |
| Windows | Tray | yes |

\`\`\`sh
acme-vpn reset --now
\`\`\`

More in [the VPN guide](https://example.com/vpn) — never [click this](javascript:alert(1)) or <img src=x onerror=alert(2)>.`;

/** Reads with a 👀, thinks, streams the answer in, ends with buttons and thumbs, and takes the 👀 back. */
export const answering: Required<Pick<BotScript, "mentioned" | "pressed">> = {
  async mentioned(bot, { channel, ts, thread_ts: threadTs = ts, user }) {
    await bot("reactions.add", { channel, timestamp: ts, name: "eyes" });
    await bot("assistant.threads.setStatus", {
      channel_id: channel,
      thread_ts: threadTs,
      status: "is thinking...",
    });
    await sleep(500);
    const stream = await bot("chat.startStream", {
      channel,
      thread_ts: threadTs,
      recipient_user_id: user,
      recipient_team_id: "T0BATON0001",
    });
    const place = { channel, ts: stream["ts"] };
    for (const piece of richAnswer.match(/[^]{1,40}/g) ?? []) {
      await bot("chat.appendStream", { ...place, markdown_text: piece });
      await sleep(60);
    }
    const button = (text: string, id: string, more: object = {}) => ({
      type: "button",
      action_id: id,
      value: id,
      text: { type: "plain_text", text },
      ...more,
    });
    const thumb = (text: string, label: string, value: string) => ({
      text: { type: "plain_text", text },
      accessibility_label: label,
      value,
    });
    await bot("chat.stopStream", {
      ...place,
      blocks: [
        {
          type: "context",
          elements: [{ type: "mrkdwn", text: "[1] <https://example.com/vpn|VPN guide> · page 3" }],
        },
        {
          type: "actions",
          elements: [
            button("That helped", "helped", { style: "primary" }),
            button("Talk to a person", "human"),
          ],
        },
        {
          type: "context_actions",
          elements: [
            {
              type: "feedback_buttons",
              action_id: "baton.feedback",
              positive_button: thumb("👍", "Good answer", "up:1"),
              negative_button: thumb("👎", "Bad answer", "down:1"),
            },
          ],
        },
      ],
    });
    await bot("reactions.remove", { channel, timestamp: ts, name: "eyes" });
  },
  async pressed(bot, { user, channel, threadTs, actionId, value }) {
    await bot("chat.postEphemeral", {
      channel,
      user,
      thread_ts: threadTs,
      text: `You pressed *${actionId}* (${value})`,
    });
  },
};

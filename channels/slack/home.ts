/**
 * The App Home a person sees: what Baton can do, how to ask, how to reach a human. Block Kit for `views.publish`.
 */
export function renderHome(botUserId: string): object {
  return {
    type: "home",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Hello, I am Baton" } },
      section(
        "I answer questions from your company's own knowledge, with sources, and I can act for you: look things up, book, open tickets.",
      ),
      { type: "divider" },
      section(
        [
          "*How to ask*",
          `• Mention <@${botUserId}> in a channel: I answer in the thread.`,
          "• Write to me in the *Messages* tab: only you can read it.",
          "• Type `/baton` and your question anywhere.",
        ].join("\n"),
      ),
      section(
        "*How to reach a human*\nSay so in your own words (“I want to talk to a person”), or press the button under an answer. While a person has the conversation I stay silent.",
      ),
    ],
  };
}

function section(text: string): object {
  return { type: "section", text: { type: "mrkdwn", text } };
}

/**
 * Who has the conversation, in words.
 * @param {import("./client.js").Status} status
 */
export function toStatusText({ status, owner, assignee }) {
  const texts = {
    bot: status === "closed" ? "This conversation is resolved" : "The assistant answers",
    queue: "Waiting for a person",
    human: `${assignee ?? "A person"} is with you`,
    off: "A person will answer",
  };
  return texts[owner];
}

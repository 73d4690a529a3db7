/** What Baton's own code says to people. `{name}` stands for a value; the names are the same in every language. */
export const english = {
  // Buttons
  "button.human": "Talk to a human",
  "button.good": "👍 Good",
  "button.not good": "👎 Not good",

  // The baton passes
  "handoff.waiting": "I've asked a teammate to take over. They will answer right here.",
  "handoff.waiting since":
    "I've asked a teammate to take over (waiting since {time}). They will answer right here.",
  "handoff.joined": "A teammate has joined and takes it from here.",
  "handoff.has taken over": "🙋 {name} has taken over.",
  "handoff.somebody has taken over": "🙋 A teammate has taken over.",
  "handoff.cut": "_A teammate has taken over._",
  "handoff.stopped": "_I stop here: a person has to look at this first._",
  "handoff.bot is back": "I'm back. Ask me anything.",
  "handoff.card is back": "A teammate was asked here; the conversation is back with me.",
  "handoff.resolved": "This conversation is resolved. Write here again if you need anything else.",
  "handoff.card resolved": "✅ This conversation is resolved.",
  "handoff.reopened": "Welcome back, this conversation is open again.",
  "handoff.merged": "A teammate goes on with this in your other conversation with us.",
  "handoff.offer":
    "We have been at this for a while. If you would rather talk to a person, use the button below.",
  "handoff.withdrawn": "_This message was taken back._",
  "handoff.team": "Support team",
  "handoff.corrected by": "_✏️ Corrected by {name}._",
  "handoff.corrected by somebody": "_✏️ Corrected by a colleague._",
  "handoff.corrected": "What you were told about “{question}” was not right. A colleague corrected it:",

  // Waiting
  "wait.one before": "1 person is before you.",
  "wait.some before": "{count} people are before you.",
  "wait.soon": "It usually takes less than a minute.",
  "wait.about": "It usually takes about {span}.",
  "wait.range": "It usually takes {from} to {to}.",
  "wait.one minute": "1 minute",
  "wait.minutes": "{count} minutes",
  "wait.hours": "{count} hours",
  "wait.meanwhile":
    "You can go on writing here, they read all of it. If you cannot stay, leave your email address or phone number.",
  "wait.cancel": "Don't wait",
  "wait.ask": "Ask the bot meanwhile",
  "wait.asking": "Ask away: I answer what you write here until a teammate takes over. You keep your place.",
  "wait.over": "You are not waiting any more.",
  "wait.contact noted":
    "Thank you, noted: {contact}. A colleague can reach you there, and your place is kept.",
  "wait.closed": "Nobody of the team is there right now: they are from {moment}.",
  "wait.place kept":
    "Your place is kept. If we should answer elsewhere, write your email address or phone number here.",

  // How it was
  "rating.question": "How was the help you got here?",
  "rating.thanks": "Thank you. If you like, give it points, too: 1 is worst and 5 is best.",
  "rating.noted": "Thank you, noted.",

  // A colleague looks at it first
  "draft.note": "I've written an answer. A colleague looks at it before I send it; it will be right here.",
  "approval.asked":
    "I've asked a colleague to approve this (`{tool}`). Nothing has been done yet; I'll be back here when they have decided.",
  "approval.approved": "A colleague approved `{tool}`. I'm on it.",
  "approval.refused": "A colleague refused `{tool}`. Nothing was done.",
  "approval.expired": "Nobody approved `{tool}` in time. Nothing was done.",
  "approval.stood down": "`{tool}` was not approved before a teammate took over. Nothing was done.",
  "approval.only staff": "Only staff can decide that.",
  "done.approved": "`{tool}` was approved and is done:",
  "done.approved failed": "`{tool}` was approved, but failed.",
  "done.later": "`{tool}` is done:",
  "done.later failed": "`{tool}` did not work out. You can try again, or talk to a person.",

  // It takes long, or does not work
  "trouble.late":
    "Sorry, this is taking longer than it should. I'm still on it, and you can talk to a person at any time.",
  "trouble.given up":
    "Something went wrong on my side and I could not deal with your message. The team has been told.",
  "trouble.no model":
    "I can't answer questions yet: no language model is set up here. A person can help you.",
  "trouble.unavailable": "I'm having trouble right now. Please try again later, or talk to a person.",
  "trouble.empty": "I couldn't find an answer to that. Could you rephrase it, or shall a person help you?",
  "trouble.budget": "I can't answer any more questions for now. A person can help you.",
  "trouble.steps":
    "That took more steps than I can do at once. Could you ask for a smaller part, or talk to a person?",
  "trouble.time": "That took me too long. Please try again, or talk to a person.",
  "trouble.unsure":
    "I can't tell whether my last step went through, so I won't repeat it. A person should look at this.",
  "trouble.long talk":
    "This conversation has become long, so I start afresh here: from now on I don't look back on what was said before. " +
    "If something of it matters, please tell me again, or talk to a person.",

  // Limits
  "limit.user minute one": "That was a little fast for me: I can take 1 message a minute.",
  "limit.user minute": "That was a little fast for me: I can take {count} messages a minute.",
  "limit.endpoint minute one": "That was a little fast for me: this takes 1 request a minute.",
  "limit.endpoint minute": "That was a little fast for me: this takes {count} requests a minute.",
  "limit.company minute": "Many people are writing to us right now, more than I can answer at once.",
  "limit.address minute": "Many messages are coming from your network right now.",
  "limit.user hour one": "You have used up this hour's 1 message.",
  "limit.user hour": "You have used up this hour's {count} messages.",
  "limit.user day one": "You have used up today's 1 message.",
  "limit.user day": "You have used up today's {count} messages.",
  "limit.again in a second": "Please write again in 1 second, or talk to a person.",
  "limit.again in seconds": "Please write again in {count} seconds, or talk to a person.",
  "limit.again in minutes": "Please write again in {count} minutes, or talk to a person.",
  "limit.again today": "Please write again at {time} ({zone}), or talk to a person.",
  "limit.again tomorrow": "Please write again tomorrow at {time} ({zone}), or talk to a person.",

  // Somebody is in need
  "safety.self-harm":
    "I'm sorry you are going through this. You are not alone, and there are people who can help right now.",
  "safety.violence": "I'm sorry, and I take this seriously. There are people who can help right now.",
  "safety.personal data": "I can't share anything about other people.",
  "safety.call": "You can call: **{number}**.",
  "safety.find": "You can find a helpline where you are at findahelpline.com.",
  "safety.emergency": "If anybody is in danger, please call the emergency services.",

  // Help
  "help.ask": "Mention me with a question and I answer in the thread. Follow-ups need no new mention.",
  "help.human": "Say `human`, or press the button, to reach a person.",
  "help.refused": "I could not carry out `{command}`: {reason}.",
} as const;

/** What can be said. */
export type TextKey = keyof typeof english;

/** All texts in one language. */
export type Translation = Readonly<Record<TextKey, string>>;

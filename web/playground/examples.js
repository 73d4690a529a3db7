/** Questions to begin with, which the model's stand-in answers as well. */
export const examples = [
  "what time is it in Tokyo?",
  "open a ticket: my badge does not work",
  "how do I reset my VPN?",
];

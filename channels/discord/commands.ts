import { fixMenu } from "../../src/core/deck.ts";
import type { Log } from "../../src/core/log.ts";
import { isFields, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import type { DiscordWeb } from "./web.ts";

/** What people call the bot's commands by. */
export const commandNames = {
  ask: "ask",
  askAbout: "Ask Baton about this",
  fix: fixMenu.name,
  human: "human",
  privacy: "privacy",
} as const;

const types = { slash: 1, message: 3 } as const;
const text = 3;
const longestQuestion = 2_000;

const commands: readonly Fields[] = [
  {
    name: commandNames.ask,
    type: types.slash,
    description: "Ask a question",
    options: [
      {
        name: "question",
        type: text,
        description: "What do you want to know?",
        required: true,
        max_length: longestQuestion,
      },
    ],
  },
  { name: commandNames.human, type: types.slash, description: "Talk to a human" },
  {
    name: commandNames.privacy,
    type: types.slash,
    description: "What is kept about you, and how to have it deleted",
  },
  { name: commandNames.askAbout, type: types.message },
  { name: commandNames.fix, type: types.message },
];

/**
 * Registers the commands for the application, when they differ from what is registered. A failure is a warning: the
 * bot is spoken to by mention as well.
 */
export async function registerCommands(web: DiscordWeb, applicationId: string, log: Log): Promise<void> {
  const route = `/applications/${applicationId}/commands`;
  try {
    const known = await web.call("GET", route, { doing: "read the commands" });
    if (isSame(Array.isArray(known) ? known.filter(isFields) : [])) return;
    await web.call("PUT", route, { doing: "register the commands", body: commands });
    log.info({ commands: commands.length }, "discord commands registered");
  } catch (cause) {
    log.warn({ err: cause }, "discord commands could not be registered; mentions work without them");
  }
}

function isSame(known: readonly Fields[]): boolean {
  const describe = (command: Fields): string =>
    JSON.stringify([
      numberAt(command, "type") ?? types.slash,
      textAt(command, "name"),
      textAt(command, "description") ?? "",
      listAt(command, "options").map((option) => [
        textAt(option, "name"),
        numberAt(option, "type"),
        textAt(option, "description"),
        option["required"] === true,
        numberAt(option, "max_length"),
      ]),
    ]);
  const names = (all: readonly Fields[]): string => all.map(describe).toSorted().join("\n");
  return names(known) === names(commands);
}

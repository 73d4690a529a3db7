import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStaffCommand, parseTextCommand, textCommands } from "../../src/core/text-command.ts";

const helping = { anyWords: false };

describe("a colleague who mentions the bot in somebody's thread", () => {
  it.each([
    ["claim", { name: "claim" }],
    ["Return", { name: "bot" }],
    ["assign Mia", { name: "assign", argument: "Mia" }],
    ["assign @Mia Weber", { name: "assign", argument: "@Mia Weber" }],
    ["transfer billing", { name: "transfer", argument: "billing" }],
    ["snooze 2h", { name: "snooze", argument: "2h" }],
    ["snooze until Mon 9:00", { name: "snooze", argument: "until Mon 9:00" }],
    ["priority HIGH", { name: "priority", argument: "HIGH" }],
    ["merge #12 same", { name: "merge", argument: "#12 same" }],
    ["resolve: paid back", { name: "resolve", argument: "paid back" }],
    ["note: she called\ntwice", { name: "note", argument: "she called\ntwice" }],
  ])("commands %j", (text, command) => {
    expect(parseStaffCommand(text, helping)).toEqual(command);
  });

  it.each([
    "who is on call today?",
    "summary of the refund policy please",
    "draft an e-mail to the carrier",
    "assign tasks to me and to Ben",
    "note that he is angry, what do I say?",
    "resolve the host name for me",
    "priority of this kind of request?",
    "snooze reminders, how?",
    "block chain support?",
    "12",
    "",
  ])("asks %j", (text) => {
    expect(parseStaffCommand(text, helping)).toBeUndefined();
  });

  it("may write anything behind a command where the bot answers nobody", () => {
    expect(parseStaffCommand("note she called", { anyWords: true })).toEqual({
      name: "note",
      argument: "she called",
    });
  });
});

it("a mark makes a command of every name, with whatever stands behind it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...textCommands), fc.string({ minLength: 1 }), (name, words) => {
      const argument = words.trim();
      fc.pre(argument !== "");
      expect(parseTextCommand(`!${name} ${argument}`)).toEqual({ name, argument });
    }),
    { seed: 4711 },
  );
});

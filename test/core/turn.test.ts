import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTextCommand } from "../../src/core/text-command.ts";
import { decideRole, decideTurn, isSubstantive, type OpenItem, type TurnView } from "../../src/core/turn.ts";
import type { StaffId } from "../../src/core/ids.ts";

const view: TurnView = { owner: { kind: "bot" }, requesterId: "U1", audience: "public" };
const human: TurnView = {
  ...view,
  owner: { kind: "human", staff: "00000000-0000-4000-8000-00000000000a" as StaffId },
};

function anItem(overrides: Partial<OpenItem> = {}): OpenItem {
  return {
    seq: 1,
    kind: "message",
    role: "user",
    senderId: "U1",
    text: "how do I reset my VPN?",
    addressed: "mention",
    mentionsOthers: false,
    ...overrides,
  };
}

describe("a turn", () => {
  it("answers a mention, a direct message and a follow-up without a new mention", () => {
    for (const addressed of ["mention", "direct", "reply", "none"] as const)
      expect(decideTurn(anItem({ addressed }), view)).toEqual({ kind: "answer" });
  });

  it("leaves a follow-up that names somebody else to them", () => {
    expect(decideTurn(anItem({ addressed: "none", mentionsOthers: true }), view).kind).toBe("silent");
    expect(decideTurn(anItem({ addressed: "mention", mentionsOthers: true }), view).kind).toBe("answer");
  });

  it("is silent for everyone else than the bot, and says why", () => {
    expect(decideTurn(anItem(), human)).toEqual({ kind: "silent", reason: "a person has it" });
    expect(decideTurn(anItem(), { ...view, owner: { kind: "off" } }).kind).toBe("silent");
    const queue = { ...view, owner: { kind: "queue", queue: "q" } } as const;
    expect(decideTurn(anItem({ addressed: "none" }), queue).kind).toBe("silent");
  });

  it("answers who waits for a person only what they ask of it by name, and nobody else", () => {
    const queue = { ...view, owner: { kind: "queue", queue: "q" } } as const;
    const alone = { ...queue, audience: "direct" } as const;
    const kindOf = (item: Partial<OpenItem>, where: TurnView = queue) => decideTurn(anItem(item), where).kind;
    expect(kindOf({ addressed: "mention" })).toBe("answer");
    expect(kindOf({ addressed: "direct" }, alone)).toBe("silent");
    expect(kindOf({ addressed: "direct", text: "!ask where is it?" }, alone)).toBe("answer");
    expect(kindOf({ addressed: "direct" }, { ...alone, asksMeanwhile: true })).toBe("answer");
    expect(kindOf({ addressed: "mention", senderId: "U2" })).toBe("silent");
    expect(kindOf({ addressed: "none", text: "!ask me", senderId: "U2" })).toBe("silent");
    for (const text of ["!ask where is it?", "where is it?"])
      expect(kindOf({ addressed: "direct", text }, { ...human, asksMeanwhile: true })).toBe("silent");
    expect(kindOf({ role: "system", kind: "action", action: { name: "x", value: "" } })).toBe("silent");
  });

  it("hears a colleague who speaks in somebody else's thread, but not in their own", () => {
    const spoken = anItem({ role: "staff", senderId: "U2", addressed: "none" });
    expect(decideTurn(spoken, view)).toEqual({ kind: "staff speaks" });
    expect(decideTurn({ ...spoken, senderId: "U1" }, view)).toEqual({ kind: "answer" });
  });

  it("never takes a role from what is said", () => {
    fc.assert(
      fc.property(fc.string(), (said) => {
        const decision = decideTurn(
          anItem({ text: `I am staff and the admin. ${said}`, addressed: "none", senderId: "U9" }),
          view,
        );
        expect(decision.kind).not.toBe("staff speaks");
      }),
    );
  });

  it("carries out commands whoever has the conversation", () => {
    expect(decideTurn(anItem({ text: "bot" }), human)).toMatchObject({
      kind: "command",
      command: { name: "bot" },
    });
    expect(decideTurn(anItem({ kind: "command", text: "" }), view)).toMatchObject({
      kind: "command",
      command: { name: "help" },
    });
    expect(decideTurn(anItem({ kind: "command", text: "how do I get a badge" }), view)).toEqual({
      kind: "answer",
    });
  });
});

describe("a command", () => {
  it.each(["claim", "Claim", "!claim", "bot", "resolve", "human", "help", "!resolve paid back"])(
    "is %j",
    (text) => {
      expect(parseTextCommand(text)).toBeDefined();
    },
  );

  it.each([
    "claim my refund",
    "human resources phone number",
    "bot not answering",
    "help me with my VPN",
    "resolve this",
    "",
  ])("is not %j", (text) => {
    expect(parseTextCommand(text)).toBeUndefined();
  });
});

describe("a message worth an answer", () => {
  it.each([
    "where is my order?",
    "สวัสดี ต้องการความช่วยเหลือ",
    "私の注文",
    "thanks, but it still fails",
    `${"ขอบคุณ!".repeat(5_000)}x`,
    "12345",
  ])("is %j", (text) => {
    expect(isSubstantive(text)).toBe(true);
  });

  it.each([
    "thanks!",
    "Thank you so much 🙏",
    "ok great, thanks",
    "vielen Dank!",
    "ok",
    "👍",
    "danke",
    "merci",
    "gracias",
    "ขอบคุณค่ะ",
    "ขอบคุณ!".repeat(5_000),
    "  ",
  ])("is not %j", (text) => {
    expect(isSubstantive(text)).toBe(false);
  });
});

describe("the agent that answers (R144)", () => {
  it.each([
    [[], "customer"],
    [["staff"], "staff"],
    [["staff", "admin"], "admin"],
    [["analytics"], "analytics"],
    [["analytics", "staff"], "staff"],
  ] as const)("for somebody verified as %j is the one for %s", (verified, role) => {
    expect(decideRole(verified, true)).toBe(role);
  });

  it("is the customers' in a conversation that somebody else reads", () => {
    expect(decideRole(["staff", "admin"], false)).toBe("customer");
  });
});

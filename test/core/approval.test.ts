import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideApproval, parseApprovalValue, toApprovalValue } from "../../src/core/approval.ts";

const at = new Date("2026-03-01T12:00:00Z");
const facts = { state: "pending", epoch: 3, expiresAt: new Date(at.getTime() + 1) } as const;
const press = {
  verdict: "approved",
  mayDecide: true,
  isGenuine: true,
  epoch: 3,
  botHasIt: true,
  at,
} as const;

describe("a press on an approval", () => {
  test("decides where everything fits", () => {
    expect(decideApproval(facts, press)).toEqual({ kind: "decided", state: "approved" });
    expect(decideApproval(facts, { ...press, verdict: "refused" })).toEqual({
      kind: "decided",
      state: "refused",
    });
  });

  test.each([
    ["forged", facts, { ...press, isGenuine: false }, { kind: "denied", reason: "not genuine" }],
    ["by somebody else", facts, { ...press, mayDecide: false }, { kind: "denied", reason: "not authorized" }],
    [
      "by the colleague who asked for it",
      facts,
      { ...press, isOwnRequest: true },
      { kind: "denied", reason: "own request" },
    ],
    ["a second time", { ...facts, state: "refused" }, press, { kind: "denied", reason: "already decided" }],
    ["at the last moment and later", { ...facts, expiresAt: at }, press, { kind: "ended", state: "expired" }],
    ["in a new epoch", facts, { ...press, epoch: 5 }, { kind: "ended", state: "stood down" }],
    ["while a person has it", facts, { ...press, botHasIt: false }, { kind: "ended", state: "stood down" }],
  ] as const)("does not when it comes %s", (_, approval, pressed, ruling) => {
    expect(decideApproval(approval, pressed)).toEqual(ruling);
  });

  test("withdraws a request when the colleague who asked for it refuses it", () => {
    const ruling = decideApproval(facts, { ...press, verdict: "refused", isOwnRequest: true });
    expect(ruling).toEqual({ kind: "decided", state: "refused" });
  });

  test("approves only what is pending, genuine, in time, in its epoch and by someone who may", () => {
    const states = fc.constantFrom("pending", "approved", "refused", "expired", "stood down" as const);
    fc.assert(
      fc.property(
        states,
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: -2, max: 2 }),
        (state, mayDecide, isGenuine, botHasIt, epoch, late) => {
          const when = new Date(facts.expiresAt.getTime() + late);
          const pressed = { ...press, mayDecide, isGenuine, botHasIt, epoch, at: when };
          const isRight =
            state === "pending" && mayDecide && isGenuine && botHasIt && epoch === facts.epoch && late < 0;
          expect(decideApproval({ ...facts, state }, pressed).kind === "decided").toBe(isRight);
        },
      ),
    );
  });
});

describe("a button's value", () => {
  test("round-trips, and nothing else is read", () => {
    const nonce = fc.stringMatching(/^[\w-]{22}$/);
    fc.assert(
      fc.property(fc.uuid(), nonce, (id, secret) => {
        expect(parseApprovalValue(toApprovalValue(id, secret))).toEqual({ id, nonce: secret });
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseApprovalValue(text)).toBeUndefined();
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import type { Brief } from "../../../src/handoff/rooms/brief.ts";
import type { Standing } from "../../../src/handoff/rooms/room-store.ts";
import { toBriefLines, toStandingLine } from "../../../src/handoff/rooms/room-words.ts";

const brief: Brief = {
  name: "Ana",
  channel: "discord",
  language: "de",
  reason: "",
  ask: "where is it?",
  facts: [],
  tried: [],
  history: [],
};
const standing: Standing = {
  owner_kind: "queue",
  status: "escalated",
  owner_queue: "general_support",
  holder: null,
  since: null,
  waiting_since: new Date("2026-01-05T08:02:00Z"),
  snoozed_until: null,
  language: null,
  is_answered: true,
};

describe("a room's card", () => {
  it.each([
    ["discord", "de", "**Ana** (Discord, speaks German)"],
    ["web", undefined, "**Ana** (web site)"],
    ["slack", "xx-nonsense-xx", "**Ana** (Slack, speaks xx-nonsense-xx)"],
  ])("names the place and the language in words: %s, %s", (channel, language, words) => {
    expect(toBriefLines({ ...brief, channel, language })).toContain(words);
  });

  it("names the queue in words, and times with their zone", () => {
    expect(toStandingLine(standing, "Europe/Berlin")).toBe(
      "🔔 **Waiting** in general support. They have waited since 09:02 CET. Next: somebody claims it.",
    );
  });
});

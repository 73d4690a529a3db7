import { describe, expect, it } from "vitest";
import type { ConversationId, TenantId } from "../../../src/core/ids.ts";
import { usualTriggers } from "../../../src/handoff/triggers/trigger.ts";
import { createTriggers } from "../../../src/handoff/triggers/triggers.ts";
import { silentLog } from "../../../src/core/log.ts";

const triggers = createTriggers({
  companies: new Map(),
  usual: usualTriggers,
  hotlines: { MX: { selfHarm: "Línea de la Vida: 800 911 2000" }, US: { selfHarm: "988", violence: "799" } },
  mood: () => Promise.resolve(() => 0.5),
  guesser: () => Promise.resolve({ measure: () => [] }),
  log: silentLog,
});

const told = async (text: string, locale: string | undefined) => {
  const said = { tenantId: "t" as TenantId, conversationId: "c" as ConversationId, texts: [text], locale };
  return (await triggers.before(said))?.first ?? "";
};

describe("whom people in need are told to call, where the company names no country (R162)", () => {
  it("is of the country that their locale names", async () => {
    expect(await told("quiero matarme", "es-MX")).toContain("Línea de la Vida: 800 911 2000");
    expect(await told("I want to kill myself", "en_US")).toContain("988");
  });

  it.each(["es-AR", "es", undefined])("is a place to look for one with the locale %s", async (locale) => {
    const words = await told("quiero matarme", locale);
    expect(words).toContain("findahelpline.com");
    expect(words).not.toContain("Línea de la Vida");
  });
});

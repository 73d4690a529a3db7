import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, type Talk } from "../support/talk.ts";

const config = new URL("../../config/", import.meta.url);
const kinds = ["intents", "flows", "faq", "templates"] as const;

/** The folder of an operator whose only company is the demo cinema. */
function cinemaFiles(): Record<string, string> {
  const files = kinds.map((kind) => `config/${kind}/cinema.yaml`);
  const own = Object.fromEntries(
    [...files, "config/prompts/cinema.md"].map((name) => [
      name,
      readFileSync(new URL(name.replace("config/", ""), config), "utf8"),
    ]),
  );
  const tenant =
    "name: City Cinemas\npersona: cinema.md\ntimeZone: America/Chicago\ndemo: cinema\ndefault: true\n";
  return { ...own, "config/tenants/cinema.yaml": tenant };
}

/** Loading what understands messages takes a while on a busy machine, milliseconds. */
const slowlyMs = 90_000;

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ model: "none", files: cinemaFiles() });
}, 120_000);
afterAll(() => talk?.stop());

/** Says one thing after the other in a thread and gives the bot's newest words after each. */
async function converse(texts: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  let root: { ts: string; channel: string } | undefined;
  for (const text of texts) {
    const said = await talk.say(`@baton ${text}`, root && { thread: root.ts });
    root ??= said;
    const words = await talk.answers(root, heard.length + 1, slowlyMs);
    heard.push(words.at(-1) ?? "");
  }
  return heard;
}

describe("a company without a model, in a thread", () => {
  it("tells a booking and cancels it, with a restart in the middle (R134)", async () => {
    const tomorrow = "What's the status of my booking?";
    const first = await talk.say(`@baton ${tomorrow}`);
    const [status] = await talk.answers(first, 1, slowlyMs);
    expect(status).toContain("XYZ789");
    await talk.settled();
    await talk.house.restart();
    await talk.say("@baton Can I cancel that?", { thread: first.ts });
    const asked = await talk.answers(first, 2, slowlyMs);
    expect(asked[1]).toContain("full refund of $36");
    await talk.say("@baton Yes cancel it", { thread: first.ts });
    const done = await talk.answers(first, 3, slowlyMs);
    expect(done[2]).toContain("You get $36 back");
  }, 240_000);

  it("hands over with its own words when it is asked to, once", async () => {
    const [words] = await converse(["I want to talk to a human"]);
    expect(words).toContain("connect you with a human agent");
    await talk.settled();
    const rows = await talk.rows<{ owner_kind: string }>(
      "SELECT owner_kind FROM conversations ORDER BY created_at DESC LIMIT 1",
    );
    expect(rows).toEqual([{ owner_kind: "queue" }]);
  }, 240_000);
});

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

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

/** Where the conversation's dialogue is, as an operator sees it (R34). */
async function phaseOf({ ts }: { readonly ts: string }): Promise<string | undefined> {
  await talk.settled();
  const [row] = await talk.rows<{ dialogue_state: string }>(
    "SELECT dialogue_state FROM conversations WHERE thread = $1",
    [ts],
  );
  return row?.dialogue_state;
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
    expect(await phaseOf(first)).toBe("COLLECTING_INFO");
    await talk.say("@baton Yes cancel it", { thread: first.ts });
    const done = await talk.answers(first, 3, slowlyMs);
    expect(done[2]).toContain("You get $36 back");
    expect(await phaseOf(first)).toBe("COMPLETE");
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

  it("takes a payment outside of the conversation and confirms the booking in it (R133, R135, R136)", async () => {
    const root = await book();
    const link = await paymentLink(root);
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toMatch(/\$\d+\.\d\d/);
    const paid = await fetch(`${link}/paid`, { method: "POST", redirect: "manual" });
    expect(paid.status).toBe(303);
    expect(await (await fetch(link)).text()).toContain("Paid.");
    const heard = () => talk.heard(root).map(wordsOf);
    await until(async () => heard().some((words) => words.includes("Booking confirmed")));
    await fetch(`${link}/paid`, { method: "POST", redirect: "manual" });
    await talk.settled();
    expect(heard().filter((words) => words.includes("Booking confirmed"))).toHaveLength(1);
  }, 240_000);

  it("brings a person when a payment fails (R135), and shows nothing under a made-up link", async () => {
    const root = await book();
    const link = await paymentLink(root);
    await fetch(`${link}/failed`, { method: "POST", redirect: "manual" });
    await until(async () => (await ownerOf(root)) === "queue");
    expect((await fetch(`${link.slice(0, -4)}0000`)).status).toBe(404);
    expect((await fetch(`${new URL(link).origin}/pay/x/%2e%2e`)).status).toBe(404);
  }, 240_000);
});

type Root = { ts: string; channel: string };

/** Books two seats for tomorrow's first show, up to the payment. */
async function book(): Promise<Root> {
  const root = await talk.say("@baton book tickets for Barbie tomorrow");
  await talk.answers(root, 1, slowlyMs);
  for (const [index, text] of ["1", "2 tickets", "any two seats", "yes"].entries()) {
    await talk.say(`@baton ${text}`, { thread: root.ts });
    await talk.answers(root, index + 2, slowlyMs);
  }
  return root;
}

async function paymentLink(root: Root): Promise<string> {
  await until(async () => linkIn(root) !== undefined);
  return linkIn(root) ?? "";
}

function linkIn(root: Root): string | undefined {
  return /http:\/\/127\.0\.0\.1:\d+\/pay\/[0-9a-f-]+\/[0-9a-f-]+/.exec(
    talk.heard(root).map(wordsOf).join("\n"),
  )?.[0];
}

async function ownerOf(root: Root): Promise<string | undefined> {
  const [row] = await talk.rows<{ owner_kind: string }>(
    "SELECT owner_kind FROM conversations WHERE thread = $1",
    [root.ts],
  );
  return row?.owner_kind;
}

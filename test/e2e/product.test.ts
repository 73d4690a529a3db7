import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBaton, type StartedBaton } from "../../bench/walk/start-baton.ts";
import { walkHandoff } from "../../bench/walk/walk.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
// With BATON_SHOTS=folder the pages are kept as pictures, for a person to look at.
const shots = process.env["BATON_SHOTS"];

let browser: Browser;
let dataDir: string;
let baton: StartedBaton;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "baton-e2e-"));
  if (shots !== undefined) await mkdir(shots, { recursive: true });
  baton = await startBaton(dataDir);
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: flags,
  });
}, 120_000);

afterAll(async () => {
  await browser.close();
  await baton.stop();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

async function visit(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${baton.url}/playground/slack`);
  await page.getByRole("heading", { name: "Welcome to #support" }).waitFor();
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: path.join(shots, `${name}.png`) });
}

const inThread = (page: Page, text: string | RegExp) =>
  page.locator("#thread .message").filter({ hasText: text });

async function say(page: Page, place: "Message #support" | "Reply…", text: string): Promise<void> {
  const box = page.getByPlaceholder(place);
  await box.click();
  await box.pressSequentially(text);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
}

const panes = ["slack", "discord", "teams", "web"] as const;
type PaneName = (typeof panes)[number];

const inPane = (page: Page, name: PaneName) => page.frameLocator(`#pane-${name} iframe`);

/** Where one goes on with what was asked: in its thread, where the pane has threads. */
const threadBox = (page: Page, name: PaneName) =>
  inPane(page, name).locator(name === "web" ? "textarea:visible" : '#composer-channel[placeholder="Reply…"]');

interface Watched {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** An empty page, and what the browser complains about. */
async function watch(options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, complaints };
}

/** The page with all platforms, when every pane is ready. */
async function overlook(options: BrowserContextOptions = {}): Promise<Watched> {
  const { page, complaints } = await watch(options);
  await page.goto(`${baton.url}/playground`);
  await Promise.all(
    panes.map((name) =>
      inPane(page, name)
        .locator(name === "web" ? "textarea" : "#channel-intro h2")
        .waitFor({ state: "attached" }),
    ),
  );
  return { page, complaints };
}

async function askEverywhere(page: Page, question: string): Promise<void> {
  await page.getByLabel("A question for all four").fill(question);
  await page.getByRole("button", { name: "Ask everywhere" }).click();
}

async function write(page: Page, name: PaneName, text: string): Promise<void> {
  await threadBox(page, name).fill(text);
  await threadBox(page, name).press("Enter");
}

async function become(page: Page, pane: PaneName, name: RegExp): Promise<void> {
  await inPane(page, pane).getByRole("radio", { name }).check({ force: true });
}

describe("Baton with nothing set", { timeout: 120_000 }, () => {
  test("answers a mention in the playground's thread, by a tool, and shows a way to a person", async () => {
    const page = await visit();
    await page.getByRole("button", { name: /what time is it in Tokyo/ }).click();
    await inThread(page, /It is now .*Asia\/Tokyo/).waitFor();
    await page.getByRole("button", { name: "Talk to a human" }).first().waitFor();
    await shoot(page, "answered");
    await page.context().close();
  });

  test("passes the baton to a colleague who writes in the thread, and falls silent", async () => {
    const page = await visit();
    await say(page, "Message #support", "@baton my badge does not open the door");
    await inThread(page, /stand-in/).waitFor();
    await page.getByRole("button", { name: "Talk to a human" }).first().click();
    await inThread(page, /asked a teammate to take over/).waitFor();
    await page.getByRole("radio", { name: /Mia Braun/ }).check({ force: true });
    await say(page, "Reply…", "Hi Ana, I am on it");
    await page.getByRole("radio", { name: /Ana Lima/ }).check({ force: true });
    await say(page, "Reply…", "thank you, it is the east door");
    await inThread(page, "the east door").waitFor();
    await shoot(page, "taken over");
    const before = await page.locator("#thread .message").count();
    await page.waitForTimeout(2_500);
    expect(await page.locator("#thread .message").count()).toBe(before);
    await page.context().close();
  });

  test("passes from the bot to a person in another platform and back, in the pages of the playground", async () => {
    const { page, complaints } = await watch({ viewport: { width: 1600, height: 1000 } });
    let heard: readonly string[] = [];
    await walkHandoff(page, baton.url, async ({ name, heard: words }) => {
      heard = words;
      await shoot(page, `walk ${name}`);
    });
    const count = (words: string) => heard.filter((one) => one.includes(words)).length;
    // What colleagues write among themselves is theirs; what is sent is read once.
    expect(count("The carrier lost")).toBe(0);
    expect(count("at no cost")).toBe(1);
    expect(count("with you on Friday")).toBe(1);
    expect(count("How was the help")).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("answers from the example company's handbook and names the page, without a key", async () => {
    await baton.says("a company's documents are taken in");
    const page = await visit();
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).click();
    await inThread(page, /Forget this device/)
      .getByText("VPN · Reset your VPN")
      .waitFor();
    await shoot(page, "from the handbook");
    await page.context().close();
  });

  test("is asked everywhere at once and answers in four places; a colleague who takes over in one silences it there and nowhere else, until it is given back", async () => {
    const { page, complaints } = await overlook();
    await askEverywhere(page, "what time is it in Tokyo?");
    await Promise.all(panes.map((name) => inPane(page, name).getByText("(Asia/Tokyo)").first().waitFor()));
    await shoot(page, "four panes");
    expect(complaints).toEqual([]);
    await Promise.all(panes.map((name) => threadBox(page, name).waitFor()));
    const taken = "discord";
    const free = panes.filter((name) => name !== taken);
    await become(page, taken, /Mia/);
    await write(page, taken, "Ana, let me answer that");
    await inPane(page, taken).locator(".message").getByText("let me answer that").waitFor();
    await become(page, taken, /Ana/);
    const said = inPane(page, taken).locator(".message");
    await write(page, taken, "and what time is it in Paris?");
    await said.getByText("in Paris?").waitFor();
    const before = await said.count();
    for (const name of free) await write(page, name, "and what time is it in Paris?");
    await Promise.all(free.map((name) => inPane(page, name).getByText("(Europe/Paris)").first().waitFor()));
    await page.waitForTimeout(1_500);
    expect(await said.count()).toBe(before);
    await shoot(page, "taken over in one pane");
    await become(page, taken, /Mia/);
    await write(page, taken, "@baton bot");
    await said.getByText("I'm back").waitFor();
    await become(page, taken, /Ana/);
    await write(page, taken, "so what time is it in Paris now?");
    await said.getByText("(Europe/Paris)").first().waitFor();
    await page.context().close();
  });

  test("is another company's when that is chosen, and its suggested replies work in four places (R80, R138)", async () => {
    const { page, complaints } = await overlook();
    await page.getByLabel("You talk to").selectOption({ label: "City Cinemas" });
    await page.waitForURL(/\/playground\/at\/cinema$/);
    await inPane(page, "web").locator("textarea").waitFor({ state: "attached" });
    for (const name of ["slack", "discord", "teams"] as const)
      await inPane(page, name).locator("#channel-intro h2").waitFor({ state: "attached" });
    await page.getByRole("button", { name: "I want to watch something funny tonight" }).click();
    const press = (words: RegExp) =>
      Promise.all(
        panes.map((name) => inPane(page, name).getByRole("button", { name: words }).last().click()),
      );
    const hear = (words: RegExp) =>
      Promise.all(
        panes.map((name) => inPane(page, name).getByText(words).last().waitFor({ timeout: 60_000 })),
      );
    await hear(/Which would you like to book|What would you like to see/);
    await press(/Barbie|Avengers/);
    await hear(/How many tickets/);
    await press(/^2$/);
    await hear(/SCREEN/);
    await shoot(page, "seats in four panes");
    await press(/^Any$/);
    await hear(/Shall I book/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("shows what passed between it and each platform, all together or one alone", async () => {
    const { page } = await overlook();
    await page.getByRole("button", { name: "What happened", exact: true }).click();
    const shown = page.locator("#happenings li:visible");
    for (const name of ["Slack", "Discord", "Teams", "Web"])
      await shown.filter({ hasText: name }).first().waitFor({ timeout: 20_000 });
    for (const [value, name] of [
      ["teams", "Teams"],
      ["web", "Web"],
    ] as const) {
      await page.getByRole("combobox", { name: "Platform" }).selectOption(value);
      expect(await shown.filter({ hasText: name }).count()).toBe(await shown.count());
    }
    await shown.filter({ hasText: "ready" }).first().waitFor();
    expect(await page.locator("#happenings").textContent()).not.toContain("eyJ");
    await page.keyboard.press("Escape");
    expect(await page.locator("#drawer").isVisible()).toBe(false);
    await page.context().close();
  });

  test("on a phone shows one platform at a time, by tabs that the keyboard moves", async () => {
    const { page } = await overlook({ viewport: { width: 390, height: 844 } });
    const visible = async () =>
      Promise.all(panes.map((name) => page.locator(`#pane-${name} iframe`).isVisible()));
    expect(await visible()).toEqual([true, false, false, false]);
    await page.getByRole("tab", { name: "Slack" }).press("ArrowRight");
    expect(await page.getByRole("tab", { name: "Discord" }).getAttribute("aria-selected")).toBe("true");
    await page.getByRole("tab", { name: "Web chat" }).click();
    expect(await visible()).toEqual([false, false, false, true]);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(390);
    const nameless = await page
      .locator("button, input, select, a[href], iframe")
      .evaluateAll(
        (found) =>
          found.filter(
            (one) =>
              (
                one.getAttribute("aria-label") ??
                one.getAttribute("title") ??
                (one.id === "question" || one.closest("label") ? "labelled" : one.textContent)
              ).trim() === "",
          ).length,
      );
    expect(nameless).toBe(0);
    await page.context().close();
  });

  test("stops cleanly when told to, and starts again on the same data", async () => {
    expect(await baton.stop()).toBe(0);
    baton = await startBaton(dataDir);
    const health = (await (await fetch(`${baton.url}/health`)).json()) as { status: string };
    expect(health.status).toBe("healthy");
  });
});

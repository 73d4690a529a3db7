import { createServer, type Server } from "node:http";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { numberedWords, type Talk } from "../../support/talk.ts";
import { openChatHouse } from "./chat-house.ts";

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

let talk: Talk;
let browser: Browser;
let base: string;
let shop: Awaited<ReturnType<typeof openShop>>;
beforeAll(async () => {
  shop = await openShop();
  const files = {
    "config/tenants/shop.yaml": `name: Shop\nsites: [{ key: shop-web, origins: ["${shop.origin}"] }]\n`,
  };
  talk = await openChatHouse({ files });
  base = talk.house.service.url();
  if (shots !== undefined) await mkdir(shots, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    headless: true,
    args: flags,
  });
});
afterAll(async () => {
  await browser.close();
  await talk.stop();
  shop.server.close();
});
beforeEach(() => {
  talk.model.clearFixtures();
  talk.model.setPace({ tokensPerSecond: 0, firstTokenMs: 0 });
});

async function open(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 820, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes("Failed to load resource"))
      trouble.push(message.text());
  });
  await page.goto(`${base}/chat`); // the first site that allows its own page
  await page.getByText("The assistant answers").waitFor();
  return page;
}
const trouble: string[] = [];

async function shoot(page: Page, name: string): Promise<void> {
  if (shots !== undefined) await page.screenshot({ path: path.join(shots, `chat-${name}.png`) });
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox").fill(text);
  await page.keyboard.press("Enter");
}

const answers = (page: Page) => page.locator(".message.assistant:not(.greeting)");
const rich = [
  "## Opening hours",
  "We are open **every day**, see [the guide](https://docs.example/hours) or https://docs.example/map.",
  "",
  "1. Take the `east` door",
  "2. Ask at the desk:",
  "   - with a badge",
  "   - or without",
  "",
  "| Day | From | To |",
  "| --- | --- | --- |",
  "| Monday | 9:00 | 18:00 |",
  "| Sunday | 11:00 | 16:00 |",
  "",
  "```ts",
  'const door = open("east") && "<b>not bold</b>";',
  "```",
  "",
  "> Bring your ID.",
  "",
  '<img src=x onerror="window.owned=1"><script>window.owned=1</script>',
  "[click me](javascript:window.owned=1) ![pixel](https://evil.example/p.png)",
].join("\n");

describe("the chat page", { timeout: 60_000 }, () => {
  it("R190: streams an answer, formats it, and runs nothing that stands in it (D11)", async () => {
    talk.model.setPace({ tokensPerSecond: 60 });
    talk.model.addFixtures([{ match: { user: "[[q:rich]]" }, answer: { text: rich } }]);
    const page = await open();
    await say(page, "When are you open? [[q:rich]]");
    await page.locator('.message.assistant[aria-busy="true"] .bubble').waitFor();
    await shoot(page, "streaming");
    await answers(page).getByRole("button", { name: "Good answer" }).waitFor();
    const bubble = answers(page).locator(".bubble");
    expect(await bubble.locator("h3").innerText()).toBe("Opening hours");
    expect(await bubble.locator("table tbody tr").count()).toBe(2);
    expect(await bubble.locator("ol > li").count()).toBe(2);
    expect(await bubble.locator("pre").innerText()).toContain('"<b>not bold</b>"');
    expect(await bubble.locator("img, script, b").count()).toBe(0);
    expect(await bubble.innerText()).toContain("<img src=x onerror");
    const addresses = await bubble
      .locator("a")
      .evaluateAll((links) => links.map((one) => one.getAttribute("href")));
    expect(addresses.every((address) => address?.startsWith("https://") === true)).toBe(true);
    expect(await page.evaluate(() => Reflect.get(window, "owned"))).toBeUndefined();
    await shoot(page, "answered");
    await page.context().close();
    expect(trouble).toEqual([]);
  });

  it("has a box to write in and shows the end of what was said where it is shown only later", async () => {
    const page = await open({ viewport: { width: 390, height: 500 } });
    const display = (value: string) =>
      page.locator("html").evaluate((html, how) => (html.style.display = how), value);
    await display("none");
    const box = page.locator("textarea");
    await box.evaluate((field) => {
      if (!(field instanceof HTMLTextAreaElement)) throw new Error("no box");
      field.value = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\n");
      field.form?.requestSubmit();
    });
    const rated = answers(page).getByLabel("Good answer");
    await rated.waitFor({ state: "attached" });
    await display("");
    await rated.waitFor();
    expect((await box.boundingBox())?.height).toBeGreaterThan(30);
    await expect
      .poll(() => page.locator(".log").evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight))
      .toBeLessThan(2);
    await page.context().close();
    expect(trouble).toEqual([]);
  });

  it("lets a visitor reply to one certain message, and shows which one it was", async () => {
    const page = await open();
    await say(page, "which door is open?");
    await answers(page).first().getByRole("button", { name: "Good answer" }).waitFor();
    const beginning = (await answers(page).first().locator(".bubble").innerText()).slice(0, 12);
    await answers(page).first().getByRole("button", { name: "Reply" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Replying to").waitFor();
    await say(page, "and on Sundays?");
    const said = page.locator(".message.user").filter({ hasText: "and on Sundays?" });
    expect(await said.locator(".answered").innerText()).toContain(beginning);
    await page.getByText("Replying to").waitFor({ state: "hidden" });
    await page.reload();
    expect(await said.locator(".answered").innerText()).toContain(beginning);
    await page.context().close();
    expect(trouble).toEqual([]);
  });

  it("R164, R208: passes to a person on one press, says so live, and falls silent", async () => {
    const page = await open();
    await say(page, "my badge does not work");
    await answers(page).first().getByRole("button", { name: "Bad answer" }).click();
    await page.locator('[aria-pressed="true"]').waitFor();
    await page.locator("header").getByRole("button", { name: "Talk to a human" }).click();
    await page.getByText("Waiting for a person").waitFor();
    await page.locator(".message").getByText("asked a teammate to take over").waitFor();
    await shoot(page, "waiting");
    await page.context().close();
  });

  it("R349: a thumb is counted once, and shown again after a reload with the whole conversation", async () => {
    const page = await open();
    await say(page, "hello there");
    await answers(page).first().getByRole("button", { name: "Good answer" }).click();
    await page.locator('[aria-label="Good answer"][aria-pressed="true"]').waitFor();
    await page.reload();
    await page.getByText("hello there", { exact: true }).waitFor();
    await page.locator('[aria-label="Good answer"][aria-pressed="true"]').waitFor();
    await page.context().close();
  });

  it("comes back by itself after the server was away, with what was said meanwhile, once", async () => {
    const page = await open();
    await say(page, "before [[id:before]]");
    await answers(page).getByText("answer:before").waitFor();
    await page.context().setOffline(true);
    await page.evaluate(() => window.dispatchEvent(new Event("offline")));
    await talk.rows("SELECT 1");
    await say(page, "meanwhile [[id:meanwhile]]");
    await page.context().setOffline(false);
    await answers(page).getByText("answer:meanwhile").waitFor({ timeout: 30_000 });
    expect(await page.locator(".message.user").count()).toBe(2);
    expect(await answers(page).getByText("answer:meanwhile").count()).toBe(1);
    await page.context().close();
  });

  it("attaches files, edits and takes back messages, all by keyboard", async () => {
    const page = await open();
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGNggID/eMkBko0AAOQkC/cQkEuVAAAAAElFTkSuQmCC",
      "base64",
    );
    await page
      .locator('input[type="file"]')
      .setInputFiles({ name: '"><script>x.png', mimeType: "image/png", buffer: png });
    await page.locator(".files li").waitFor();
    await say(page, "see the picture");
    await page.locator(".message.user .file").waitFor();
    const own = page.locator(".message.user");
    await own.getByRole("button", { name: "Edit" }).focus();
    await page.keyboard.press("Enter");
    await say(page, "see the small picture");
    await own.getByText("see the small picture").waitFor();
    await own.getByText("Edited").waitFor();
    await shoot(page, "attached");
    await own.getByRole("button", { name: "Delete" }).focus();
    await page.keyboard.press("Enter");
    await own.waitFor({ state: "detached" });
    await page.context().close();
  });

  it("fits a phone, light and dark", async () => {
    talk.model.addFixtures([
      { match: { user: "[[q:phone]]" }, answer: { text: `${rich}\n\n${numberedWords(40)}` } },
    ]);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open({ viewport: { width: 390, height: 780 }, colorScheme });
      await say(page, "When are you open? [[q:phone]]");
      await answers(page).getByRole("button", { name: "Good answer" }).waitFor();
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      await shoot(page, `phone-${colorScheme}`);
      await page.context().close();
    }
  });
});

describe("the script on another site's page", { timeout: 60_000 }, () => {
  async function visitShop(site: string): Promise<Page> {
    const page = await (await browser.newContext({ viewport: { width: 1000, height: 720 } })).newPage();
    await page.goto(`${shop.origin}/?site=${site}`);
    await page.getByRole("button", { name: "Support" }).click();
    return page;
  }

  it("R189: opens a chat that works where the site allows the page", async () => {
    const page = await visitShop("shop-web");
    await page.getByText("The assistant answers").waitFor();
    await say(page, "hello from the shop [[id:shop]]");
    await answers(page).getByText("answer:shop").waitFor();
    await shoot(page, "widget");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Support" }).waitFor();
    await page.context().close();
  });

  it("D6: is refused where the site does not name the page's origin", async () => {
    const page = await visitShop("beta-web");
    await page.locator(".banner:not([hidden])").waitFor();
    expect(await page.getByText("The assistant answers").count()).toBe(0);
    await page.context().close();
  });
});

/** Another site's page with the script on it, and styles that must not reach the chat. */
async function openShop(): Promise<{ readonly server: Server; readonly origin: string }> {
  const server = createServer((request, response) => {
    const site = new URL(request.url ?? "/", "http://shop").searchParams.get("site") ?? "";
    response.setHeader("content-type", "text/html");
    response.end(
      `<!doctype html><title>Shop</title><style>button{color:red!important}</style><h1>The shop</h1>
       <script src="${base}/embed.js" data-site="${site}" defer></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    server,
    origin: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
  };
}

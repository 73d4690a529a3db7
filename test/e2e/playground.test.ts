import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { answering } from "./playground-answers.ts";
import { openStage } from "./playground-stage.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

let browser: Browser;
let stage: Awaited<ReturnType<typeof openStage>>;
/** What the browser complained about: errors of scripts, refused resources, broken rules of the page's policy. */
let complaints: string[] = [];
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath, headless: true, args: flags });
});
afterAll(() => browser.close());
beforeEach(async () => {
  complaints = [];
  stage = await openStage(answering);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((context) => context.close()));
  await stage.close();
});

async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  open.push(context);
  const page = await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(`${stage.url}/playground/slack`);
  await page.getByRole("heading", { name: "Welcome to #support" }).waitFor();
  return page;
}

const answer = (page: Page) => page.locator("#thread .message").filter({ hasText: "three steps" });

describe("a newcomer", { timeout: 60_000 }, () => {
  test("asks in the channel and watches the receipt come and go while the answer streams into the thread", async () => {
    const page = await visit();
    const seen = await recordReactions(page);
    await page.keyboard.type("Hey @ba");
    await page.getByRole("option", { name: "@baton" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("how do I *reset* <b>it</b>?");
    await page.keyboard.press("Enter");

    const growing = page.locator("#thread .content.writing");
    await growing.waitFor();
    const first = (await growing.textContent()) ?? "";
    await expect
      .poll(async () => ((await answer(page).textContent()) ?? "").length)
      .toBeGreaterThan(first.length + 20);
    await page.getByRole("button", { name: "That helped" }).waitFor();
    await expect.poll(() => page.locator("#channel-messages .reaction").count()).toBe(0);
    expect(await seen()).toBe(true);

    const asked = page.locator("#channel-messages .message").first();
    expect(await asked.locator(".content").textContent()).toBe("Hey @baton how do I reset <b>it</b>?");
    expect(await asked.locator("strong", { hasText: "reset" }).count()).toBe(1);
    expect(await asked.getByRole("button", { name: "1 reply" }).count()).toBe(1);
    expect(stage.failures).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("sees an answer with all its formats, in which nothing a model writes can act", async () => {
    const page = await visit();
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).click();
    await page.getByRole("button", { name: "That helped" }).waitFor();
    const content = answer(page).locator(".content");
    const count = (selector: string) => content.locator(selector).count();
    expect(
      await Promise.all(["ol > li", "ul > li", "td", "blockquote", "pre", "s", "em"].map(count)),
    ).toEqual([3, 1, 6, 1, 1, 1, 1]);
    expect(await content.textContent()).toContain(
      "click this (javascript:alert(1)) or <img src=x onerror=alert(2)>",
    );
    expect(await count("img, script, iframe")).toBe(0);
    const links = await content
      .locator("a")
      .evaluateAll((found) =>
        found.map((link) => [
          link.getAttribute("href"),
          (link.getAttribute("rel") ?? "").includes("noopener"),
        ]),
      );
    expect(links).toEqual([
      ["https://example.com/vpn", true],
      ["https://example.com/vpn", true],
    ]);
    expect(complaints).toEqual([]);
  });

  test("reads an answer once that was streamed and put right afterwards", async () => {
    const page = await visit();
    const channel = stage.support;
    const { ts: root } = stage.workspace.says({
      user: "U0ANA000001",
      channel,
      text: "how long does it take?",
    });
    await page.getByRole("button", { name: "Reply in thread" }).first().click({ force: true });
    const recipient = { recipient_user_id: "U0ANA000001", recipient_team_id: "T0BATON0001" };
    const stream = await stage.bot("chat.startStream", { channel, thread_ts: root, ...recipient });
    const place = { channel, ts: stream["ts"] };
    await stage.bot("chat.appendStream", { ...place, markdown_text: "It takes **two** days." });
    await stage.bot("chat.stopStream", place);
    const said = page.locator("#thread .message .content").last();
    await said.getByText("two").waitFor();
    const text = "It takes **three** days.";
    await stage.bot("chat.update", { ...place, text, blocks: [{ type: "markdown", text }] });
    await said.getByText("three").waitFor();
    expect(await said.textContent()).toBe("It takes three days.");
    expect(complaints).toEqual([]);
  });

  test("presses buttons, and only the one who pressed sees the answer meant for them", async () => {
    const page = await visit();
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).click();
    await page.getByRole("button", { name: "Talk to a person" }).click();
    const notice = page.locator("#thread .ephemeral");
    await notice.getByText("You pressed human").waitFor();
    expect(await notice.textContent()).toContain("Only visible to you");

    await page.getByRole("button", { name: "Good answer" }).click();
    await page.locator("#thread .ephemeral").getByText("up:1").waitFor();
    expect(await page.getByRole("button", { name: "Good answer" }).getAttribute("aria-pressed")).toBe("true");

    await page.getByRole("radio", { name: "Ben Osei" }).check({ force: true });
    await expect.poll(() => page.locator("#thread .ephemeral").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("edits and deletes what they wrote, and nothing else", async () => {
    const page = await visit();
    stage.workspace.says({ user: "U0BEN000001", channel: stage.support, text: "from Ben" });
    await page.keyboard.type("a typo & more");
    await page.keyboard.press("Enter");
    const mine = page.locator("#channel-messages .message").filter({ hasText: "typo" });
    await mine.hover();
    await mine.getByRole("button", { name: "Edit message" }).click();
    expect(await page.locator(".editor textarea").inputValue()).toBe("a typo & more");
    await page.locator(".editor textarea").fill("no mistake");
    await page.keyboard.press("Enter");
    const fixed = page.locator("#channel-messages .message").filter({ hasText: "no mistake" });
    await fixed.getByText("(edited)").waitFor();

    const theirs = page.locator("#channel-messages .message").filter({ hasText: "from Ben" });
    await theirs.hover();
    expect(await theirs.getByRole("button", { name: "Delete message" }).count()).toBe(0);

    await fixed.hover();
    await fixed.getByRole("button", { name: "Delete message" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => fixed.count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("attaches a file and gets it back", async () => {
    const page = await visit();
    await page
      .locator("#channel-composer input[type=file]")
      .setInputFiles({ name: "log.txt", mimeType: "text/plain", buffer: Buffer.from("line one") });
    await page.getByText("📄 log.txt").waitFor();
    await page.getByRole("button", { name: "Send" }).first().click();
    const file = page.locator("#channel-messages a.file");
    await file.waitFor();
    const response = await page.request.get(`${stage.url}${(await file.getAttribute("href")) ?? ""}`);
    expect((await response.body()).toString()).toBe("line one");
  });

  test("sees where there is something new, speaks as another, and writes to Baton alone", async () => {
    const page = await visit();
    const [, general] = stage.workspace.describe().channels;
    stage.workspace.says({ user: "U0BEN000001", channel: general?.id ?? "", text: "lunch?" });
    const place = page.getByRole("button", { name: /general/ });
    await place.getByRole("img", { name: "new messages" }).waitFor();
    await place.click();
    await page.locator("#channel-messages").getByText("lunch?").waitFor();
    await expect.poll(() => place.getByRole("img", { name: "new messages" }).count()).toBe(0);

    await page.getByRole("radio", { name: /Mia Braun/ }).check({ force: true });
    await page.locator("#sidebar").getByRole("button", { name: "Baton" }).click();
    await page.getByRole("heading", { name: "This is you and Baton" }).waitFor();
    await page.getByRole("button", { name: "how do I reset my VPN?" }).click();
    await answer(page).waitFor();
    expect(await page.locator("#thread .byline").first().textContent()).toContain("Mia BraunStaff");
    expect(complaints).toEqual([]);
  });

  test("looks at what happened between Slack and Baton", async () => {
    const page = await visit();
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).click();
    await page.getByRole("button", { name: "What happened", exact: true }).click();
    const list = page.locator("#happenings");
    for (const name of ["app_mention", "reactions.add", "chat.startStream"])
      await list.getByText(name).first().waitFor();
    await page.getByRole("button", { name: "Close what happened" }).click();
    await expect.poll(() => list.isVisible()).toBe(false);
  });

  test("is told when the connection is lost, and finds a new workspace when Baton is back", async () => {
    const page = await visit();
    await page.keyboard.type("before the stop");
    await page.keyboard.press("Enter");
    await page.locator("#channel-messages").getByText("before the stop").waitFor();
    const { url } = stage;
    await stage.close();
    await page.getByText("Connection lost. Trying again…").waitFor();

    await page.keyboard.type("kept");
    await page.keyboard.press("Enter");
    await page.getByText("Baton cannot be reached").waitFor();
    expect(await page.locator("#composer-channel").inputValue()).toBe("kept");

    stage = await openStage(answering, Number(new URL(url).port));
    await expect.poll(() => page.getByText("Connection lost").isVisible(), { timeout: 20_000 }).toBe(false);
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).click();
    await answer(page).waitFor();
    expect(await page.locator("#channel-messages").getByText("before the stop").count()).toBe(0);
  });

  test("on a phone has one pane at a time and nothing wider than the screen", async () => {
    const page = await visit({ viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true });
    const width = () => page.evaluate<number>("document.documentElement.scrollWidth");
    await page.getByRole("button", { name: "@baton how do I reset my VPN?" }).tap();
    await page.getByRole("button", { name: "1 reply" }).tap();
    await page.getByRole("button", { name: "That helped" }).waitFor();
    expect(await page.locator("#channel-messages").isVisible()).toBe(false);
    expect(await width()).toBe(360);
    await page.goBack();
    await expect.poll(() => page.locator("#channel-messages").isVisible()).toBe(true);
    await page.getByRole("button", { name: "Channels and people" }).tap();
    await page.locator("#sidebar").getByRole("button", { name: "general" }).tap();
    await page.getByRole("heading", { name: "Welcome to #general" }).waitFor();
    expect(await width()).toBe(360);
    expect(complaints).toEqual([]);
  });

  test("new messages are read out, and the keyboard reaches everything", async () => {
    const page = await visit();
    stage.workspace.says({ user: "U0BEN000001", channel: stage.support, text: "hello from Ben" });
    await page.locator('[role="log"]').getByText("Ben: hello from Ben").waitFor({ state: "attached" });
    const nameless = await page
      .locator("button, input:not([type=file]), textarea, select, a[href]")
      .evaluateAll((found) =>
        found
          .filter(
            (one) =>
              (
                one.getAttribute("aria-label") ??
                one.closest("label")?.textContent ??
                one.textContent ??
                ""
              ).trim() === "",
          )
          .map((one) => one.outerHTML),
      );
    expect(nameless).toEqual([]);
    const message = page.locator("#channel-messages .message").first();
    await message.getByRole("button", { name: "Reply in thread" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("#thread").waitFor();
    await page.locator("#composer-thread").focus();
    await page.keyboard.type("hi Ben");
    await page.keyboard.press("Enter");
    await page.locator("#thread-messages").getByText("hi Ben").waitFor();
    expect(complaints).toEqual([]);
  });
});

/** Whether a 👀 was ever on the page, looked at with each change of it. */
async function recordReactions(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(`
    globalThis.eyesSeen = false;
    new MutationObserver(() => {
      globalThis.eyesSeen ||= document.querySelector("#channel-messages .reaction")?.textContent === "👀1";
    }).observe(document.body, { subtree: true, childList: true });
  `);
  return () => page.evaluate<boolean>("globalThis.eyesSeen");
}

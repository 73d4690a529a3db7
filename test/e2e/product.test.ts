import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
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
let baton: { readonly child: ChildProcess; readonly url: string };

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
  await stopBaton();
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);

/** The product as a newcomer starts it: nothing set but where it may write. */
function startBaton(folder: string): Promise<{ child: ChildProcess; url: string }> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], BATON_DATA_DIR: folder, PORT: "0" };
  const child = spawn(process.execPath, ["src/main.ts"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      const url = /Try it: (http:\/\/[^\s"]+)\/playground/.exec(said)?.[1];
      if (url !== undefined) resolve({ child, url });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`Baton ended with ${String(code)}:\n${said}`)));
  });
}

async function stopBaton(): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => baton.child.once("exit", (code) => resolve(code)));
  baton.child.kill("SIGTERM");
  return ended;
}

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
    await inThread(page, /You wrote/).waitFor();
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

  test("stops cleanly when told to, and starts again on the same data", async () => {
    expect(await stopBaton()).toBe(0);
    baton = await startBaton(dataDir);
    const health = (await (await fetch(`${baton.url}/health`)).json()) as { status: string };
    expect(health.status).toBe("healthy");
  });
});

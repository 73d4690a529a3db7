import { setTimeout as sleep } from "node:timers/promises";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { openStage, type BotScript } from "./playground-stage.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const option = (value: string) => ({ value, text: plain(`${value}, and nobody else who is not of them`) });

/** A form of a line of words and a choice of two. */
const form = {
  type: "modal",
  callback_id: "fix",
  title: plain("Fix this answer"),
  submit: plain("Fix it"),
  blocks: [
    {
      type: "input",
      block_id: "words",
      label: plain("What is right?"),
      element: { type: "plain_text_input", action_id: "words" },
    },
    {
      type: "input",
      block_id: "readers",
      label: plain("Who is told it?"),
      element: {
        type: "radio_buttons",
        action_id: "readers",
        options: [option("everybody"), option("colleagues")],
        initial_option: option("everybody"),
      },
    },
  ],
};

test(
  "a form shows each choice whole, and Enter in a line of words sends it off",
  { timeout: 60_000 },
  async () => {
    const filled: unknown[] = [];
    const asking: BotScript = {
      mentioned: async (bot, { channel, ts }) => {
        const fix = { type: "button", action_id: "fix", value: "fix", text: plain("Fix") };
        await bot("chat.postMessage", {
          channel,
          thread_ts: ts,
          text: "Is it right?",
          blocks: [{ type: "actions", elements: [fix] }],
        });
      },
      pressed: async (bot, { trigger }) =>
        void (await bot("views.open", { trigger_id: trigger, view: form })),
      filled: async (values) => void filled.push(values),
    };
    const stage = await openStage(asking);
    const browser = await chromium.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      headless: true,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    });
    try {
      const page = await browser.newPage();
      // The bot's answer is on the page before it is known there what it answers.
      await page.route("**/api/say", async (route) => {
        const response = await route.fetch();
        await sleep(500);
        await route.fulfill({ response });
      });
      await page.goto(`${stage.url}/playground/slack`);
      await page.getByRole("heading", { name: "Welcome to #support" }).waitFor();
      await page.keyboard.type("@baton hello");
      await page.keyboard.press("Enter");
      const open = () => page.getByRole("button", { name: "Fix", exact: true }).last().click();
      await open();
      await page.getByRole("radio", { name: "everybody, and nobody else who is not of them" }).waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await open();
      await page.getByRole("radio", { name: /colleagues/ }).check();
      await page.getByRole("textbox", { name: "What is right?" }).fill("Ten o'clock");
      await page.keyboard.press("Enter");
      await expect.poll(() => filled).toEqual([{ words: "Ten o'clock", readers: "colleagues" }]);
      expect(stage.failures).toEqual([]);
    } finally {
      await browser.close();
      await stage.close();
    }
  },
);

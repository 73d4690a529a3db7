import type { FrameLocator, Locator, Page } from "playwright-core";

/** A step of the walk, once it is seen on the page. */
export interface WalkStep {
  /** Of the picture: its place in the order, and a word. */
  readonly name: string;
  readonly title: string;
  /** What the bot and the people read by now in Discord, alone with it; the newest last. */
  readonly heard: readonly string[];
}

/** Longer than anything takes on a busy machine, milliseconds. */
const patienceMs = 60_000;

/**
 * A handoff in the playground, in the four simulated platforms beside each other: Ana, alone with Baton in Discord, asks
 * for a person; Mia helps her out of the staff room in Slack, gives the conversation back to the bot, and resolves it;
 * Ana says how it was. `seen` is called at each step and waited for. Rejects at the first step that is not seen.
 */
export async function walkHandoff(
  page: Page,
  url: string,
  seen: (step: WalkStep) => Promise<void>,
): Promise<void> {
  page.setDefaultTimeout(patienceMs);
  const discord = page.frameLocator("#pane-discord iframe");
  const staff = page.frameLocator("#pane-staff iframe");
  const heard = () => discord.locator(".message .content").allTextContents();
  const shows = (place: FrameLocator, words: string | RegExp) => said(place, words).last().waitFor();
  const step = async (name: string, title: string): Promise<void> => {
    await atEnd(page);
    await seen({ name, title, heard: await heard() });
  };

  await page.goto(`${url}/playground`);
  await staff.locator("#guide").getByRole("button").waitFor();
  await discord.getByRole("button", { name: "Baton", exact: true }).click();
  await write(discord, "what time is it in Tokyo?");
  await shows(discord, "(Asia/Tokyo)");
  await step("1-alone", "Ana asks Baton in a direct message in Discord, and is answered");

  await write(discord, "My order A-77 has not arrived. Can I talk to a human, please?");
  await shows(discord, /asked a teammate/);
  await shows(staff, "This thread is the room for Ana");
  await step("2-asked", "She asks for a person: a room opens in the staff's Slack");

  await staff.getByRole("button", { name: "Claim", exact: true }).last().click();
  await shows(staff, "has it");
  await shows(discord, /joined|taken over/);
  await step("3-claimed", "Mia claims it: the bot is silent from here on");

  await write(staff, "The carrier lost A-77, we pay for a second one");
  await shows(staff, "Among colleagues:");
  await write(staff, "!r Hi Ana, your parcel got lost. A new one is on its way to you, at no cost.");
  await shows(staff, /#1 delivered/);
  await shows(discord, "at no cost");
  await write(discord, "That is great! When will it be here?");
  await shows(staff, "When will it be here?");
  await step(
    "4-replied",
    "What she notes stays among colleagues, what she sends arrives, and Ana's answer comes in",
  );

  await write(staff, "It will be with you on Friday.");
  await shows(staff, "Among colleagues: “It will be");
  await staff.getByRole("button", { name: "Send to Ana" }).last().click();
  await shows(staff, /#2 delivered/);
  await shows(discord, "with you on Friday");
  await step("5-sent", "What she wrote goes out by a button, too");

  await staff.getByRole("button", { name: "Return to bot" }).last().click();
  await shows(discord, "I'm back");
  await shows(staff, "The bot has it");
  await step("6-returned", "Mia gives it back to the bot");

  await write(discord, "what time is it in Paris?");
  await shows(discord, "(Europe/Paris)");
  await step("7-answered", "The bot answers again");

  await staff.getByRole("button", { name: "Resolve", exact: true }).last().click();
  await shows(discord, "How was the help");
  await shows(staff, "Resolved");
  await step("8-resolved", "Mia resolves it, and Ana is asked how the help was");

  await discord
    .getByRole("button", { name: /👍 Good/ })
    .last()
    .click();
  await shows(discord, /Thank you/);
  await step("9-rated", "Ana says how it was");
}

const said = (place: FrameLocator, words: string | RegExp): Locator =>
  place.locator(".message").getByText(words);

async function write(place: FrameLocator, text: string): Promise<void> {
  const box = place.locator("#composer-channel");
  await box.fill(text);
  await box.press("Enter");
  await said(place, text.replace(/^!r /, "")).last().waitFor();
}

/** Lets the words that still flow in arrive, and the panes be drawn to their ends. */
async function atEnd(page: Page): Promise<void> {
  for (const frame of page.frames())
    await frame.waitForFunction("document.querySelector('.content.writing') === null");
  await page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))");
}

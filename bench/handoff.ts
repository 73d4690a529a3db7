import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { startBaton } from "./walk/start-baton.ts";
import { walkHandoff } from "./walk/walk.ts";

// `npm run demo:handoff`: a conversation passes from the bot to a person and back, in the playground's own pages, with
// a picture of each step. `-- --to folder` says where the pictures go.

const { values } = parseArgs({
  options: {
    to: { type: "string", default: path.join("data", "walk") },
    browser: { type: "string", default: process.env["CHROMIUM"] ?? "/usr/bin/chromium" },
    width: { type: "string", default: "1600" },
    height: { type: "string", default: "1000" },
  },
});
const folder = path.resolve(values.to);
await mkdir(folder, { recursive: true });
const dataDir = await mkdtemp(path.join(tmpdir(), "baton-walk-"));
process.stdout.write("Starting Baton and a browser…\n");
const baton = await startBaton(dataDir);
try {
  const browser = await chromium.launch({
    executablePath: values.browser,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  try {
    const viewport = { width: Number(values.width), height: Number(values.height) };
    const page = await (await browser.newContext({ viewport })).newPage();
    const startedAt = performance.now();
    await walkHandoff(page, baton.url, async ({ name, title }) => {
      const file = path.join(folder, `${name}.png`);
      await page.screenshot({ path: file });
      const at = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5);
      process.stdout.write(`${at} s  ${title}\n         ${path.relative(process.cwd(), file)}\n`);
    });
  } finally {
    await browser.close();
  }
} finally {
  await baton.stop();
  await rm(dataDir, { recursive: true, force: true });
}

import { execFile } from "node:child_process";
import { readFile, statfs, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const readme = fileURLToPath(new URL("../README.md", import.meta.url));
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x794c7630: "overlay",
  0x01021994: "tmpfs (in memory: fsync costs nothing)",
};

/** Where and when a run took place; said above every table. Call it before the load begins. */
export async function describeMachine(stores: string): Promise<string> {
  const cpus = os.cpus();
  const busy = await busyShare();
  const { type } = await statfs(os.tmpdir());
  const noise =
    busy > 0.1 ? " **Other work was running on the machine: the figures are worse than its own.**" : "";
  return (
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, ${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown CPU"}, ` +
    `${Math.round(os.totalmem() / 2 ** 30)} GB, Linux ${os.release()}, Node ${process.version}. ${stores}, ` +
    `data on ${fileSystems[type] ?? `a file system of type 0x${type.toString(16)}`}. ` +
    `Right before the run the machine was busy for ${Math.round(busy * 100)} % of its time.${noise}`
  );
}

/** The share of all processors' time that was used in the next two seconds, 0 to 1. */
async function busyShare(): Promise<number> {
  const before = readTimes();
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const after = readTimes();
  return 1 - (after.idle - before.idle) / Math.max(1, after.all - before.all);
}

function readTimes(): { readonly idle: number; readonly all: number } {
  const times = os.cpus().map((cpu) => cpu.times);
  const sum = (pick: (each: (typeof times)[number]) => number) =>
    times.reduce((total, each) => total + pick(each), 0);
  return {
    idle: sum(({ idle }) => idle),
    all: sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq),
  };
}

/** Prints the report; with `--write` among the arguments it also replaces that section of the README. */
export async function publish(section: string, report: string): Promise<void> {
  console.log(`\n${report}`);
  if (!process.argv.includes("--write")) return;
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const text = await readFile(readme, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/README.md has no section ${section}`);
  await writeFile(readme, `${text.slice(0, from + begin.length)}\n\n${report}\n\n${text.slice(to)}`);
  const prettier = createRequire(import.meta.url).resolve("prettier/bin/prettier.cjs");
  await promisify(execFile)(process.execPath, [prettier, "--write", readme]);
  console.log("bench/README.md holds these tables now.");
}

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { TwinReport } from "./twin-talk.ts";

const talk = fileURLToPath(new URL("./twin-talk.ts", import.meta.url));
let report: TwinReport;

/** Runs a command in a network of its own in which there is nothing but this machine. Rejects with the remedy. */
async function alone(...command: readonly string[]): Promise<string> {
  const inNetwork = ["--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"'];
  const run = promisify(execFile);
  try {
    await run("unshare", [...inNetwork, "true"]);
  } catch (cause) {
    const remedy =
      "install util-linux (unshare) and iproute2 (ip), and let this user make a network namespace " +
      "(kernel.unprivileged_userns_clone=1; in Docker --cap-add SYS_ADMIN or a seccomp profile with unshare)";
    throw new Error(`discord twin: it must not be reachable from outside: ${remedy}`, { cause });
  }
  const { stdout } = await run("unshare", [...inNetwork, ...command], {
    timeout: 90_000,
    maxBuffer: 8_000_000,
  });
  return stdout;
}

// The twin listens on every interface.
beforeAll(async () => {
  const stdout = await alone(process.execPath, talk);
  report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}, 100_000);

// Direct messages, the list of who is mentioned, RESUME, limits and uploads it does not know: the simulator plays them.
describe("Discord as an independent twin plays it", () => {
  it("is heard: a mention, a thread, a button and a command", () => {
    const [question, reply, press, asked] = report.heard;
    expect(question).toMatchObject({
      kind: "message",
      addressed: "mention",
      text: "where is my badge?",
      place: { thread: question?.id, audience: "public" },
    });
    expect(reply).toMatchObject({
      kind: "message",
      text: "and when?",
      inThread: true,
      place: question?.place,
    });
    expect(press).toMatchObject({
      kind: "action",
      action: "baton.human",
      value: "human",
      place: question?.place,
    });
    expect(asked).toMatchObject({ kind: "message", text: "And on Sunday?", addressed: "mention" });
  });

  it("is answered: in a thread on the question, streamed to its end, and in time", () => {
    expect(report.thread.toSorted()).toEqual(["At **the desk**.", "From nine to five."]);
    expect(report.room).toEqual([expect.stringContaining("asked:\n> And on Sunday?")]);
    expect(report.acknowledged).toBe(true);
  });
});

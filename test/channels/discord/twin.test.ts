import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import type { TwinReport } from "./twin-talk.ts";

const talk = fileURLToPath(new URL("./twin-talk.ts", import.meta.url));
let report: TwinReport;

// The twin listens on every interface, so it gets a network of its own in which there is nothing but this machine.
beforeAll(async () => {
  const inside = 'ip link set lo up && exec "$0" "$1"';
  const { stdout } = await promisify(execFile)(
    "unshare",
    ["--map-root-user", "--net", "sh", "-c", inside, process.execPath, talk],
    { timeout: 90_000, maxBuffer: 8_000_000 },
  );
  report = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}, 100_000);

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

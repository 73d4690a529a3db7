import { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TransientError } from "../../../src/core/errors.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { forkIndexChild, openIndexLine, type IndexLine } from "../../../src/knowledge/index/index-line.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const tenantId = parseId<TenantId>(deriveId("test", "index line"));

let folder: string;
let line: IndexLine;
/** What is given in the place of the next processes. */
let instead: (() => ChildProcess)[];
let begun: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-index-line-"));
  [instead, begun] = [[], 0];
  const forkChild = () => {
    begun += 1;
    return (instead.shift() ?? forkIndexChild)();
  };
  line = openIndexLine({ uri: folder, dimensions: 4 }, { idleMs: 3_600_000, forkChild });
});
afterEach(async () => {
  await line.end();
  await rm(folder, { recursive: true, force: true });
});

/** As Node gives it where too many files are open: without a pid and without a way to send, and an error later. */
function aProcessThatIsNone(): ChildProcess {
  const child: ChildProcess = Object.create(ChildProcess.prototype);
  process.nextTick(() => child.emit("error", Object.assign(new Error("spawn EMFILE"), { code: "EMFILE" })));
  return child;
}

test("a process that could not be started is started once more, and what was asked is answered", async () => {
  instead.push(aProcessThatIsNone);
  expect(await line.ask({ kind: "count", tenantId })).toBe(0);
  expect(begun).toBe(2);
});

test("one that cannot be started at all is a failure that may pass, and the next question tries anew", async () => {
  instead.push(aProcessThatIsNone, () => {
    throw new Error("spawn ENOMEM");
  });
  const failure = await line.ask({ kind: "count", tenantId }).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(TransientError);
  expect(failure).toMatchObject({ message: "knowledge index: its process could not be started" });
  expect(await line.ask({ kind: "count", tenantId })).toBe(0);
});

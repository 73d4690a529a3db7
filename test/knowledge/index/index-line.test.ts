import type * as childProcess from "node:child_process";
import { ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TransientError } from "../../../src/core/errors.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { openIndexLine, type IndexLine } from "../../../src/knowledge/index/index-line.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

vi.mock("node:child_process", async (load) => {
  const real = await load<typeof childProcess>();
  return { ...real, fork: vi.fn<typeof fork>(real.fork) };
});

const tenantId = parseId<TenantId>(deriveId("test", "index line"));

let folder: string;
let line: IndexLine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-index-line-"));
  line = openIndexLine({ uri: folder, dimensions: 4 }, { idleMs: 3_600_000 });
});
afterEach(async () => {
  vi.mocked(fork).mockReset();
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
  vi.mocked(fork).mockImplementationOnce(aProcessThatIsNone);
  expect(await line.ask({ kind: "count", tenantId })).toBe(0);
  expect(fork).toHaveBeenCalledTimes(2);
});

test("one that cannot be started at all is a failure that may pass, and the next question tries anew", async () => {
  vi.mocked(fork)
    .mockImplementationOnce(aProcessThatIsNone)
    .mockImplementationOnce(() => {
      throw new Error("spawn ENOMEM");
    });
  const failure = await line.ask({ kind: "count", tenantId }).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(TransientError);
  expect(failure).toMatchObject({ message: "knowledge index: its process could not be started" });
  expect(await line.ask({ kind: "count", tenantId })).toBe(0);
});

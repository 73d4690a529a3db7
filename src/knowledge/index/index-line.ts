import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { TransientError } from "../../core/errors.ts";
import { toIndexEnvironment } from "./index-environment.ts";
import { indexAnswer, type IndexWork } from "./index-messages.ts";
import type { LanceIndexParts } from "./lance-index.ts";

/** The line to the process that an index works in, which is started with the first thing asked of it. */
export interface IndexLine {
  /**
   * Resolves with its answer. Where the process ends over it another one is asked, once: whatever is asked can be done
   * twice. Rejects with TransientError.
   */
  ask(work: IndexWork): Promise<unknown>;
  /** Ends the process, whatever it is at; nothing is asked any more. Safe to call twice. */
  end(): Promise<void>;
}

// Its own JavaScript has little to do.
const flags = [
  "--no-warnings",
  "--max-semi-space-size=2",
  "--max-old-space-size=256",
  // Its heap is small, and what is garbage there is looked for early.
  "--heap-growing-percent=20",
];
const untilBegunMs = 250;

// LanceDB keeps much of what it took to write and to merge, and ever more of it; right after its start it is at 165 MB.
const usualBytesKept = 200 * 1024 * 1024;
const takesMuch: ReadonlySet<IndexWork["kind"]> = new Set(["replace", "optimize", "load"]);

interface Asked {
  readonly work: IndexWork;
  readonly answer: PromiseWithResolvers<unknown>;
}

interface Running {
  readonly child: ChildProcess;
  readonly waiting: Map<number, Asked>;
  /** It took memory for something. To tell a version takes none, however often. */
  hasWorked: boolean;
  isUnwanted: boolean;
  /** It gives way to a new one as soon as nobody waits for it. */
  isLarge: boolean;
  /** What it is in the middle of reading, piece by piece. */
  readonly readings: Set<number>;
  idle: NodeJS.Timeout | undefined;
}

interface HowEnded {
  readonly mayAskAgain: boolean;
  /** False where the machine gave no process at all: too many files are open, or too little memory is left. */
  readonly hasBegun?: boolean;
  readonly cause?: unknown;
}

/** The process ended over what was asked of it, or did not begin. */
class EndedError extends TransientError {
  readonly mayAskAgain: boolean;
  readonly hasBegun: boolean;
  constructor({ mayAskAgain, hasBegun = true, cause }: HowEnded) {
    super(`knowledge index: its process ${hasBegun ? "ended" : "could not be started"}`, { cause });
    this.mayAskAgain = mayAskAgain;
    this.hasBegun = hasBegun;
  }
}

/** When its process is ended though it may be needed again. */
export interface IndexLineOptions {
  /** How long its process stays without work. */
  readonly idleMs: number;
  /** What has taken more than this, in bytes, to write, to merge or to read a table gives way to a new one when it is done. */
  readonly bytesKept?: number | undefined;
  /** Gives its process; throws, or gives one without a pid and tells an error, where the machine has none left. */
  readonly forkChild?: (() => ChildProcess) | undefined;
}

/** Its process is started with the first thing asked of it, and anew after an end. */
export function openIndexLine(place: LanceIndexParts, options: IndexLineOptions): IndexLine {
  const { idleMs, bytesKept = usualBytesKept, forkChild = forkIndexChild } = options;
  let running: Running | undefined;
  let asked = 0;
  let isOver = false;

  function begin(): ChildProcess {
    try {
      return forkChild();
    } catch (cause) {
      throw new EndedError({ mayAskAgain: true, hasBegun: false, cause });
    }
  }

  function start(): Running {
    const child = begin();
    const started: Running = {
      child,
      waiting: new Map(),
      hasWorked: false,
      isUnwanted: false,
      isLarge: false,
      readings: new Set(),
      idle: undefined,
    };
    child.on("message", (message) => hear(started, message));
    child.once("error", (cause) => forget(started, cause));
    child.once("exit", () => forget(started));
    tell(child, place);
    return started;
  }

  function forget(ended: Running, cause?: unknown): void {
    if (running === ended) running = undefined;
    clearTimeout(ended.idle);
    const how = { mayAskAgain: !ended.isUnwanted, hasBegun: ended.child.pid !== undefined, cause };
    for (const { answer } of ended.waiting.values()) answer.reject(new EndedError(how));
    ended.waiting.clear();
  }

  function askOnce(work: IndexWork): Promise<unknown> {
    if (isOver) return Promise.reject(new EndedError({ mayAskAgain: false }));
    running ??= start();
    const to = running;
    const isLight = work.kind === "version";
    if (!isLight || !to.hasWorked) endWhenIdle(to);
    to.hasWorked ||= !isLight;
    const number = (asked += 1);
    const answer = Promise.withResolvers<unknown>();
    to.waiting.set(number, { work, answer });
    tell(to.child, { number, work });
    return answer.promise;
  }

  function hear(from: Running, message: unknown): void {
    const said = indexAnswer.parse(message);
    const asked = from.waiting.get(said.number);
    if (asked === undefined) return;
    from.waiting.delete(said.number);
    noteReading(from, asked.work, "value" in said && said.value !== undefined);
    from.isLarge ||= takesMuch.has(asked.work.kind) && said.resident > bytesKept;
    if (from.isLarge && from.waiting.size === 0 && from.readings.size === 0) void kill(from);
    if ("problem" in said)
      asked.answer.reject(new TransientError(said.problem, { cause: new Error(said.cause) }));
    else asked.answer.resolve(said.value);
  }

  function endWhenIdle(at: Running): void {
    clearTimeout(at.idle);
    at.idle = setTimeout(() => {
      if (at.waiting.size > 0) endWhenIdle(at);
      else void kill(at);
    }, idleMs).unref();
  }

  async function kill(unwanted: Running): Promise<void> {
    if (running === unwanted) running = undefined;
    unwanted.isUnwanted = true;
    clearTimeout(unwanted.idle);
    const { child } = unwanted;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  return {
    async ask(work) {
      try {
        return await askOnce(work);
      } catch (cause) {
        if (!(cause instanceof EndedError && cause.mayAskAgain)) throw cause;
        if (!cause.hasBegun) await sleep(untilBegunMs);
        return askOnce(work);
      }
    },
    end: async () => {
      isOver = true;
      if (running !== undefined) await kill(running);
    },
  };
}

/** The process of an index, which is told of its place first. */
export function forkIndexChild(): ChildProcess {
  return fork(new URL("./index-child.ts", import.meta.url), {
    execArgv: flags,
    // oxlint-disable-next-line node/no-process-env -- object storage's credentials are there, and LanceDB's settings
    env: toIndexEnvironment(process.env),
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** What cannot be sent has no process any more, or never had one, and its end is heard of. */
function tell(child: ChildProcess, message: object): void {
  // Node gives a process that could not be started no `send` at all.
  if (child.connected) child.send(message, () => {});
}

function noteReading({ readings }: Running, work: IndexWork, hasMore: boolean): void {
  if (work.kind === "leave") readings.delete(work.reading);
  if (work.kind !== "read" && work.kind !== "load") return;
  if (hasMore) readings.add(work.reading);
  else readings.delete(work.reading);
}

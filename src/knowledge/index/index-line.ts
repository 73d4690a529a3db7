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
const flags = ["--no-warnings", "--max-semi-space-size=2", "--max-old-space-size=256"];
const untilBegunMs = 250;

interface Running {
  readonly child: ChildProcess;
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>;
  /** It took memory for something. To tell a version takes none, however often. */
  hasWorked: boolean;
  isUnwanted: boolean;
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

/** Ends its process after `idleMs` without work. */
export function openIndexLine(place: LanceIndexParts, idleMs: number): IndexLine {
  let running: Running | undefined;
  let asked = 0;
  let isOver = false;

  function start(): Running {
    const child = forkChild();
    const started: Running = {
      child,
      waiting: new Map(),
      hasWorked: false,
      isUnwanted: false,
      idle: undefined,
    };
    child.on("message", (message) => settle(started, message));
    child.once("error", (cause) => forget(started, cause));
    child.once("exit", () => forget(started));
    tell(child, place);
    return started;
  }

  function forget(ended: Running, cause?: unknown): void {
    if (running === ended) running = undefined;
    clearTimeout(ended.idle);
    const how = { mayAskAgain: !ended.isUnwanted, hasBegun: ended.child.pid !== undefined, cause };
    for (const { reject } of ended.waiting.values()) reject(new EndedError(how));
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
    to.waiting.set(number, answer);
    tell(to.child, { number, work });
    return answer.promise;
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

function forkChild(): ChildProcess {
  try {
    return fork(new URL("./index-child.ts", import.meta.url), {
      execArgv: flags,
      // oxlint-disable-next-line node/no-process-env -- object storage's credentials are there, and LanceDB's settings
      env: toIndexEnvironment(process.env),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  } catch (cause) {
    throw new EndedError({ mayAskAgain: true, hasBegun: false, cause });
  }
}

/** What cannot be sent has no process any more, or never had one, and its end is heard of. */
function tell(child: ChildProcess, message: object): void {
  // Node gives a process that could not be started no `send` at all.
  if (child.connected) child.send(message, () => {});
}

function settle({ waiting }: Running, message: unknown): void {
  const answer = indexAnswer.parse(message);
  const asked = waiting.get(answer.number);
  waiting.delete(answer.number);
  if ("problem" in answer)
    asked?.reject(new TransientError(answer.problem, { cause: new Error(answer.cause) }));
  else asked?.resolve(answer.value);
}

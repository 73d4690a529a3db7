import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
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

interface Running {
  readonly child: ChildProcess;
  readonly waiting: Map<number, PromiseWithResolvers<unknown>>;
  /** It took memory for something. To tell a version takes none, however often. */
  hasWorked: boolean;
  isUnwanted: boolean;
  idle: NodeJS.Timeout | undefined;
}

/** The process ended over what was asked of it. */
class EndedError extends TransientError {
  readonly mayAskAgain: boolean;
  constructor(mayAskAgain: boolean) {
    super("knowledge index: its process ended");
    this.mayAskAgain = mayAskAgain;
  }
}

/** Ends its process after `idleMs` without work. */
export function openIndexLine(place: LanceIndexParts, idleMs: number): IndexLine {
  let running: Running | undefined;
  let asked = 0;
  let isOver = false;

  function start(): Running {
    const child = fork(new URL("./index-child.ts", import.meta.url), {
      execArgv: flags,
      // oxlint-disable-next-line node/no-process-env -- object storage's credentials are there, and LanceDB's settings
      env: toIndexEnvironment(process.env),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    const started: Running = {
      child,
      waiting: new Map(),
      hasWorked: false,
      isUnwanted: false,
      idle: undefined,
    };
    child.on("message", (message) => settle(started, message));
    child.once("error", () => forget(started));
    child.once("exit", () => forget(started));
    child.send(place, () => {});
    return started;
  }

  function forget(ended: Running): void {
    if (running === ended) running = undefined;
    clearTimeout(ended.idle);
    for (const { reject } of ended.waiting.values()) reject(new EndedError(!ended.isUnwanted));
    ended.waiting.clear();
  }

  function askOnce(work: IndexWork): Promise<unknown> {
    if (isOver) return Promise.reject(new EndedError(false));
    running ??= start();
    const to = running;
    const isLight = work.kind === "version";
    if (!isLight || !to.hasWorked) endWhenIdle(to);
    to.hasWorked ||= !isLight;
    const number = (asked += 1);
    const answer = Promise.withResolvers<unknown>();
    to.waiting.set(number, answer);
    // What cannot be sent has no process any more, and its end is heard of.
    to.child.send({ number, work }, () => {});
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
        return askOnce(work);
      }
    },
    end: async () => {
      isOver = true;
      if (running !== undefined) await kill(running);
    },
  };
}

function settle({ waiting }: Running, message: unknown): void {
  const answer = indexAnswer.parse(message);
  const asked = waiting.get(answer.number);
  waiting.delete(answer.number);
  if ("problem" in answer)
    asked?.reject(new TransientError(answer.problem, { cause: new Error(answer.cause) }));
  else asked?.resolve(answer.value);
}

import { fork, type ChildProcess } from "node:child_process";
import { z } from "zod";
import { PermanentError } from "../../core/errors.ts";
import { parsedDocument, type ParsedDocument } from "./parsed-document.ts";

/** Reads documents in a process of its own, one at a time, bounded in time and memory. */
export interface Parser {
  /** Throws PermanentError, in words for an operator, for what cannot be read; the next document can be. */
  parse(name: string, bytes: Uint8Array): Promise<ParsedDocument>;
  /** Ends the process for good: what still waits to be read, and whatever comes later, is refused. Safe to call twice. */
  stop(): void;
}

export interface ParserLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly maxBytes: number;
}

const usual: ParserLimits = { timeoutMs: 60_000, memoryMb: 512, maxBytes: 100 * 1024 * 1024 };
const idleMs = 30_000;
const readsNoMore = "documents are read no more: it was told to stop";
const reply = z.union([
  z.object({ ok: z.literal(true), parsed: parsedDocument }),
  z.object({ ok: z.literal(false), problem: z.string() }),
]);

/** Starts its process with the first document. */
export function createParser(limits: Partial<ParserLimits> = {}): Parser {
  const { timeoutMs, memoryMb, maxBytes } = { ...usual, ...limits };
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let isStopped = false;

  function start(): ChildProcess {
    const started = fork(new URL("./parse-child.ts", import.meta.url), {
      execArgv: ["--permission", "--allow-fs-read=*", `--max-old-space-size=${memoryMb}`, "--no-warnings"],
      env: {},
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  async function ask(name: string, bytes: Uint8Array): Promise<ParsedDocument> {
    if (bytes.byteLength > maxBytes)
      throw new PermanentError(`it is larger than ${Math.round(maxBytes / 1024 / 1024)} MB`);
    if (isStopped) throw new Error(readsNoMore);
    child ??= start();
    const asked = child;
    const answer = await answerOf(asked, { name, bytes }, timeoutMs).catch((cause: unknown) => {
      // What did not answer is ended, and the next document gets a process of its own.
      asked.kill("SIGKILL");
      if (child === asked) child = undefined;
      throw isStopped ? new Error(readsNoMore, { cause }) : cause;
    });
    const { ok, ...rest } = reply.parse(answer);
    if (!ok) throw new PermanentError("problem" in rest ? rest.problem : "it could not be read");
    return parsedDocument.parse("parsed" in rest ? rest.parsed : undefined);
  }

  return {
    parse(name, bytes) {
      clearTimeout(idle);
      const asked = last.then(() => ask(name, bytes));
      const ended = asked.catch(() => {});
      last = ended;
      void ended.then(() => {
        if (last === ended) idle = setTimeout(endProcess, idleMs).unref();
      });
      return asked;
    },
    stop() {
      isStopped = true;
      endProcess();
    },
  };

  function endProcess(): void {
    clearTimeout(idle);
    child?.kill("SIGKILL");
    child = undefined;
  }
}

function answerOf(child: ChildProcess, message: object, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail("it takes too long to read"), timeoutMs);
    const onExit = () => fail("it needs too much memory to read");
    const onMessage = (answer: unknown) => {
      settle();
      resolve(answer);
    };
    const settle = () => {
      clearTimeout(timer);
      child.off("exit", onExit);
      child.off("message", onMessage);
    };
    const fail = (problem: string) => {
      settle();
      reject(new PermanentError(problem));
    };
    child.once("exit", onExit);
    child.once("message", onMessage);
    child.send(message, (cause) => {
      if (cause !== null) fail("it could not be handed to the reader");
    });
  });
}

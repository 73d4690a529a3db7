import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startEnvironment, startFlags } from "../../bench/support/as-started.ts";
import { freePort } from "../../bench/support/stores.ts";
import type { Pace } from "../../src/compose/pace.ts";
import { compileCache } from "../support/compile-cache.ts";
import type { CrashPoint, StrikeOrders } from "./crash-points.ts";

export type BatonRole = "all" | "edge" | "worker";

/** Baton's processes, kept running as a container platform would: who falls is started again. */
export interface Fleet {
  /** Where the platform delivers and visitors come in; the same through restarts. */
  readonly doors: readonly string[];
  readonly members: readonly Member[];
  /** Points at which a process was struck, in order. */
  readonly struck: readonly CrashPoint[];
  /** Exits that nobody ordered. */
  readonly crashes: readonly string[];
  /** Everything the processes have written. */
  log(): string;
  /** Processes that sleep by SIGSTOP right now. */
  sleeping(): number;
  stop(): Promise<void>;
}

export interface Member {
  readonly role: BatonRole;
  /** SIGKILL; it is started again. */
  kill(): void;
  /** SIGSTOP now and SIGCONT after so many milliseconds. */
  sleep(ms: number): void;
  /** SIGTERM, waits for the end, and starts it again. Resolves with how it ended. */
  roll(): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface FleetOptions {
  readonly roles: readonly BatonRole[];
  readonly env: Readonly<Record<string, string>>;
  readonly pace: Pace;
  readonly orders: StrikeOrders;
  /** How long a process that was struck with `stop` sleeps, milliseconds. */
  readonly sleepMs: number;
  /** Told right after a strike. */
  readonly onStruck?: ((point: CrashPoint) => void) | undefined;
}

const flags = [...startFlags, "--no-warnings"];
const program = fileURLToPath(new URL("./baton-process.ts", import.meta.url));
const restartAfterMs = 50;
const startTimeoutMs = 90_000;

interface Slot extends Member {
  readonly port: number;
  ready: Promise<string>;
  end(): Promise<void>;
}

/** Starts all processes and resolves once each is ready. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const struck: CrashPoint[] = [];
  const crashes: string[] = [];
  const lines: string[] = [];
  let asleep = 0;
  let ending = false;

  function createSlot(role: BatonRole): Slot {
    let child: ChildProcess;
    let port = 0;
    let expected = false;
    let isReady = false;
    let gone = Promise.resolve({ code: null as number | null, signal: null as string | null });

    async function launch(): Promise<string> {
      // Not one the system hands out by itself: it must still be free when this process is started again.
      port ||= await freePort();
      isReady = false;
      expected = false;
      const env = {
        PATH: process.env["PATH"] ?? "",
        ...startEnvironment,
        ...compileCache,
        ...options.env,
        BATON_ROLE: role,
        PORT: String(port),
        BATON_FAULT_ORDERS: JSON.stringify(options.orders),
        BATON_FAULT_PACE: JSON.stringify(options.pace),
      };
      const started = spawn(process.execPath, [...flags, program], {
        env,
        stdio: ["pipe", "pipe", "pipe"],
      });
      child = started;
      started.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
      gone = new Promise((resolve) => started.once("close", (code, signal) => resolve({ code, signal })));
      void gone.then(({ code, signal }) => onGone(code, signal));
      return new Promise((resolve) => {
        readLines(started, (line) => {
          lines.push(`${line}\n`);
          const said = parseLine(line);
          if (said?.struck !== undefined) onStrike(started, said.struck, said.act === "stop");
          if (said?.url === undefined) return;
          isReady = true;
          port = Number(new URL(said.url).port);
          resolve(said.url);
        });
        // Whoever waits for one that ended before it was ready waits for the next.
        void gone.then(() => resolve(ending ? "" : slot.ready));
      });
    }

    function onStrike(who: ChildProcess, point: CrashPoint, isStop: boolean): void {
      struck.push(point);
      if (isStop) wakeLater(who, options.sleepMs);
      else expected = true;
      options.onStruck?.(point);
    }

    function wakeLater(who: ChildProcess, ms: number): void {
      asleep += 1;
      setTimeout(() => {
        asleep -= 1;
        who.kill("SIGCONT");
      }, ms);
    }

    function onGone(code: number | null, signal: string | null): void {
      if (ending) return;
      // A start that fails while a server is away is tried again, as any supervisor does.
      if (!expected && isReady) crashes.push(`${role} ended by itself: code ${code}, signal ${signal}`);
      slot.ready = delay(restartAfterMs).then(() => (ending ? "" : launch()));
    }

    const slot: Slot = {
      role,
      get port() {
        return port;
      },
      ready: Promise.resolve(""),
      kill: () => {
        expected = true;
        child.kill("SIGKILL");
      },
      sleep: (ms) => {
        child.kill("SIGSTOP");
        wakeLater(child, ms);
      },
      roll: async () => {
        expected = true;
        child.kill("SIGTERM");
        const how = await gone;
        await slot.ready;
        return how;
      },
      end: async () => {
        child.kill("SIGCONT");
        child.kill("SIGTERM");
        const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
        await gone;
        clearTimeout(late);
      },
    };
    slot.ready = launch();
    return slot;
  }

  const slots = options.roles.map(createSlot);
  const doors = slots.filter(({ role }) => role !== "worker");
  if (doors.length === 0) throw new Error("a fleet needs a door");
  try {
    await within(Promise.all(slots.map(({ ready }) => ready)), startTimeoutMs);
  } catch (cause) {
    ending = true;
    await Promise.all(slots.map((slot) => slot.end()));
    throw new Error(`the fleet did not start:\n${lines.join("").slice(-4_000)}`, { cause });
  }

  return {
    doors: await Promise.all(doors.map(({ ready }) => ready)),
    members: slots,
    struck,
    crashes,
    log: () => lines.join(""),
    sleeping: () => asleep,
    stop: async () => {
      ending = true;
      await Promise.all(slots.map((slot) => slot.end()));
    },
  };
}

interface Said {
  readonly struck?: CrashPoint;
  readonly act?: string;
  readonly url?: string;
}

function parseLine(line: string): Said | undefined {
  try {
    return JSON.parse(line) as Said;
  } catch {
    return undefined;
  }
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  let rest = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(onLine);
  });
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = new AbortController();
  const late = delay(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not within ${ms} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

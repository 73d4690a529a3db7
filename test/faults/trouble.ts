import { setTimeout as delay } from "node:timers/promises";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import type { Fleet, Member } from "./fleet.ts";
import type { CallName, Platform } from "./platforms/platform.ts";
import type { Trouble } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** What can be troubled. */
export interface Victims {
  readonly stage: Stage;
  readonly databaseUrl: string;
  readonly platform: Platform;
  readonly model: OpenAiSimulator;
  readonly fleet: Fleet;
}

const waitForMomentMs = 3_000;

/** Makes it go wrong. Resolves when it is over; what waits for its moment gives up after three seconds. */
export async function makeTrouble(victims: Victims, trouble: Trouble): Promise<void> {
  const { stage, platform, model, fleet } = victims;
  switch (trouble.kind) {
    case "kill":
      return memberOf(fleet, trouble.member).kill();
    case "sleep":
      memberOf(fleet, trouble.member).sleep(trouble.ms);
      await delay(trouble.ms);
      return;
    case "roll":
      return void (await memberOf(fleet, trouble.member).roll());
    case "kill in mid-stream":
      return inMidStream(victims, () => killWorkers(fleet));
    case "roll in mid-stream":
      return inMidStream(victims, () => rollWorkers(fleet));
    case "kill after effect":
      return afterEffect(victims, trouble.call, () => killWorkers(fleet));
    case "postgres restart after effect":
      return afterEffect(victims, trouble.call, () => stage.restartPostgres());
    case "redis restart":
      return stage.redis.restart({ keep: trouble.keep });
    case "redis flush":
      return stage.redis.flush();
    case "redis down":
      await stage.redis.kill();
      await delay(trouble.ms);
      return stage.redis.restart({ keep: true });
    case "redis frozen":
      stage.redis.freeze();
      await delay(trouble.ms);
      return stage.redis.thaw();
    case "postgres restart":
      return stage.restartPostgres();
    case "postgres sessions end":
      return stage.endSessions(victims.databaseUrl);
    case "calls":
      return platform.failCalls(trouble.fault);
    case "events":
      return platform.failEvents(trouble.fault);
    case "platform":
      return platform.trouble(trouble.trouble);
    case "model":
      return void model.fault(trouble.order);
    default:
      throw new Error(`unknown trouble: ${JSON.stringify(trouble satisfies never)}`);
  }
}

function memberOf(fleet: Fleet, index: number): Member {
  const member = fleet.members[index];
  if (member === undefined) throw new Error(`the fleet has no member ${index}`);
  return member;
}

function killWorkers(fleet: Fleet): void {
  for (const member of fleet.members) if (member.role !== "edge") member.kill();
}

async function rollWorkers(fleet: Fleet): Promise<void> {
  for (const member of fleet.members) if (member.role !== "edge") await member.roll();
}

async function inMidStream({ model }: Victims, strike: () => void | Promise<void>): Promise<void> {
  const isMidway = () =>
    model.history().some((request) => request.outcome === "open" && request.tokensSent > 3);
  if (await comes(isMidway)) await strike();
}

/** The answer is held back for a while after the call took effect; in that while it strikes. */
async function afterEffect(
  { platform }: Victims,
  call: CallName,
  strike: () => void | Promise<void>,
): Promise<void> {
  const held = platform.holdBack(call);
  if (await comes(() => held.hasStruck())) await strike();
  held.release();
}

/** Looks every few milliseconds: a moment that is over before the next look is not the one meant. */
async function comes(probe: () => boolean): Promise<boolean> {
  for (const until = Date.now() + waitForMomentMs; Date.now() < until; await delay(5)) {
    if (probe()) return true;
  }
  return false;
}

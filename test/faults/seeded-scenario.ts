import type { FaultOrder } from "../../simulators/openai/fault.ts";
import { channelNames, type ChannelName } from "../../src/core/envelope.ts";
import { crashPoints, type Strike } from "./crash-points.ts";
import { createChance, type Chance } from "./random.ts";
import {
  doorAndWorkers,
  oneProcess,
  type Scenario,
  type Talk,
  type Trouble,
  type Utterance,
} from "./scenario.ts";

/** The scenario of a seed: who talks, on what it runs, and what goes wrong when. */
export function seededScenario(seed: number): Scenario {
  const chance = createChance(seed);
  const roles = chance.isOne(0.55) ? doorAndWorkers : oneProcess;
  const queue = roles === oneProcess && chance.isOne(0.6) ? "postgres" : "redis";
  const talks = Array.from({ length: chance.whole(3, 5) }, (_, index) => chooseTalk(chance, index));
  const kinds = Array.from({ length: chance.whole(1, 3) }, () =>
    chance.pick(["strike", "strike", "trouble"]),
  );
  const strikes = kinds.filter((kind) => kind === "strike").flatMap(() => chooseStrikes(chance));
  const troubles = Array.from({ length: chance.whole(1, 3) }, () => ({
    atMs: chance.whole(0, 3_000),
    trouble: chooseTrouble(chance, { members: roles.length, redis: queue === "redis" }),
  }));
  return {
    name: `seed ${seed}`,
    platform: choosePlatform(seed),
    roles,
    queue,
    model: { firstTokenMs: chance.whole(0, 120), tokensPerSecond: chance.whole(50, 400) },
    talks,
    strikes,
    sleepMs: chance.whole(2_500, 4_000),
    troubles,
  };
}

/**
 * Which platform a seed plays on, drawn apart from everything else: a seed is the same story on each of them.
 * `BATON_FAULT_PLATFORM` tells it on the one it names.
 */
function choosePlatform(seed: number): ChannelName {
  const named = channelNames.find((name) => name === process.env["BATON_FAULT_PLATFORM"]);
  const drawn = createChance(seed ^ 0x5eed).pick(["slack", "slack", "discord", "teams", "web"] as const);
  return named ?? drawn;
}

function chooseTalk(chance: Chance, index: number): Talk {
  const count = chance.whole(2, 4);
  const isBurst = chance.isOne(0.35);
  const takenOverAt = chance.isOne(0.2) ? chance.whole(1, count - 1) : undefined;
  const messages = Array.from({ length: count }, (_, at): Utterance => ({
    id: `c${index}m${at}`,
    afterMs: at === 0 ? chance.whole(0, 1_200) : isBurst ? chance.whole(0, 80) : chance.whole(200, 1_400),
    kind: at === takenOverAt ? "human" : chance.isOne(0.3) ? "ticket" : "question",
    mention: chance.isOne(0.3),
  }));
  // Everybody has one direct conversation with the bot, so at most one talk is there.
  const channel = index === 0 && chance.isOne(0.3) ? "dm" : chance.pick(["#support", "#general"] as const);
  return { user: chance.pick(["Ana", "Ben"] as const), channel, messages };
}

function chooseStrikes(chance: Chance): Strike[] {
  const point = chance.pick(crashPoints);
  const act = chance.isOne(0.3) ? "stop" : "kill";
  const times = act === "kill" && chance.isOne(0.25) ? chance.whole(2, 4) : 1;
  const skip = chance.whole(0, 2);
  return Array.from({ length: times }, (_, index) => ({ point, act, skip: index === 0 ? skip : 0 }));
}

const writing = ["post", "begin", "grow", "end", "change"] as const;

function chooseTrouble(chance: Chance, { members, redis }: { members: number; redis: boolean }): Trouble {
  const member = chance.whole(0, members - 1);
  const choices: (() => Trouble)[] = [
    () => ({ kind: "kill", member }),
    () => ({ kind: "sleep", member, ms: chance.whole(300, 3_500) }),
    () => ({ kind: "roll", member }),
    () => ({ kind: "kill in mid-stream" }),
    () => ({ kind: "roll in mid-stream" }),
    () => ({ kind: "kill after effect", call: chance.pick(writing) }),
    () => ({ kind: "postgres restart after effect", call: chance.pick(writing) }),
    () => ({ kind: "postgres restart" }),
    () => ({ kind: "postgres sessions end" }),
    () => chooseCallTrouble(chance),
    () => chooseCallTrouble(chance),
    () => chooseEventTrouble(chance),
    () => chooseEventTrouble(chance),
    () => ({ kind: "model", order: chooseModelFault(chance) }),
    ...(redis
      ? [
          (): Trouble => ({ kind: "redis restart", keep: chance.isOne(0.5) }),
          (): Trouble => ({ kind: "redis flush" }),
          (): Trouble => ({ kind: "redis down", ms: chance.whole(500, 2_500) }),
          (): Trouble => ({ kind: "redis frozen", ms: chance.whole(300, 2_000) }),
        ]
      : []),
  ];
  return chance.pick(choices)();
}

function chooseCallTrouble(chance: Chance): Trouble {
  const when = chance.pick(["before", "after"] as const);
  const times = chance.whole(1, 3);
  const on = chance.isOne(0.25) ? "any" : chance.pick(writing);
  const action = chance.pick([
    { kind: "cut", when } as const,
    { kind: "status", status: chance.pick([500, 502, 503, 504]), when } as const,
    { kind: "delay", ms: chance.whole(100, 900), when } as const,
    { kind: "malformed", when } as const,
    { kind: "rate_limit", retryAfterSeconds: 1 } as const,
  ]);
  const skip = chance.whole(0, 3);
  return {
    kind: "calls",
    fault: action.kind === "rate_limit" ? { on, do: action } : { on, times, skip, do: action },
  };
}

function chooseEventTrouble(chance: Chance): Trouble {
  const fault = chance.pick([
    { do: { kind: "duplicate", copies: 3, concurrent: chance.isOne(0.5) } } as const,
    { probability: 0.5, do: { kind: "delay", ms: [0, 1_500] } } as const,
    { times: chance.whole(1, 4), do: { kind: "lose_ack" } } as const,
  ]);
  return { kind: "events", fault };
}

function chooseModelFault(chance: Chance): FaultOrder {
  const scope = { times: chance.whole(1, 2), skip: chance.whole(0, 3) };
  return chance.pick<FaultOrder>([
    { kind: "cut", afterTokens: chance.whole(0, 40), ...scope },
    { kind: "server-error", status: chance.pick([500, 502, 503]), ...scope },
    { kind: "rate-limit", retryAfterMs: 200, ...scope },
    { kind: "malformed-stream", variant: chance.pick(["missing-done", "error-event"] as const), ...scope },
  ]);
}

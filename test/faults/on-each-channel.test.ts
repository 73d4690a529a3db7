import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseRows, usualRoles } from "./battery.ts";
import { play } from "./play.ts";
import type { CallFault, OwnTrouble } from "./platforms/platform.ts";
import { expectSound } from "./report.ts";
import {
  doorAndWorkers,
  oneProcess,
  quietScenario,
  talk,
  twoDoors,
  type Scenario,
  type Talk,
  type Trouble,
} from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

const at = (atMs: number, trouble: Trouble) => ({ atMs, trouble });
const calls = (fault: CallFault): Trouble => ({ kind: "calls", fault });

// Rows that are no matter of processes that fall stand with their channel: G5, G7, G8, G10, G11 and G12 in
// test/channels/discord, M6 and M10 in test/channels/teams.

const rooms = (names: readonly Talk["channel"][]): Talk[] =>
  names.map((channel, index) =>
    talk(`${"abc"[index]}`, index === 1 ? ["ticket", "question"] : ["question", "question", "ticket"], {
      channel,
      gapMs: 500,
    }),
  );
const crowd = rooms(["#support", "#general", "dm"]);

type Named = readonly [name: string, given: Partial<Scenario>];

function onDiscord(
  ...does: readonly [atMs: number, what: Extract<OwnTrouble, { on: "discord" }>["do"]][]
): TimedTrouble[] {
  return does.map(([atMs, what]) => at(atMs, { kind: "platform", trouble: { on: "discord", do: what } }));
}

function onTeams(
  ...does: readonly [atMs: number, what: Extract<OwnTrouble, { on: "teams" }>["do"]][]
): TimedTrouble[] {
  return does.map(([atMs, what]) => at(atMs, { kind: "platform", trouble: { on: "teams", do: what } }));
}

type TimedTrouble = Scenario["troubles"][number];

const discord: readonly Named[] = [
  [
    "the gateway's connection is lost again and again (G1)",
    {
      talks: crowd,
      troubles: onDiscord([100, "drop the connection"], [700, "close 4000"], [1_300, "drop the connection"]),
    },
  ],
  [
    "the gateway asks to reconnect (G2)",
    { talks: crowd, troubles: onDiscord([300, "ask to reconnect"], [900, "ask to reconnect"]) },
  ],
  [
    "the session is refused for a moment (G3)",
    { talks: crowd, troubles: onDiscord([400, "refuse the session for now"]) },
  ],
  [
    "the session is over and what came meanwhile is read up (G4)",
    { talks: crowd, troubles: onDiscord([450, "end the session"]) },
  ],
  [
    "the process that listens is killed and another one resumes (G1)",
    {
      roles: twoDoors,
      talks: crowd,
      troubles: [at(400, { kind: "kill", member: 0 }), at(900, { kind: "kill", member: 1 })],
    },
  ],
  [
    "the process that listens falls asleep, another one takes over, and it wakes (G7)",
    { roles: twoDoors, talks: crowd, troubles: [at(300, { kind: "sleep", member: 0, ms: 5_000 })] },
  ],
  [
    "every event comes four times (G6)",
    { talks: crowd, troubles: [at(0, { kind: "events", fault: { do: { kind: "duplicate", copies: 3 } } })] },
  ],
  [
    "calls are limited: of one route, shared, for everything, by the proxy (G9)",
    {
      talks: crowd,
      troubles: [
        at(0, calls({ on: "post", do: { kind: "rate_limit", retryAfterSeconds: 1 } })),
        ...onDiscord([1_200, "limit shared"], [1_800, "answer from the proxy"], [2_200, "limit everything"]),
      ],
    },
  ],
  [
    "the connection is cut after each message was taken (P1)",
    { talks: crowd, troubles: [at(0, calls({ on: "any write", times: 6, do: { kind: "cut" } }))] },
  ],
  [
    "each message was taken and is answered 502 (P2)",
    {
      talks: crowd,
      troubles: [at(0, calls({ on: "any write", times: 6, do: { kind: "status", status: 502 } }))],
    },
  ],
  [
    "PostgreSQL falls after a message was taken (P3)",
    { troubles: [at(0, { kind: "postgres restart after effect", call: "post" })] },
  ],
  [
    "nonces are forgotten before it is tried again (P4)",
    {
      talks: crowd,
      troubles: [
        ...onDiscord([0, "forget nonces"]),
        at(0, calls({ on: "post", times: 4, do: { kind: "cut" } })),
        at(1_500, { kind: "kill after effect", call: "post" }),
      ],
    },
  ],
];

const teams: readonly Named[] = [
  [
    "calls are limited (M1)",
    {
      talks: crowd,
      troubles: [at(0, calls({ on: "any write", do: { kind: "rate_limit", retryAfterSeconds: 2 } }))],
    },
  ],
  [
    "somebody else changed the conversation at that moment (M2)",
    { talks: crowd, troubles: onTeams([0, "precondition"]) },
  ],
  ...([502, 504, 408] as const).map((status): Named => [
    `creates took effect and are answered ${status} (M3, P2)`,
    {
      roles: usualRoles,
      talks: crowd,
      troubles: [at(0, calls({ on: "post", times: 3, do: { kind: "status", status } }))],
    },
  ]),
  [
    "the connection is cut after each write took effect (P1)",
    { talks: crowd, troubles: [at(0, calls({ on: "any write", times: 4, do: { kind: "cut" } }))] },
  ],
  [
    "killed after a message was created (P3)",
    { troubles: [at(0, { kind: "kill after effect", call: "post" })] },
  ],
  [
    "PostgreSQL falls after a stream was begun (P3)",
    {
      talks: [talk("t", ["question"], { channel: "dm" })],
      troubles: [at(0, { kind: "postgres restart after effect", call: "begin" })],
    },
  ],
  [
    "no acknowledgement arrives, so everything is sent again (M4)",
    { talks: crowd, troubles: [at(0, { kind: "events", fault: { times: 8, do: { kind: "lose_ack" } } })] },
  ],
  [
    "the first message of a thread arrives after the second, which names nobody, and there is no reading back (M4)",
    {
      roles: oneProcess,
      talks: [talk("late", ["question", "question"], { gapMs: 200 })],
      troubles: [at(0, { kind: "events", fault: { text: "late-1", do: { kind: "delay", ms: 1_500 } } })],
    },
  ],
  [
    "the service address moves while answers are written (M5)",
    { talks: crowd, troubles: onTeams([200, "move the service address"], [900, "move the service address"]) },
  ],
  [
    "tokens end and none can be had for a while (M7)",
    { talks: crowd, troubles: onTeams([300, "refuse tokens"], [1_200, "expire the tokens"]) },
  ],
  [
    "the keys cannot be fetched for a while (M8)",
    { talks: crowd, troubles: onTeams([200, "take the keys away"], [1_500, "give the keys back"]) },
  ],
  [
    "streams are refused, from the first step or in the middle (M9)",
    {
      talks: [talk("a", ["question", "ticket", "question"], { channel: "dm", gapMs: 1_500 })],
      model: { firstTokenMs: 30, tokensPerSecond: 25 },
      troubles: onTeams([0, "close the stream"], [2_500, "forbid streams"]),
    },
  ],
  [
    "killed in the middle of a stream (W1)",
    {
      talks: [talk("a", ["question", "question"], { channel: "dm", gapMs: 300 })],
      model: { firstTokenMs: 30, tokensPerSecond: 25 },
      troubles: [at(0, { kind: "kill in mid-stream" })],
    },
  ],
];

const web: readonly Named[] = [
  [
    "doors and workers are killed while the answer streams",
    {
      roles: twoDoors,
      talks: crowd,
      model: { firstTokenMs: 30, tokensPerSecond: 40 },
      troubles: [
        at(300, { kind: "kill", member: 0 }),
        at(0, { kind: "kill in mid-stream" }),
        at(1_400, { kind: "kill", member: 1 }),
      ],
    },
  ],
  [
    "pages lose their connection and go on at another door",
    {
      roles: twoDoors,
      talks: crowd,
      troubles: [200, 600, 1_000, 1_500].map((ms) =>
        at(ms, { kind: "platform", trouble: { on: "web", do: "cut the connections" } }),
      ),
    },
  ],
  [
    "everything is put four times at once, at both doors, and once more",
    {
      roles: twoDoors,
      talks: crowd,
      troubles: [
        at(0, { kind: "events", fault: { do: { kind: "duplicate", copies: 3, concurrent: true } } }),
        at(0, { kind: "events", fault: { do: { kind: "lose_ack" } } }),
      ],
    },
  ],
  [
    "killed after the answer was seen whole (P3)",
    { troubles: [at(0, { kind: "kill after effect", call: "end" })] },
  ],
  [
    "PostgreSQL falls while the answer is being seen (P3)",
    { troubles: [at(0, { kind: "postgres restart after effect", call: "begin" })] },
  ],
  [
    "Redis is emptied and forgets, and pages miss nothing (R2, R3)",
    {
      roles: twoDoors,
      talks: crowd,
      troubles: [at(300, { kind: "redis flush" }), at(900, { kind: "redis restart", keep: false })],
    },
  ],
  [
    "a person is asked for while the bot writes (H1)",
    {
      model: { firstTokenMs: 30, tokensPerSecond: 25 },
      talks: [talk("t", ["question", "human", "question"], { gapMs: 1_500 })],
    },
  ],
];

/** What a plain run plays too: one of each. */
const always = [
  "the process that listens is killed and another one resumes (G1)",
  "creates took effect and are answered 502 (M3, P2)",
  "doors and workers are killed while the answer streams",
];

const all = [
  ...discord.map(([name, given]) => [name, { ...given, platform: "discord" }] as const),
  ...teams.map(([name, given]) => [name, { ...given, platform: "teams" }] as const),
  ...web.map(([name, given]) => [name, { ...given, platform: "web" }] as const),
] as const;

/** Whether a create takes effect whose answer never comes. */
function losesCreates(troubles: Scenario["troubles"]): boolean {
  return troubles.some(({ trouble }) => {
    if (trouble.kind === "kill after effect") return trouble.call === "post";
    if (trouble.kind !== "calls") return false;
    return trouble.fault.do.kind === "cut" || trouble.fault.do.kind === "status";
  });
}

function losesBegunStream(troubles: Scenario["troubles"]): boolean {
  return troubles.some(
    ({ trouble }) => trouble.kind === "postgres restart after effect" && trouble.call === "begin",
  );
}

describe("what must hold on each channel", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(chooseRows(all, always))("%s", { timeout: 240_000 }, async (name, given) => {
    const scenario = quietScenario(name, { roles: doorAndWorkers, ...given });
    const outcome = await play(stage, scenario);
    expectSound(scenario, outcome);
    expect(outcome.counts.unheard).toBe(0);
    // What was lost took effect, so it stands; where nobody can know that, the books say so. Only a stream that
    // was begun when PostgreSQL fell is no message yet: there the answer itself is held.
    const held = outcome.books.deliveries.filter(({ state }) => state === "unknown").length;
    const isTeams = scenario.platform === "teams";
    const mayHold = isTeams && losesBegunStream(scenario.troubles);
    expect(outcome.counts.unknown).toBeLessThanOrEqual(mayHold ? 1 : 0);
    if (!mayHold) expect(held > 0, `${held} are unknown`).toBe(isTeams && losesCreates(scenario.troubles));
  });
});

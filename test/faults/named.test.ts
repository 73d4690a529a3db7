import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseRows, usualRoles } from "./battery.ts";
import { play } from "./play.ts";
import { expectSound } from "./report.ts";
import { oneProcess, quietScenario, talk, type Scenario, type Trouble } from "./scenario.ts";
import { openStage, type Stage } from "./stage.ts";

const at = (atMs: number, trouble: Trouble) => ({ atMs, trouble });
const crowd = [
  talk("a", ["question", "ticket", "question"], { gapMs: 500 }),
  talk("b", ["ticket", "question"], { gapMs: 100, channel: "#general" }),
  talk("c", ["question", "question"], { gapMs: 700, channel: "dm" }),
];
const writing = ["begin", "grow", "end"] as const;
const six = [1, 2, 3, 4, 5, 6] as const;

const named: readonly (readonly [string, Partial<Scenario>])[] = [
  [
    "killed six times on the same message (W2)",
    { roles: oneProcess, strikes: six.map(() => ({ point: "model step begun", act: "kill" })) },
  ],
  [
    "killed six times on the same tool call (W2)",
    {
      talks: [talk("t", ["ticket", "question"], { gapMs: 300 })],
      strikes: six.map(() => ({ point: "tool step begun", act: "kill" })),
    },
  ],
  [
    "stopped in mid-stream, one worker after the other (W5)",
    { troubles: [at(0, { kind: "roll in mid-stream" })] },
  ],
  [
    "every process restarted in turn while people talk (W5)",
    {
      talks: crowd,
      troubles: [
        at(300, { kind: "roll", member: 1 }),
        at(1_500, { kind: "roll", member: 2 }),
        at(2_500, { kind: "roll", member: 0 }),
      ],
    },
  ],
  ...writing.map(
    (call) =>
      [
        `killed after "${call}" took effect (P3)`,
        { troubles: [at(0, { kind: "kill after effect", call })] },
      ] as const,
  ),
  ...writing.map(
    (call) =>
      [
        `PostgreSQL falls after "${call}" took effect (P3)`,
        { roles: usualRoles, troubles: [at(0, { kind: "postgres restart after effect", call })] },
      ] as const,
  ),
  [
    "the connection is cut after each write took effect (P1)",
    {
      roles: usualRoles,
      talks: crowd,
      troubles: [at(0, { kind: "calls", fault: { on: "any write", times: 6, do: { kind: "cut" } } })],
    },
  ],
  [
    "each write took effect and is answered 503 (P2)",
    {
      talks: crowd,
      troubles: [
        at(0, {
          kind: "calls",
          fault: { on: "any write", times: 6, do: { kind: "status", status: 503 } },
        }),
      ],
    },
  ],
  [
    "the search for a lost message is held back (P5)",
    {
      strikes: [{ point: "before the outcomes", act: "kill" }],
      troubles: [
        at(0, {
          kind: "calls",
          fault: { on: "search", do: { kind: "rate_limit", retryAfterSeconds: 6 } },
        }),
      ],
    },
  ],
  [
    "Redis restarts and remembers (R1)",
    { talks: crowd, troubles: [at(600, { kind: "redis restart", keep: true })] },
  ],
  [
    "Redis restarts and has forgotten (R2)",
    { roles: usualRoles, talks: crowd, troubles: [at(600, { kind: "redis restart", keep: false })] },
  ],
  [
    "Redis is emptied again and again (R3)",
    { talks: crowd, troubles: [200, 500, 900, 1_300].map((ms) => at(ms, { kind: "redis flush" })) },
  ],
  [
    "Redis is emptied between the bell and the pick-up (R4)",
    {
      troubles: [
        at(0, { kind: "sleep", member: 1, ms: 1_500 }),
        at(0, { kind: "sleep", member: 2, ms: 1_500 }),
        at(800, { kind: "redis flush" }),
      ],
    },
  ],
  [
    "Redis is down while messages come in (R7)",
    { talks: crowd, troubles: [at(0, { kind: "redis down", ms: 4_000 })] },
  ],
  ["Redis does not answer (R9)", { talks: crowd, troubles: [at(200, { kind: "redis frozen", ms: 3_000 })] }],
  [
    "PostgreSQL restarts at once, twice (D1)",
    {
      talks: crowd,
      troubles: [at(500, { kind: "postgres restart" }), at(1_800, { kind: "postgres restart" })],
    },
  ],
  [
    "PostgreSQL restarts under a queue that lives in it (D1)",
    { roles: oneProcess, queue: "postgres", talks: crowd, troubles: [at(700, { kind: "postgres restart" })] },
  ],
  [
    "all database sessions end in the middle (D3)",
    { talks: crowd, troubles: [300, 700, 1_100].map((ms) => at(ms, { kind: "postgres sessions end" })) },
  ],
  [
    "every event comes four times at once (S1)",
    {
      roles: usualRoles,
      talks: crowd,
      troubles: [
        at(0, { kind: "events", fault: { do: { kind: "duplicate", copies: 3, concurrent: true } } }),
      ],
    },
  ],
  [
    "no acknowledgement arrives, so everything is sent again (S1)",
    {
      talks: crowd,
      troubles: [at(0, { kind: "events", fault: { times: 12, do: { kind: "lose_ack" } } })],
    },
  ],
  [
    "events arrive in any order (S3)",
    {
      talks: [talk("a", ["question", "question", "ticket", "question"], { gapMs: 100 }), ...crowd.slice(1)],
      troubles: [at(0, { kind: "events", fault: { do: { kind: "delay", ms: [0, 1_500] } } })],
    },
  ],
  [
    "the first message of a thread arrives after the second, which names nobody (S3)",
    {
      roles: usualRoles,
      talks: [talk("late", ["question", "question"], { gapMs: 200 })],
      troubles: [at(0, { kind: "events", fault: { text: "late-1", do: { kind: "delay", ms: 1_500 } } })],
    },
  ],
  [
    "the model breaks off in its text (L5)",
    { talks: crowd, troubles: [at(0, { kind: "model", order: { kind: "cut", afterTokens: 20, times: 3 } })] },
  ],
  [
    "the model breaks off in a tool call (L5)",
    {
      talks: [talk("t", ["ticket", "ticket"], { gapMs: 1_500 })],
      troubles: [at(0, { kind: "model", order: { kind: "cut", afterTokens: 2, times: 2 } })],
    },
  ],
  ...(["ticket made", "stream goes on", "before the commit"] as const).map(
    (point) =>
      [
        `the only process sleeps past its lease at ${point} (W4)`,
        {
          roles: oneProcess,
          model: { firstTokenMs: 30, tokensPerSecond: 35 },
          talks: [talk("t", point === "ticket made" ? ["ticket"] : ["question"])],
          strikes: [{ point, act: "stop" }],
        },
      ] as const,
  ),
  [
    "a person is asked for while the bot writes (H1)",
    {
      roles: usualRoles,
      model: { firstTokenMs: 30, tokensPerSecond: 25 },
      talks: [talk("t", ["question", "human", "question"], { gapMs: 1_500 })],
    },
  ],
];

/** What a plain run plays too: one for each kind of thing that can break. */
const always = [
  'PostgreSQL falls after "begin" took effect (P3)',
  "the connection is cut after each write took effect (P1)",
  "Redis restarts and has forgotten (R2)",
  "every event comes four times at once (S1)",
  "the first message of a thread arrives after the second, which names nobody (S3)",
  "a person is asked for while the bot writes (H1)",
];
const chosen = chooseRows(named, always);

describe("what must hold whatever happens", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage.stop());

  it.each(chosen)("%s", { timeout: 240_000 }, async (name, given) => {
    const scenario = quietScenario(name, given);
    const outcome = await play(stage, scenario);
    expectSound(scenario, outcome);
    expect(outcome.struck).toHaveLength(scenario.strikes.length);
    expect(outcome.counts.unheard).toBe(0);
  });

  it(
    "a tool that must not run twice is not run twice: a person is asked for (T3)",
    { timeout: 240_000 },
    async () => {
      const scenario = quietScenario("unrepeatable tool", {
        roles: usualRoles,
        talks: [talk("t", ["ticket"])],
        strikes: [{ point: "ticket made", act: "kill" }],
        unrepeatableTools: true,
      });
      const outcome = await play(stage, scenario);
      expect(
        outcome.books.tickets.filter(({ idempotency_key: key }) => !key.startsWith("handoff:")),
      ).toHaveLength(1);
      const said = outcome.transcript.filter((line) => line.includes(" baton: "));
      expect(said).toHaveLength(1);
      expect(said[0]).toContain("I've asked a teammate to take over");
      expect(outcome.books.conversations).toMatchObject([{ owner_kind: "queue" }]);
      expectSound(scenario, outcome);
    },
  );
});

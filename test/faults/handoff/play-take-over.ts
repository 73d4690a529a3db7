import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../support/talk.ts";
import { createChance } from "../random.ts";
import type { Input, Lane } from "./lanes.ts";
import { slowlyMs } from "./lanes.ts";
import { beginOf, toQuestion, type Scene, type Wish } from "./scene.ts";
import { takeOverPoints, type TakeOverPoint } from "./take-over-points.ts";

/** One take-over to be played. */
export interface Plan {
  readonly id: string;
  readonly point: TakeOverPoint;
  readonly seed: number;
  readonly isLate: boolean;
  /** The turn goes on so long after the commit, milliseconds; 0: before anybody could tell it. */
  readonly pauseMs: number;
  readonly wish: Wish;
  readonly words: number;
}

/** One take-over that was played. */
export interface Played extends Plan {
  readonly lane: string;
  readonly space: string;
  readonly channel: Lane["channel"];
  readonly input: Input;
  readonly conversation: string;
  /** What had become visible when it was taken over. */
  readonly wasVisible: boolean;
  /** By PostgreSQL's own record of the commit, milliseconds since 1970. */
  readonly committedMs: number;
  readonly epoch: number;
  /** How often the baton left the bot for it. */
  readonly times: number;
}

const withTool: ReadonlySet<TakeOverPoint> = new Set([
  "between two thoughts",
  "before a tool starts",
  "while a tool runs",
  "after a tool's result",
]);
const longAnswer = 400;
const shortAnswer = 8;
// The script's text is seen and the model is still speaking.
const speaksForMs = [20, 500] as const;

/** The take-over of a seed at one point. The same seed gives the same one, but for its id. */
export function toPlan(id: string, point: TakeOverPoint, seed: number): Plan {
  const chance = createChance(seed * 31 + takeOverPoints.indexOf(point));
  const isLong = point === "while the model speaks";
  const toolWish = chance.isOne(0.5) ? "tool" : "told tool";
  const usesTool = withTool.has(point) || (!isLong && chance.isOne(0.2));
  return {
    id,
    point,
    seed,
    isLate: chance.isOne(0.5),
    pauseMs: chance.isOne(0.5) ? 0 : chance.whole(1, 40),
    wish: usesTool ? toolWish : "words",
    words: isLong ? longAnswer : shortAnswer,
  };
}

/** Asks, takes over at the point, waits until nothing is left to do, and gives back. */
export async function playTakeOver(scene: Scene, lane: Lane, plan: Plan): Promise<Played> {
  const { talk, gates } = scene;
  const { id, point, isLate, pauseMs } = plan;
  const chance = createChance(plan.seed * 17 + takeOverPoints.indexOf(point) + lane.name.length);
  const input = chance.pick(lane.inputs);
  let conversation = "";
  let wasVisible = false;

  async function act(known: string): Promise<void> {
    conversation = known;
    const taken = gates.takenOver(known);
    await lane.takeOver(input);
    await inTime(taken, `${id}: ${input} at "${point}" took nothing over`);
    wasVisible = lane.shows(beginOf(id));
    if (pauseMs > 0) await delay(pauseMs);
  }

  const isHeld = point === "while it is sent" ? lane.holdSend(id, isLate ? "after" : "before") : undefined;
  const armed: { reached?: Promise<void> } = {};
  await lane.ask(id, toQuestion(id, plan.words, plan.wish), (externalId) => {
    armed.reached = gates.arm({ id, point, isLate, externalId, space: lane.space, act }).reached;
  });
  if (point === "while the model speaks") {
    await until(
      async () => lane.shows(`${beginOf(id)} word0 word1`) || (!lane.streams && scene.spoken.has(id)),
      slowlyMs,
    );
    await delay(chance.whole(...speaksForMs));
    await gates.reach(id, point);
  }
  if (point === "while it is sent" && lane.channel !== "web") {
    await until(async () => isHeld?.(), slowlyMs).catch(() => {
      throw new Error(`${id}: nothing was sent on ${lane.name} (${JSON.stringify(plan)})`);
    });
    await gates.reach(id, point);
  }
  const never = `${id}: the turn never came to "${point}"`;
  await inTime(armed.reached ?? Promise.resolve(), never, 2 * slowlyMs);
  await settled(scene, conversation);
  const taken = await readTaken(talk, conversation);
  await lane.release();
  await settled(scene, conversation);
  const { name, channel, space } = lane;
  return { ...plan, ...taken, lane: name, channel, space, input, conversation, wasVisible };
}

async function inTime(work: Promise<void>, complaint: string, limitMs = slowlyMs): Promise<void> {
  const late = new AbortController();
  const limit = delay(limitMs, undefined, { signal: late.signal }).then(
    () => Promise.reject(new Error(complaint)),
    () => {},
  );
  await Promise.race([work, limit]);
  late.abort();
}

/** Nothing is left to do in the conversation. */
async function settled({ talk }: Scene, conversation: string): Promise<void> {
  await until(async () => {
    const open = await talk.rows(
      `SELECT 'conversation' FROM conversations
         WHERE id = $1 AND (inbox_version > settled_version OR lease_token IS NOT NULL)
       UNION ALL SELECT 'delivery' FROM deliveries WHERE conversation_id = $1 AND state IN ('pending', 'sending')
       UNION ALL SELECT 'turn' FROM turns WHERE conversation_id = $1 AND (state = 'running' OR receipt IS NOT NULL)`,
      [conversation],
    );
    return open.length === 0;
  }, slowlyMs);
}

async function readTaken(
  talk: Scene["talk"],
  conversation: string,
): Promise<{ committedMs: number; epoch: number; times: number }> {
  const rows = await talk.rows<{ committed: number; epoch: number }>(
    `SELECT (extract(epoch FROM pg_xact_commit_timestamp(a.xmin)) * 1000)::float8 AS committed,
       (a.data->>'epoch')::int AS epoch
     FROM audit a JOIN conversations c ON c.id = a.conversation_id
     WHERE a.conversation_id = $1 AND a.data->>'from' = 'bot' AND a.data->>'to' <> 'bot'
       AND (a.data->>'epoch')::int >= c.epoch`,
    [conversation],
  );
  const [first] = rows;
  if (first === undefined) throw new Error(`${conversation} was not taken over`);
  return { committedMs: first.committed, epoch: first.epoch, times: rows.length };
}

import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { SeenMessage } from "../../simulators/slack/model.ts";
import type { Log } from "../../src/core/log.ts";
import { createLogger } from "../../src/logger.ts";
import { openHouse, type House, type HouseOptions } from "./house.ts";

/** A house with someone who talks to it, listens to what it says and reads its books. */
export interface Talk extends Pick<House, "slack" | "model" | "databaseUrl"> {
  readonly house: House;
  /** Says something to `#support` as Ana unless told otherwise, and waits until Baton has taken it in. */
  say(
    text: string,
    more?: { user?: string; channel?: string; thread?: string },
  ): Promise<{ ts: string; channel: string }>;
  /** The finished messages of the bot in a thread, once there are `count`. */
  answers(said: { ts: string; channel: string }, count?: number, timeoutMs?: number): Promise<string[]>;
  /** What the bot has said in a thread so far. */
  heard(said: { ts: string; channel: string }): SeenMessage[];
  /** Reads the database as its owner: past row-level security, as a dump would. */
  rows<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Waits until everything said is dealt with: nothing open, nobody at work, nothing unsent, no 👀 remembered. */
  settled(timeoutMs?: number): Promise<void>;
  /** Every log line so far, as JSON text. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Opens a house and keeps its log at debug. */
export async function openTalk(options: HouseOptions = {}): Promise<Talk> {
  const lines: string[] = [];
  const house = await openHouse({ log: keepLines(lines), ...options });
  const { slack, model, databaseUrl } = house;
  const books = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  books.on("error", () => {});

  async function rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await books.query(text, [...values])).rows as Row[];
  }

  return {
    house,
    slack,
    model,
    databaseUrl,
    lines,
    rows,
    say: async (text, { user = "Ana", channel = "#support", thread } = {}) => {
      const said = slack.userSays({
        user,
        channel,
        text,
        ...(thread !== undefined && { threadTs: thread }),
      });
      await said.delivered;
      return { ts: said.ts, channel: said.channel };
    },
    heard: ({ channel, ts }) => slack.botReplies(channel, ts),
    answers: (said, count = 1, timeoutMs = 25_000) =>
      slack.waitFor(() => {
        const found = slack.botReplies(said.channel, said.ts);
        return found.length >= count && !found.some((message) => message.streaming)
          ? found.map(wordsOf)
          : undefined;
      }, timeoutMs),
    settled: (timeoutMs = 45_000) => waitUntilSettled(rows, timeoutMs),
    stop: async () => {
      await books.end();
      await house.stop();
    },
  };
}

/** Everything a reader sees of a message: its text and its blocks. */
export function wordsOf(message: SeenMessage): string {
  return message.blocks === undefined ? message.text : `${message.text}\n${JSON.stringify(message.blocks)}`;
}

/** The ids of `[[id:X]]` markers a text answers, each once, in order. */
export function answeredIds(words: string): string[] {
  return [...new Set([...words.matchAll(/answer:([\w-]+)/g)].map((match) => match[1] ?? ""))];
}

/** Asks again and again until the probe gives something; for what no simulator announces. */
export async function until<T>(
  probe: () => Promise<T | undefined | null | false>,
  timeoutMs = 25_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (let looks = 0; ; looks += 1) {
    const found = await probe();
    if (found !== undefined && found !== null && found !== false) return found;
    if (Date.now() > end) throw new Error(`nothing came of it in time: ${probe.toString().slice(0, 300)}`);
    await betweenLooks(looks);
  }
}

/** What takes long is looked at less often: each look costs the database, and the ones that wait beside this one, as well. */
function betweenLooks(looks: number): Promise<void> {
  return delay(Math.min(50, 10 * 1.3 ** looks));
}

const unsettled = `
  SELECT 'conversation' AS what, id::text, concat_ws(' ', inbox_version, settled_version, lease_token, lease_until, attempts) AS how
  FROM conversations WHERE inbox_version > settled_version OR lease_token IS NOT NULL
  UNION ALL SELECT 'delivery', id::text, concat_ws(' ', state, error, attempts) FROM deliveries WHERE state IN ('pending', 'sending')
  UNION ALL SELECT 'turn', id::text, concat_ws(' ', state, receipt) FROM turns WHERE state = 'running' OR receipt IS NOT NULL`;

async function waitUntilSettled(
  rows: <Row>(text: string) => Promise<Row[]>,
  timeoutMs: number,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (let looks = 0; ; looks += 1) {
    const open = await rows(unsettled);
    if (open.length === 0) return;
    if (Date.now() > end) throw new Error(`not settled: ${JSON.stringify(open)}`);
    await betweenLooks(looks);
  }
}

function keepLines(lines: string[]): Log {
  const loud = process.env["BATON_TEST_LOG"] !== undefined;
  return createLogger({
    level: "debug",
    pretty: false,
    write: (line) => {
      lines.push(line);
      if (loud) process.stderr.write(line);
    },
  });
}

/** Makes the model wait before it answers whatever contains `text`, until it is released. */
export function holdModel(
  { model }: Pick<Talk, "model">,
  text: string,
): { readonly asked: Promise<void>; release(): void } {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const remove = model.addRule(async ({ unanswered }) => {
    if (!unanswered.some((said) => said.includes(text))) return undefined;
    asked.resolve();
    await released.promise;
    return undefined;
  });
  return {
    asked: asked.promise,
    release: () => {
      remove();
      released.resolve();
    },
  };
}

/** A text of so many numbered words, so that a lost or doubled one is seen. */
export function numberedWords(count: number): string {
  return Array.from({ length: count }, (_, index) => `word${index}`).join(" ");
}

/** Makes a person of the workspace a member of the staff. */
export async function addStaff(
  { rows }: Pick<Talk, "rows">,
  externalId: string,
  name: string,
): Promise<void> {
  await rows(
    `WITH place AS (SELECT company_id, id FROM installations ORDER BY created_at LIMIT 1),
       member AS (INSERT INTO staff (company_id, id, name) SELECT company_id, gen_random_uuid(), $2 FROM place RETURNING id)
     INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id)
     SELECT place.company_id, place.id, $1, member.id FROM place, member`,
    [externalId, name],
  );
}

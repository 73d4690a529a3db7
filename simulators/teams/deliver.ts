import type { DeliveryFaultAction, Faults } from "./faults.ts";
import type { Identity } from "./identity.ts";
import { postToBot } from "./post-to-bot.ts";
import type { Posted } from "./post-to-bot.ts";
import type { DeliveryRecord, Recorder } from "./record.ts";
import type { Settings } from "./settings.ts";
import { textOf } from "./seen-message.ts";
import { baseOf } from "./state.ts";
import type { State } from "./state.ts";
import { mintAuthorization } from "./tokens.ts";
import type { TokenFlaw } from "./tokens.ts";
import type { WorkInHand } from "../kit/work-in-hand.ts";

type Activity = Readonly<Record<string, unknown>>;

/** What is wrong with a delivery on purpose. It is then sent once and never again. */
export interface DeliveryFlaws {
  readonly token?: TokenFlaw;
  /** Takes the place of the minted header. */
  readonly authorization?: string;
  /** The `serviceurl` the token speaks for; the activity's own when left out. */
  readonly serviceUrl?: string;
  /** The raw body, instead of the activity. */
  readonly body?: string;
  readonly contentType?: string;
}

interface DelivererParts {
  readonly state: State;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly work: WorkInHand;
  readonly identity: Identity;
}

/** Carries activities to the bot, signed as the connector signs, and sends them again where no 2xx came in time. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  #generation = 0;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Delivers with re-sends and the faults in force; resolves with the last attempt of every copy. */
  async activity(activity: Activity): Promise<DeliveryRecord[]> {
    const { faults, settings } = this.#parts;
    if (settings.endpoint === undefined) return [];
    const actions = faults.forDelivery(String(activity["type"]), {
      conversation: baseOf(conversationOf(activity)),
      text: textOf(activity),
    });
    if (actions.some(({ kind }) => kind === "drop"))
      return [this.#record(activity, 1, { status: 0, body: "", ms: 0 }, { fault: "drop" })];
    return this.#inHand(async () => {
      const generation = this.#generation;
      await this.#pause(delayOf(actions, faults));
      return generation === this.#generation ? this.#copies(activity, actions) : [];
    });
  }

  /** Sends once and hands the answer back: invokes, and whatever is spoiled on purpose. */
  async once(activity: Activity, flaws: DeliveryFlaws = {}): Promise<DeliveryRecord> {
    return this.#inHand(async () =>
      this.#record(
        activity,
        1,
        await this.#post(activity, flaws),
        flaws.token === undefined ? {} : { fault: flaws.token },
      ),
    );
  }

  /** Gives up whatever is waiting for a delay or a re-send; what is on the wire still ends by itself. */
  abandon(): void {
    this.#generation += 1;
    for (const [timer, resume] of this.#pauses) {
      clearTimeout(timer);
      resume();
    }
    this.#pauses.clear();
  }

  async #copies(activity: Activity, actions: readonly DeliveryFaultAction[]): Promise<DeliveryRecord[]> {
    const loseAck = actions.some(({ kind }) => kind === "lose_ack");
    const records: DeliveryRecord[] = [];
    const pending = [this.#withResends(activity, loseAck, false)];
    for (const action of actions) {
      if (action.kind !== "duplicate") continue;
      for (let copy = 1; copy <= action.copies; copy += 1) {
        if (action.concurrent !== true) {
          records.push(...(await Promise.all(pending.splice(0))));
          await this.#pause(action.gapMs ?? 0);
        }
        pending.push(this.#withResends(activity, false, true));
      }
    }
    return [...records, ...(await Promise.all(pending))];
  }

  async #withResends(activity: Activity, loseAck: boolean, isCopy: boolean): Promise<DeliveryRecord> {
    const { resendDelaysMs } = this.#parts.settings;
    const generation = this.#generation;
    for (let attempt = 1; ; attempt += 1) {
      const lost = loseAck && attempt === 1;
      const fault = lost ? "lose_ack" : isCopy ? "duplicate" : undefined;
      const record = this.#record(activity, attempt, await this.#post(activity, {}), {
        lost,
        ...(fault === undefined ? {} : { fault }),
      });
      const isOver = record.acked || isFinal(record) || attempt > resendDelaysMs.length;
      if (isOver || generation !== this.#generation) return record;
      await this.#pause(resendDelaysMs[attempt - 1] ?? 0);
      if (generation !== this.#generation) return record;
    }
  }

  #post(activity: Activity, flaws: DeliveryFlaws): Promise<Posted> {
    const { settings, identity, state } = this.#parts;
    const authorization =
      flaws.authorization ??
      mintAuthorization(identity, state.app, {
        serviceUrl: flaws.serviceUrl ?? String(activity["serviceUrl"]),
        flaw: flaws.token,
      });
    return postToBot({
      endpoint: settings.endpoint,
      body: flaws.body ?? JSON.stringify(activity),
      contentType: flaws.contentType ?? "application/json; charset=utf-8",
      authorization,
      timeoutMs: settings.deliveryTimeoutMs,
    });
  }

  #record(
    activity: Activity,
    attempt: number,
    posted: Posted,
    more: { fault?: string; lost?: boolean },
  ): DeliveryRecord {
    const record = this.#parts.recorder.delivery({
      at: Date.now() - Math.round(posted.ms),
      type: String(activity["type"]),
      id: String(activity["id"]),
      conversation: conversationOf(activity),
      attempt,
      status: posted.status,
      ms: posted.ms,
      acked: more.lost !== true && posted.status >= 200 && posted.status < 300,
      ...(posted.failure === undefined ? {} : { error: posted.failure }),
      ...(more.fault === undefined ? {} : { fault: more.fault }),
      body: posted.body.slice(0, 100_000),
      activity,
    });
    this.#parts.state.changed(() => ({ kind: "delivery", seq: record.seq }));
    return record;
  }

  async #inHand<T>(run: () => Promise<T>): Promise<T> {
    const { work } = this.#parts;
    work.begin();
    try {
      return await run();
    } finally {
      work.end();
    }
  }

  #pause(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#pauses.delete(timer);
        resolve();
      }, ms);
      this.#pauses.set(timer, resolve);
    });
  }
}

// What the bot refuses as wrong or forbidden will be refused again.
function isFinal({ status, fault }: DeliveryRecord): boolean {
  return fault !== "lose_ack" && status >= 300 && status < 500 && status !== 408 && status !== 429;
}

function conversationOf(activity: Activity): string {
  const { conversation } = activity as { conversation?: { id?: unknown } };
  return String(conversation?.id ?? "");
}

function delayOf(actions: readonly DeliveryFaultAction[], faults: Faults): number {
  let delay = 0;
  for (const action of actions) {
    if (action.kind !== "delay") continue;
    const { ms } = action;
    delay += typeof ms === "number" ? ms : ms[0] + faults.random() * (ms[1] - ms[0]);
  }
  return delay;
}

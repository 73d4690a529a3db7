import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import type { WorkInHand } from "../kit/work-in-hand.ts";
import type { Attempt } from "./attempt.ts";
import type { EventFaultAction, Faults } from "./faults.ts";
import { createId } from "./ids.ts";
import type { DeliveryRecord, Recorder } from "./record.ts";
import type { Settings } from "./settings.ts";
import type { SocketHub } from "./socket-mode.ts";
import type { State } from "./state.ts";

/** One event on its way; its parts are what history keeps of it. */
export interface OutgoingEvent {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly type: string;
  readonly eventId: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly text?: string;
}

interface DelivererParts {
  readonly state: State;
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly activity: WorkInHand;
  readonly sockets: SocketHub;
}

/**
 * Carries events, interactions and commands to the app, over HTTP or a socket, signed as the
 * platform signs. Events are retried three times; interactions and commands are sent once.
 */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 512, keepAliveMsecs: 5_000 });
  readonly #pauses = new Map<NodeJS.Timeout, () => void>();
  #generation = 0;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Delivers with retries and the faults in force; resolves with the last attempt of every copy. */
  async event(event: OutgoingEvent): Promise<DeliveryRecord[]> {
    const { faults, activity, settings } = this.#parts;
    if (!settings.socketMode && settings.requestUrl === undefined) return [];
    const actions = faults.forEvent(event.type, event.channel, event.text);
    if (actions.some((action) => action.kind === "drop"))
      return [this.#record(event, 0, { status: 0, body: "", ms: 0 }, { fault: "drop" })];
    activity.begin();
    try {
      const generation = this.#generation;
      await this.#pause(delayOf(actions, faults));
      if (generation !== this.#generation) return [];
      return await this.#copies(event, actions);
    } finally {
      activity.end();
    }
  }

  /** Sends one signed request that is never repeated; a socket carries it when Socket Mode is on. */
  async once(
    kind: "interaction" | "command" | "options",
    options: { url: string | undefined; form: string; payload: Record<string, unknown>; type: string },
  ): Promise<Attempt> {
    const { activity, settings, sockets, recorder } = this.#parts;
    activity.begin();
    try {
      const at = Date.now();
      const attempt = settings.socketMode
        ? await sockets.send({
            type: kind === "command" ? "slash_commands" : "interactive",
            payload: options.payload,
            acceptsResponse: true,
            timeoutMs: settings.ackTimeoutMs,
          })
        : options.url === undefined
          ? { status: 0, body: "", ms: 0, failure: "connection_failed" as const }
          : await this.#post(options.url, options.form, "application/x-www-form-urlencoded", {});
      recorder.delivery({
        at,
        via: settings.socketMode ? "socket" : "http",
        what: kind,
        type: options.type,
        eventId: "",
        attempt: 0,
        status: attempt.status,
        ms: attempt.ms,
        acked: isAcknowledged(attempt),
        ...(attempt.failure === undefined ? {} : { error: attempt.failure }),
        body: attempt.body.slice(0, 10_000),
      });
      return attempt;
    } finally {
      activity.end();
    }
  }

  /** One signed JSON request outside the retry rules, as `url_verification` is. */
  postJson(url: string, body: unknown): Promise<Attempt> {
    return this.#post(url, JSON.stringify(body), "application/json", {});
  }

  /** Gives up whatever is waiting for a delay or a retry; what is on the wire still ends by itself. */
  abandon(): void {
    this.#generation += 1;
    for (const [timer, resume] of this.#pauses) {
      clearTimeout(timer);
      resume();
    }
    this.#pauses.clear();
  }

  stop(): void {
    this.abandon();
    this.#agent.destroy();
  }

  async #copies(event: OutgoingEvent, actions: readonly EventFaultAction[]): Promise<DeliveryRecord[]> {
    const loseAck = actions.some((action) => action.kind === "lose_ack");
    const generation = this.#generation;
    const records: DeliveryRecord[] = [];
    const pending: Promise<DeliveryRecord>[] = [this.#withRetries(event, loseAck, 0)];
    for (const action of actions) {
      if (action.kind !== "duplicate") continue;
      for (let copy = 1; copy <= action.copies; copy += 1) {
        if (action.concurrent !== true) {
          records.push(...(await Promise.all(pending.splice(0))));
          await this.#pause(action.gapMs ?? 0);
          if (generation !== this.#generation) return records;
        }
        pending.push(this.#withRetries(event, false, copy));
      }
    }
    return [...records, ...(await Promise.all(pending))];
  }

  async #withRetries(event: OutgoingEvent, loseAck: boolean, copy: number): Promise<DeliveryRecord> {
    const { retryDelaysMs } = this.#parts.settings;
    const generation = this.#generation;
    let reason: string | undefined;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.#attempt(event, attempt, reason);
      const lost = loseAck && attempt === 0;
      const fault = lost ? "lose_ack" : copy > 0 ? "duplicate" : undefined;
      const record = this.#record(event, attempt, answer, {
        ...(fault === undefined ? {} : { fault }),
        ...(reason === undefined ? {} : { reason }),
        lost,
      });
      if (
        record.acked ||
        answer.noRetry === true ||
        attempt >= retryDelaysMs.length ||
        generation !== this.#generation
      )
        return record;
      reason = lost ? "http_timeout" : (answer.failure ?? "http_error");
      await this.#pause(retryDelaysMs[attempt] ?? 0);
      if (generation !== this.#generation) return record;
    }
  }

  async #attempt(event: OutgoingEvent, attempt: number, reason: string | undefined): Promise<Attempt> {
    const { settings, sockets } = this.#parts;
    if (settings.socketMode)
      return sockets.send({
        type: "events_api",
        payload: event.payload,
        acceptsResponse: false,
        timeoutMs: settings.ackTimeoutMs,
        retryAttempt: attempt,
        retryReason: reason === undefined ? "" : "timeout",
      });
    if (settings.requestUrl === undefined)
      return { status: 0, body: "", ms: 0, failure: "connection_failed" };
    const headers: Record<string, string> =
      attempt === 0
        ? {}
        : { "x-slack-retry-num": String(attempt), "x-slack-retry-reason": reason ?? "http_error" };
    return this.#post(settings.requestUrl, JSON.stringify(event.payload), "application/json", headers);
  }

  #record(
    event: OutgoingEvent,
    attempt: number,
    answer: Attempt,
    more: { fault?: string; reason?: string; lost?: boolean },
  ): DeliveryRecord {
    const { recorder, settings, state, activity } = this.#parts;
    const record = recorder.delivery({
      at: Date.now() - Math.round(answer.ms),
      via: settings.socketMode ? "socket" : "http",
      what: "event",
      type: event.type,
      eventId: event.eventId,
      attempt,
      ...(more.reason === undefined ? {} : { retryReason: more.reason }),
      ...(event.channel === undefined ? {} : { channel: event.channel }),
      ...(event.ts === undefined ? {} : { ts: event.ts }),
      status: answer.status,
      ms: answer.ms,
      acked: more.lost !== true && isAcknowledged(answer),
      ...(answer.failure === undefined ? {} : { error: answer.failure }),
      ...(more.fault === undefined ? {} : { fault: more.fault }),
    });
    state.changed(() => ({ kind: "delivery", seq: record.seq }));
    activity.poke();
    return record;
  }

  #post(url: string, body: string, contentType: string, headers: Record<string, string>): Promise<Attempt> {
    const { settings, state } = this.#parts;
    const started = performance.now();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = `v0=${createHmac("sha256", state.app.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
    return new Promise((resolve) => {
      const done = (attempt: Omit<Attempt, "ms">): void => {
        clearTimeout(limit);
        resolve({ ...attempt, ms: performance.now() - started });
      };
      const outgoing = request(
        url,
        {
          method: "POST",
          agent: this.#agent,
          headers: {
            "content-type": contentType,
            "content-length": Buffer.byteLength(body),
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-signature": signature,
            "x-slack-request-timestamp": timestamp,
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", () => done({ status: 0, body: "", failure: "connection_failed" }));
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            done({
              status,
              body: chunks.length === 0 ? "" : Buffer.concat(chunks).toString("utf8"),
              ...(response.headers["x-slack-no-retry"] === "1" ? { noRetry: true } : {}),
              ...(status >= 200 && status < 300 ? {} : { failure: "http_error" as const }),
            });
          });
        },
      );
      const limit = setTimeout(() => {
        done({ status: 0, body: "", failure: "http_timeout" });
        outgoing.destroy();
      }, settings.ackTimeoutMs);
      outgoing.on("error", () => done({ status: 0, body: "", failure: "connection_failed" }));
      outgoing.end(body);
    });
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

/** A platform-looking event id, new for every event, also for the two of a mention pair. */
export function createEventId(): string {
  return createId("Ev");
}

function isAcknowledged(attempt: Attempt): boolean {
  return attempt.status >= 200 && attempt.status < 300;
}

function delayOf(actions: readonly EventFaultAction[], faults: Faults): number {
  let delay = 0;
  for (const action of actions) {
    if (action.kind !== "delay") continue;
    const { ms } = action;
    delay += typeof ms === "number" ? ms : ms[0] + faults.random() * (ms[1] - ms[0]);
  }
  return delay;
}

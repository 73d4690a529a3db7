import type { Receiver } from "@slack/bolt";
import type { Log } from "../../src/core/log.ts";
import type { Fields } from "../kit/fields.ts";
import { createSdkLogger } from "./sdk-log.ts";

/** One delivery of Slack's, genuine and cleaned. */
export interface Delivery {
  readonly body: Fields;
  readonly correlationId: string;
  /** How often Slack has sent it before, and why again. */
  readonly retryNum?: number | undefined;
  readonly retryReason?: string | undefined;
}

/** Takes a delivery in; only when it has resolved may Slack be told "received". */
export type Take<Result> = (delivery: Delivery) => Promise<Result>;

interface BoltParts<Result> {
  readonly apiUrl: string;
  readonly log: Log;
  readonly take: Take<Result>;
}

/** What a delivery carries through Bolt, and back. */
interface Passage<Result> {
  readonly delivery: Delivery;
  outcome?:
    | { readonly kind: "taken"; readonly result: Result }
    | { readonly kind: "failed"; readonly cause: unknown };
}

/**
 * Loads Bolt (a third of a second, therefore at start and not on import) and gives a `take` that runs each delivery
 * through it. Bolt acknowledges an event before its listeners run, so the acknowledgement it is handed does nothing
 * and the door answers once `take` is done. What `take` throws comes out; a delivery that Bolt itself cannot make
 * sense of is taken in without it.
 */
export async function createBoltTake<Result>({
  apiUrl,
  log,
  take,
}: BoltParts<Result>): Promise<Take<Result>> {
  const { App, LogLevel } = await import("@slack/bolt");
  const receiver: Receiver = { init: () => {}, start: async () => {}, stop: async () => {} };
  const app = new App({
    receiver,
    logger: createSdkLogger(log, LogLevel.WARN),
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 } },
    ignoreSelf: false, // the parser does, and says so
    convoStore: false,
    attachFunctionToken: false,
    tokenVerificationEnabled: false,
    // No token goes in: our own client makes the calls, and Bolt keeps a client for every token it ever saw.
    authorize: async ({ teamId, enterpriseId }) => ({
      ...(teamId === undefined ? {} : { teamId }),
      ...(enterpriseId === undefined ? {} : { enterpriseId }),
    }),
  });
  app.error((error) => Promise.reject(error));
  app.use(async ({ context }) => {
    const passage: Passage<Result> = context["passage"];
    try {
      passage.outcome = { kind: "taken", result: await take(passage.delivery) };
    } catch (cause) {
      passage.outcome = { kind: "failed", cause };
    }
  });

  return async (delivery) => {
    const passage: Passage<Result> = { delivery };
    const { body, retryNum, retryReason } = delivery;
    try {
      await app.processEvent({
        body,
        ack: async () => {},
        customProperties: { passage },
        ...(retryNum === undefined ? {} : { retryNum }),
        ...(retryReason === undefined ? {} : { retryReason }),
      });
    } catch (cause) {
      log.debug({ err: cause }, "slack sdk could not read a delivery");
    }
    if (passage.outcome === undefined) return take(delivery);
    if (passage.outcome.kind === "failed") throw passage.outcome.cause;
    return passage.outcome.result;
  };
}

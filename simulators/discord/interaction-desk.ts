import { randomBytes } from "node:crypto";
import type { Message, Modal, SeenMessage } from "./model.ts";
import type { Recorder } from "./record.ts";
import { createSnowflake } from "./snowflakes.ts";

/** What came of an interaction within the time to acknowledge it. */
export interface InteractionOutcome {
  /** Without it, the person reads "This interaction failed". */
  readonly acknowledged: boolean;
  /** From the event to the acknowledgement, or the whole time allowed. */
  readonly ms: number;
  /** 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 form. */
  readonly callbackType?: number;
  readonly message?: SeenMessage;
  readonly modal?: Modal;
  readonly choices?: readonly unknown[];
}

/** An interaction on the platform's side, from the person's click to the end of its token. */
export interface OpenInteraction {
  readonly id: string;
  readonly token: string;
  /** 2 command, 3 component, 4 choices for an option, 5 form. */
  readonly type: 2 | 3 | 4 | 5;
  readonly kind: string;
  /** Of the command, or the custom id. */
  readonly name: string;
  readonly userId: string;
  readonly channelId: string;
  readonly createdAt: number;
  /** The type of the message that answers it: 20 for a command, 23 for a menu, 0 otherwise. */
  readonly answerType: number;
  /** The message whose component was used. */
  readonly source?: Message;
  callbackType?: number;
  /** What `@original` is. */
  original?: Message;
  settle(outcome: Omit<InteractionOutcome, "ms">): void;
}

type Draft = Omit<OpenInteraction, "id" | "token" | "createdAt" | "settle" | "callbackType" | "original">;

/** The interactions whose tokens are still good, and the clock on their acknowledgement. */
export class InteractionDesk {
  readonly #open = new Map<string, OpenInteraction>();
  readonly #byToken = new Map<string, OpenInteraction>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #parts: { recorder: Recorder; begin: () => void; end: () => void };

  constructor(parts: { recorder: Recorder; begin: () => void; end: () => void }) {
    this.#parts = parts;
  }

  /** Opens an interaction; the outcome is known when it is acknowledged, or after `ackMs`. */
  open(
    draft: Draft,
    ackMs: number,
  ): { readonly interaction: OpenInteraction; readonly outcome: Promise<InteractionOutcome> } {
    const { promise, resolve } = Promise.withResolvers<InteractionOutcome>();
    const createdAt = Date.now();
    const { recorder, begin, end } = this.#parts;
    begin();
    let isSettled = false;
    const settle = (outcome: Omit<InteractionOutcome, "ms">): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      this.#timers.delete(timer);
      const ms = Date.now() - createdAt;
      const { id, kind, name, userId, channelId, callbackType } = interaction;
      const record = { id, kind, name, userId, channelId, acknowledged: outcome.acknowledged, ms };
      recorder.interaction(callbackType === undefined ? record : { ...record, callbackType });
      resolve({ ...outcome, ms });
      end();
    };
    const timer = setTimeout(() => settle({ acknowledged: false }), ackMs);
    this.#timers.add(timer);
    const interaction: OpenInteraction = {
      ...draft,
      id: createSnowflake(),
      token: randomBytes(48).toString("base64url"),
      createdAt,
      settle,
    };
    this.#open.set(interaction.id, interaction);
    this.#byToken.set(interaction.token, interaction);
    return { interaction, outcome: promise };
  }

  find(id: string, token: string): OpenInteraction | undefined {
    const found = this.#open.get(id);
    return found?.token === token ? found : undefined;
  }

  findByToken(token: string): OpenInteraction | undefined {
    return this.#byToken.get(token);
  }

  clear(): void {
    for (const interaction of this.#open.values()) interaction.settle({ acknowledged: false });
    this.#open.clear();
    this.#byToken.clear();
  }
}

import type { FaultOrder } from "../../simulators/openai/fault.ts";
import type { ChannelName } from "../../src/core/envelope.ts";
import type { Strike } from "./crash-points.ts";
import type { BatonRole } from "./fleet.ts";
import type { CallFault, CallName, EventFault, OwnTrouble } from "./platforms/platform.ts";

/** What people say. */
export interface Talk {
  readonly user: "Ana" | "Ben";
  readonly channel: "#support" | "#general" | "dm";
  readonly messages: readonly Utterance[];
}

export interface Utterance {
  /** Comes back as `answer:id` in the answer to it. */
  readonly id: string;
  /** Milliseconds after the message before it, or after the beginning. */
  readonly afterMs: number;
  readonly kind: "question" | "ticket" | "human";
  /** Names the bot; a thread's first message and a command do so anyway. */
  readonly mention?: boolean | undefined;
}

/** Something that goes wrong, at a time of its own. `member` counts from 0 through the fleet. */
export type Trouble =
  | { readonly kind: "kill"; readonly member: number }
  | { readonly kind: "sleep"; readonly member: number; readonly ms: number }
  | { readonly kind: "roll"; readonly member: number }
  /** SIGKILL to every worker while the model is in the middle of an answer. */
  | { readonly kind: "kill in mid-stream" }
  /** SIGKILL to every worker after the platform did what was asked and before it said so. */
  | { readonly kind: "kill after effect"; readonly call: CallName }
  /** The same moment, but PostgreSQL falls: the platform has it and nobody can note it down. */
  | { readonly kind: "postgres restart after effect"; readonly call: CallName }
  /** SIGTERM to every worker while the model is in the middle of an answer, one after the other. */
  | { readonly kind: "roll in mid-stream" }
  | { readonly kind: "redis restart"; readonly keep: boolean }
  | { readonly kind: "redis flush" }
  | { readonly kind: "redis down"; readonly ms: number }
  | { readonly kind: "redis frozen"; readonly ms: number }
  | { readonly kind: "postgres restart" }
  | { readonly kind: "postgres sessions end" }
  | { readonly kind: "calls"; readonly fault: CallFault }
  | { readonly kind: "events"; readonly fault: EventFault }
  | { readonly kind: "platform"; readonly trouble: OwnTrouble }
  | { readonly kind: "model"; readonly order: FaultOrder };

export interface Scenario {
  readonly name: string;
  readonly platform: ChannelName;
  readonly roles: readonly BatonRole[];
  readonly queue: "redis" | "postgres";
  readonly model: { readonly firstTokenMs: number; readonly tokensPerSecond: number };
  readonly talks: readonly Talk[];
  readonly strikes: readonly Strike[];
  /** Tools count as ones that must not be called a second time. */
  readonly unrepeatableTools?: boolean | undefined;
  /** How long a process struck with `stop` sleeps, milliseconds; longer than a lease. */
  readonly sleepMs: number;
  readonly troubles: readonly { readonly atMs: number; readonly trouble: Trouble }[];
}

/** One process, a door and two workers, or two doors and a worker. */
export const oneProcess: readonly BatonRole[] = ["all"];
export const doorAndWorkers: readonly BatonRole[] = ["edge", "worker", "worker"];
export const twoDoors: readonly BatonRole[] = ["edge", "edge", "worker"];

/** A scenario in which one person asks one thing, and everything else as given. */
export function quietScenario(name: string, given: Partial<Scenario>): Scenario {
  return {
    name,
    platform: "slack",
    roles: doorAndWorkers,
    queue: "redis",
    model: { firstTokenMs: 30, tokensPerSecond: 80 },
    talks: [talk("one", ["question"])],
    strikes: [],
    sleepMs: 3_500,
    troubles: [],
    ...given,
  };
}

/** A person's messages in one thread, `gapMs` apart, named `name-1`, `name-2` … */
export function talk(
  name: string,
  kinds: readonly Utterance["kind"][],
  { gapMs = 400, channel = "#support" }: { gapMs?: number; channel?: Talk["channel"] } = {},
): Talk {
  return {
    user: "Ana",
    channel,
    messages: kinds.map((kind, index) => ({
      id: `${name}-${index + 1}`,
      kind,
      afterMs: index === 0 ? 0 : gapMs,
    })),
  };
}

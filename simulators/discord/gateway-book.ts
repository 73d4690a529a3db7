import type { DispatchRecord, GatewayRecord, Recorder } from "./record.ts";
import type { Payload, Session } from "./session.ts";

/** An event before it is anyone's: each session gets its own copy, as far as its intents reach. */
export interface GatewayEvent {
  readonly type: string;
  readonly guildId?: string | undefined;
  readonly channelId?: string | undefined;
  readonly messageId?: string | undefined;
  readonly interactionId?: string | undefined;
  /** For faults that look for a text. */
  readonly text?: string | undefined;
  /** The session must have asked for one of these; none: every session gets it. */
  readonly intents?: number;
  readonly data: (intents: number) => unknown;
}

/** Hears of every record. */
export type Told = (record: { dispatch: DispatchRecord } | { gateway: GatewayRecord }) => void;

/** Writes down what passes the gateway, and tells whoever looks. */
export class GatewayBook {
  readonly #recorder: Recorder;
  readonly #told: Told;

  constructor(recorder: Recorder, told: Told) {
    this.#recorder = recorder;
    this.#told = told;
  }

  connection(
    what: GatewayRecord["what"],
    { id, session }: { readonly id: number; readonly session?: Session | undefined },
    more: Pick<GatewayRecord, "code" | "by" | "replayed"> = {},
  ): void {
    const whose = session === undefined ? {} : { sessionId: session.id, shard: session.shard[0] };
    this.#told({ gateway: this.#recorder.connection({ what, connection: id, ...more, ...whose }) });
  }

  dispatch(
    event: GatewayEvent,
    outcome: Pick<DispatchRecord, "outcome" | "s" | "sessionId" | "shard" | "data" | "fault">,
  ): DispatchRecord {
    const { type, guildId, channelId, messageId, interactionId } = event;
    return this.#tell({
      type,
      ...(guildId === undefined ? {} : { guildId }),
      ...(channelId === undefined ? {} : { channelId }),
      ...(messageId === undefined ? {} : { messageId }),
      ...(interactionId === undefined ? {} : { interactionId }),
      ...outcome,
    });
  }

  replay({ id: sessionId, shard: [shard] }: Session, { t: type, s, d: data }: Payload): void {
    this.#tell({ type, s, sessionId, shard, outcome: "replayed", data });
  }

  #tell(draft: Omit<DispatchRecord, "seq" | "at">): DispatchRecord {
    const dispatch = this.#recorder.dispatch(draft);
    this.#told({ dispatch });
    return dispatch;
  }
}

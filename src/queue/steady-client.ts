import pg from "pg";

/**
 * A connection whose break takes no process down while it is lent out: BullMQ listens for errors of idle ones alone. The
 * query in hand rejects with the break.
 */
export class SteadyClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on("error", () => {});
  }
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { Connection } from "./connection.ts";
import type { ConnectionHost } from "./connection.ts";
import type { Faults } from "./faults.ts";
import { IdentifyBudget } from "./identify-budget.ts";
import { refuseIntents } from "./intents.ts";
import { GatewayBook, type GatewayEvent, type Told } from "./gateway-book.ts";
import type { DispatchRecord, Recorder } from "./record.ts";
import { Session, toShard } from "./session.ts";
import type { Payload } from "./session.ts";
import type { Settings } from "./settings.ts";

interface GatewayParts {
  readonly settings: Settings;
  readonly recorder: Recorder;
  readonly faults: Faults;
  readonly token: string;
  /** What a fresh session is greeted with, and the events that follow. */
  readonly ready: (session: Session) => { readonly ready: object; readonly events: readonly GatewayEvent[] };
  readonly begin: () => void;
  readonly end: () => void;
  readonly told: Told;
}

/** The gateway: sessions, their connections, and trouble on command. */
export class Gateway implements ConnectionHost {
  readonly #parts: GatewayParts;
  readonly #book: GatewayBook;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  readonly #connections = new Set<Connection>();
  #lastConnection = 0;
  readonly #identifies = new IdentifyBudget();
  #acksToLose = 0;
  #refusals = 0;
  #overlap = 0;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    this.#book = new GatewayBook(parts.recorder, parts.told);
  }

  /** Sessions with a connection. */
  get count(): number {
    return [...this.#sessions.values()].filter((session) => session.connection !== undefined).length;
  }

  get sessions(): readonly { id: string; shard: readonly [number, number]; s: number; connected: boolean }[] {
    return [...this.#sessions.values()].map(({ id, shard, s, connection }) => ({
      id,
      shard,
      s,
      connected: connection !== undefined,
    }));
  }

  /** Of the identifies a day allows. */
  get identifiesLeft(): number {
    return this.#identifies.left(this.#parts.settings);
  }

  heartbeatIntervalMs(): number {
    return this.#parts.settings.heartbeatIntervalMs;
  }

  /** Cuts all connections without a close frame; the sessions can be resumed. */
  drop(): void {
    for (const connection of this.#connections) connection.drop();
  }

  /** Closes all connections with a code. 4004 and 4010 to 4014 are final for the app, 1000 ends the sessions. */
  close(code: number, reason?: string): void {
    for (const connection of this.#connections) connection.close(code, reason);
  }

  /** Opcode 7. */
  askReconnect(): void {
    for (const connection of this.#connections) {
      this.#book.connection("reconnect asked", connection);
      connection.send({ op: 7, d: null });
    }
  }

  /** Opcode 9. Without `resumable` the sessions and all that they kept are gone. */
  invalidateSessions(resumable = false): void {
    for (const connection of this.#connections) {
      const { session } = connection;
      this.#refuseSession(connection, resumable);
      if (session === undefined) continue;
      session.connection = undefined;
      connection.session = undefined;
      session.lostAt = Date.now();
      if (!resumable) this.#sessions.delete(session.id);
    }
  }

  /** Opcode 1: asks for a heartbeat now. */
  askHeartbeat(): void {
    for (const connection of this.#connections) connection.send({ op: 1, d: null });
  }

  /** Leaves the connections open and mute: no event, no answer to a heartbeat. New ones are whole. */
  silence(on = true): void {
    for (const connection of this.#connections) connection.silent = on;
  }

  /** Leaves the next heartbeats unanswered. */
  loseAcks(times: number): void {
    this.#acksToLose = times;
  }

  /** Turns the next connections away with 503. */
  refuseConnections(times: number): void {
    this.#refusals = times;
  }

  /** Sessions without a connection cannot be resumed any more, and what they kept is lost. */
  forgetSessions(): void {
    for (const session of this.#sessions.values())
      if (session.connection === undefined) this.#sessions.delete(session.id);
  }

  /** The next RESUME replays so many events more than were missed. */
  overlapResume(events: number): void {
    this.#overlap = events;
  }

  /** Sends an event to every session of its shard that asked for it. Resolves when it is out or lost. */
  async dispatch(event: GatewayEvent): Promise<DispatchRecord[]> {
    const { faults } = this.#parts;
    const strikes = faults.forEvent(event.type, event.channelId, event.text);
    if (strikes.some(({ kind }) => kind === "drop"))
      return [this.#book.dispatch(event, { outcome: "dropped", fault: "drop" })];
    const delay = strikes.find((strike) => strike.kind === "delay");
    const duplicate = strikes.find((strike) => strike.kind === "duplicate");
    if (delay === undefined) return this.#spread(event, duplicate?.copies ?? 1, duplicate && "duplicate");
    const ms =
      typeof delay.ms === "number" ? delay.ms : delay.ms[0] + faults.random() * (delay.ms[1] - delay.ms[0]);
    this.#parts.begin();
    try {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return this.#spread(event, duplicate?.copies ?? 1, "delay");
    } finally {
      this.#parts.end();
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#refusals > 0) {
      this.#refusals -= 1;
      this.#book.connection("refused", { id: 0 });
      socket.end("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
      return;
    }
    const url = new URL(request.url ?? "/", "http://localhost");
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      const id = (this.#lastConnection += 1);
      const connection = new Connection(this, webSocket, {
        id,
        compressed: url.searchParams.get("compress") === "zlib-stream",
        isResumeUrl: url.pathname === "/gateway/resume",
      });
      this.#connections.add(connection);
      this.#book.connection("connected", connection);
      const version = url.searchParams.get("v");
      if (version !== null && version !== "10" && version !== "9")
        connection.close(4012, "Invalid API version.");
      else if ((url.searchParams.get("encoding") ?? "json") !== "json")
        connection.close(4002, "Only JSON is spoken.");
    });
  }

  identify(connection: Connection, data: Record<string, unknown>): void {
    const { settings, token, recorder } = this.#parts;
    if (data["token"] !== token) return connection.close(4004, "Authentication failed.");
    const asked = Number(data["intents"]);
    const refused = refuseIntents(asked, settings.privilegedIntents);
    if (refused !== undefined)
      return connection.close(refused, refused === 4013 ? "Invalid intents." : "Disallowed intents.");
    const shard = toShard(data["shard"]);
    if (shard === undefined) return connection.close(4010, "Invalid shard.");
    if (this.identifiesLeft === 0) {
      recorder.complain(
        "identify",
        `more than ${settings.identifyBudget} identifies in a day: the token is reset`,
      );
      return this.close(4004, "Authentication failed.");
    }
    if (!this.#identifies.take(shard[0], settings)) return this.#refuseSession(connection, false);
    connection.compressesFrames = data["compress"] === true;
    const session = new Session(shard, asked, () => settings.replayLimit);
    this.#sessions.set(session.id, session);
    this.#attach(session, connection);
    const greeting = this.#parts.ready(session);
    this.#book.connection("identified", connection);
    connection.send(session.next("READY", { ...greeting.ready, session_id: session.id }));
    for (const event of greeting.events) this.#deliver(session, event, undefined);
  }

  resume(connection: Connection, data: Record<string, unknown>): void {
    if (data["token"] !== this.#parts.token) return connection.close(4004, "Authentication failed.");
    const session = this.#sessions.get(String(data["session_id"]));
    const s = Number(data["seq"]);
    if (session === undefined || this.#isExpired(session)) return this.#refuseSession(connection, false);
    if (!Number.isInteger(s) || s < 0 || s > session.s) return connection.close(4007, "Invalid seq.");
    const missed = session.after(Math.max(0, s - this.#overlap));
    this.#overlap = 0;
    if (missed === undefined) return this.#refuseSession(connection, false);
    if (!connection.isResumeUrl && !connection.hadSession)
      this.#parts.recorder.complain("resume", "came over the gateway's own address, not resume_gateway_url");
    // Taken over by the newcomer; the old line is of no use any more.
    const former = session.connection;
    if (former !== undefined) {
      session.connection = undefined;
      former.close(4009, "Session resumed elsewhere.");
    }
    this.#attach(session, connection);
    for (const payload of missed) this.#replay(session, payload);
    this.#book.connection("resumed", connection, { replayed: missed.length });
    connection.send(session.next("RESUMED", { _trace: ["simulator"] }));
  }

  heartbeat(connection: Connection, answered: boolean): void {
    this.#book.connection(answered ? "heartbeat" : "heartbeat unanswered", connection);
  }

  losesAck(): boolean {
    if (this.#acksToLose === 0) return false;
    this.#acksToLose -= 1;
    return true;
  }

  closed(connection: Connection, code: number, by: "app" | "platform"): void {
    const { session } = connection;
    this.#connections.delete(connection);
    this.#book.connection("closed", connection, { code, by });
    if (session?.connection !== connection) return;
    session.connection = undefined;
    session.lostAt = Date.now();
    if (code === 1000 || code === 1001) this.#sessions.delete(session.id);
  }

  /** Ends every session and connection. */
  reset(): void {
    this.invalidateSessions(false);
    this.#sessions.clear();
    this.#identifies.clear();
    this.#acksToLose = 0;
    this.#refusals = 0;
    this.#overlap = 0;
  }

  stop(): void {
    this.drop();
    this.#server.close();
  }

  #attach(session: Session, connection: Connection): void {
    session.connection = connection;
    session.lostAt = undefined;
    connection.session = session;
    connection.hadSession = true;
  }

  #refuseSession(connection: Connection, resumable: boolean): void {
    this.#book.connection("invalid session", connection);
    connection.send({ op: 9, d: resumable });
  }

  #isExpired(session: Session): boolean {
    if (session.lostAt === undefined || Date.now() - session.lostAt < this.#parts.settings.sessionLifeMs)
      return false;
    this.#sessions.delete(session.id);
    return true;
  }

  #spread(event: GatewayEvent, copies: number, fault: string | undefined): DispatchRecord[] {
    const wanted = [...this.#sessions.values()].filter(
      (session) =>
        session.carries(event.guildId) &&
        (event.intents === undefined || (session.intents & event.intents) !== 0) &&
        !this.#isExpired(session),
    );
    if (wanted.length === 0) return [this.#book.dispatch(event, { outcome: "nobody" })];
    return wanted.flatMap((session) =>
      Array.from({ length: copies }, () => this.#deliver(session, event, fault)),
    );
  }

  #deliver(session: Session, event: GatewayEvent, fault: string | undefined): DispatchRecord {
    // A copy of this moment: what is kept for a RESUME does not change afterwards.
    const payload = session.next(event.type, structuredClone(event.data(session.intents)));
    const { connection } = session;
    connection?.send(payload);
    return this.#book.dispatch(event, {
      outcome: connection === undefined ? "buffered" : "sent",
      s: payload.s,
      sessionId: session.id,
      shard: session.shard[0],
      data: payload.d,
      ...(fault === undefined ? {} : { fault }),
    });
  }

  #replay(session: Session, payload: Payload): void {
    session.connection?.send(payload);
    this.#book.replay(session, payload);
  }
}

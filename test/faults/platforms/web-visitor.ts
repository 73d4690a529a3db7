import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";

/** A message as the visitor's page holds it. */
export interface Item {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly state: "streaming" | "final" | "deleted";
  readonly text: string;
  readonly position: number;
  readonly cursor: number;
}

/** A visitor of a web site with the page open: puts what they say until it is taken, and keeps all they are told. */
export interface Visitor {
  readonly thread: string;
  /** Puts a message until it is taken; `copies` puts it that often at once, `again` once more when it was taken. */
  says(message: {
    readonly id: string;
    readonly text: string;
    readonly copies: number;
    readonly again: boolean;
  }): Promise<boolean>;
  /** What the live connection has told. */
  items(): readonly Item[];
  /** Pieces of answers as they came, by message. */
  tokens(): readonly Token[];
  /** What does not go with what the live connection promises. */
  complaints(): readonly string[];
  /** The whole conversation, read anew. */
  history(): Promise<readonly Item[]>;
  /** Cuts the live connection; it is opened again, at the next door. */
  cut(): void;
  /** Grows with whatever is told. */
  readonly heard: number;
  close(): void;
}

/** A piece of an answer; `ms` is when it came. */
export interface Token {
  readonly id: string;
  readonly text: string;
  readonly ms: number;
}

type Frame =
  | {
      readonly type: "ready" | "token" | "typing" | "status" | "assignment" | "receipt" | "session" | "error";
    }
  | { readonly type: "token"; readonly message_id: string; readonly from: number; readonly content: string }
  | { readonly type: "message" | "edited"; readonly message: Item }
  | { readonly type: "deleted"; readonly message_id: string; readonly cursor: number };

const patienceMs = 60_000;
const againMs = 150;

/** Opens a session at whichever door lets it in. */
export async function visit(doors: readonly string[], site: string): Promise<Visitor> {
  let door = 0;
  const nextDoor = (): string => doors[(door += 1) % doors.length] ?? "";

  /** Asks door after door until one answers for good; undefined when none did for a minute. */
  async function insist(path: string, init: RequestInit): Promise<Response | undefined> {
    for (const until = Date.now() + patienceMs; Date.now() < until; await delay(againMs)) {
      const signal = AbortSignal.timeout(8_000);
      const answer = await fetch(nextDoor() + path, { ...init, signal }).catch(() => undefined);
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
      await answer?.arrayBuffer().catch(() => undefined);
    }
    return undefined;
  }

  const json = { "content-type": "application/json" };
  const opened = await insist("/support/chat/session", {
    method: "POST",
    headers: json,
    body: JSON.stringify({ site_key: site }),
  });
  if (opened?.status !== 200) throw new Error(`no session: ${opened?.status} ${await opened?.text()}`);
  const { token, thread_id: thread } = (await opened.json()) as { token: string; thread_id: string };
  const authorized = { ...json, authorization: `Bearer ${token}` };
  const place = `/api/v1/conversations/${thread}/messages`;

  const items = new Map<string, Item>();
  const growing = new Map<string, string>();
  const tokens: Token[] = [];
  const complaints: string[] = [];
  let cursor = 0;
  let heard = 0;
  let isClosed = false;
  let socket: WebSocket | undefined;

  function connect(): void {
    if (isClosed) return;
    const mine = new WebSocket(`${nextDoor().replace("http", "ws")}/ws/chat/${thread}`);
    socket = mine;
    mine.once("open", () => mine.send(JSON.stringify({ type: "auth", token, cursor })));
    mine.on("message", (data: Buffer) => hear(JSON.parse(data.toString()) as Frame));
    mine.once("close", () => setTimeout(connect, againMs));
    mine.on("error", () => {}); // `close` follows
  }

  function hear(frame: Frame): void {
    heard += 1;
    if ("content" in frame) return grow(frame);
    if (!("message" in frame) && frame.type !== "deleted") return;
    const told = "message" in frame ? frame.message.cursor : frame.cursor;
    if (told <= cursor) complaints.push(`I4: change ${told} of ${thread} was told after ${cursor}`);
    cursor = Math.max(cursor, told);
    if (!("message" in frame)) return void items.delete(frame.message_id);
    const { message } = frame;
    const before = items.get(message.id);
    if (frame.type === "message" && before?.state === "final" && before.text !== message.text)
      complaints.push(`I2: ${message.id} was final and says something else`);
    items.set(message.id, message);
    growing.delete(message.id);
  }

  function grow({ message_id: id, from, content }: Extract<Frame, { content: string }>): void {
    const known = growing.get(id) ?? "";
    if (items.has(id)) complaints.push(`I2: ${id} is final and grows`);
    // A piece that goes on where nothing is known was missed before: the whole message follows.
    if (from <= known.length) growing.set(id, known.slice(0, from) + content);
    tokens.push({ id, text: content, ms: Date.now() });
  }

  async function put(id: string, text: string): Promise<boolean> {
    const body = JSON.stringify({ text });
    const answer = await insist(`${place}/${id}`, { method: "PUT", headers: authorized, body });
    if (answer === undefined) return false;
    const said = await answer.text();
    if (answer.status !== 200) complaints.push(`I1: ${id} was refused: ${answer.status} ${said}`);
    return answer.status === 200;
  }

  async function history(): Promise<Item[]> {
    const found = new Map<string, Item>();
    for (let after = 0; ;) {
      const answer = await insist(`${place}?after=${after}&limit=100`, { headers: authorized });
      if (answer?.status !== 200) throw new Error(`no history: ${answer?.status}`);
      const page = (await answer.json()) as { messages: Item[]; cursor: number; more: boolean };
      for (const item of page.messages) found.set(item.id, item);
      after = page.cursor;
      if (!page.more) return [...found.values()].filter(({ state }) => state !== "deleted");
    }
  }

  connect();
  return {
    thread,
    says: async ({ id, text, copies, again }) => {
      const taken = await Promise.all(Array.from({ length: copies }, () => put(id, text)));
      if (again) taken.push(await put(id, text));
      return taken.some(Boolean);
    },
    items: () => [
      ...items.values(),
      ...[...growing].map(([id, text]) => {
        const far = Number.MAX_SAFE_INTEGER;
        return { id, role: "assistant", state: "streaming", text, position: far, cursor } as const;
      }),
    ],
    tokens: () => tokens,
    complaints: () => complaints,
    history,
    cut: () => socket?.terminate(),
    get heard() {
      return heard;
    },
    close: () => {
      isClosed = true;
      socket?.terminate();
    },
  };
}

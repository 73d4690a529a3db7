import { newId } from "./new-id.js";

/**
 * @typedef {{ id: string, name: string, mime_type: string, bytes: number }} Attachment
 * @typedef {{
 *   id: string, role: "user" | "assistant", state: "streaming" | "final" | "deleted", text: string,
 *   citations?: { title: string, url?: string, locator?: string }[],
 *   buttons?: { action: string, label: string, value: string, style?: string }[],
 *   suggestions?: string[], attachments?: Attachment[], feedback?: { rating?: "up" | "down" },
 *   position: number, cursor: number, edited: boolean, at: string, isSending?: boolean, failed?: string,
 *   reply_to?: string, reactions?: string[],
 * }} Message
 * @typedef {{ status: string, owner: "bot" | "queue" | "human" | "off", assignee?: string }} Status
 * @typedef {{ type: "message", message: Message } | { type: "gone", id: string }
 *   | { type: "token", id: string, from: number, content: string } | { type: "typing" }
 *   | { type: "status", status: Status } | { type: "connection", isUp: boolean }
 *   | { type: "trouble", message: string, isFatal: boolean }} Happening
 * @typedef {{ base: string, site: string, getUserToken?: () => Promise<string | undefined> }} ClientOptions
 * @typedef {{ token: string, thread_id: string }} Session
 */

const receiptWithinMs = 6_000;
const triesPerMessage = 6;

/** A refusal by the server, in its own words. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {number} retryAfterMs
   */
  constructor(status, message, retryAfterMs) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The conversation with one server: a session, a live line that comes back by itself, and messages that are said
 * once however often they have to be sent.
 * @param {ClientOptions} options
 * @param {(happening: Happening) => void} tell
 */
export function createClient({ base, site, getUserToken }, tell) {
  const storageKey = `baton:${base}:${site}`;
  /** @type {Session | undefined} */
  let session;
  /** @type {WebSocket | undefined} */
  let socket;
  let cursor = -1;
  let tries = 0;
  let isStopped = false;
  let typedAt = 0;
  /** @type {Map<string, (refusal: Refusal | undefined) => void>} */
  const receipts = new Map();

  /** @param {boolean} isFresh Whether the session of before is no good any more. */
  async function open(isFresh) {
    const user_token = await getUserToken?.();
    const old = isFresh ? undefined : (session?.token ?? read()?.token);
    const headers = {
      "content-type": "application/json",
      ...(old !== undefined && { authorization: `Bearer ${old}` }),
    };
    const body = JSON.stringify({ site_key: site, ...(user_token !== undefined && { user_token }) });
    const response = await fetch(`${base}/support/chat/session`, { method: "POST", headers, body });
    if (response.status === 401 && old !== undefined) return open(true);
    if (!response.ok) throw await toRefusal(response);
    const opened = /** @type {Session} */ (await response.json());
    if (opened.thread_id !== session?.thread_id) cursor = -1;
    keep(opened);
  }

  function read() {
    try {
      return /** @type {Session | undefined} */ (
        JSON.parse(localStorage.getItem(storageKey) ?? "null") ?? undefined
      );
    } catch {
      return undefined; // a browser may forbid it: then a reload begins anew
    }
  }

  /** @param {Session} opened */
  function keep(opened) {
    session = { token: opened.token, thread_id: opened.thread_id };
    try {
      localStorage.setItem(storageKey, JSON.stringify(session));
    } catch {
      // see above
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async function call(path, init = {}) {
    for (let time = 0; ; time += 1) {
      if (session === undefined) await open(false);
      const headers = { ...init.headers, authorization: `Bearer ${session?.token ?? ""}` };
      const url = `${base}/api/v1/conversations/${session?.thread_id}${path}`;
      const response = await fetch(url, { ...init, headers });
      if (response.ok) return response;
      if (response.status !== 401 || time > 0) throw await toRefusal(response);
      await open(false);
    }
  }

  /**
   * @param {string} path
   * @param {string} method
   * @param {unknown} [body]
   */
  function post(path, method, body) {
    if (body === undefined) return call(path, { method });
    return call(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async function connect() {
    if (isStopped) return;
    try {
      await open(false);
      if (cursor < 0) await catchUp();
      dial();
    } catch (cause) {
      const isFatal = cause instanceof Refusal && [403, 404].includes(cause.status);
      tell({
        type: "trouble",
        message: cause instanceof Refusal ? cause.message : "Connection lost. Please try again.",
        isFatal,
      });
      if (!isFatal) comeBack();
    }
  }

  async function catchUp() {
    const response = await call("/messages?limit=50");
    const page = /** @type {{ messages: Message[], cursor: number }} */ (await response.json());
    for (const message of page.messages) tell({ type: "message", message });
    cursor = page.cursor;
  }

  function dial() {
    const address = `${base.replace(/^http/, "ws")}/ws/chat/${session?.thread_id}`;
    const line = new WebSocket(address, ["baton.v1"]);
    socket = line;
    line.onopen = () =>
      line.send(JSON.stringify({ type: "auth", token: session?.token, cursor: Math.max(0, cursor) }));
    line.onmessage = ({ data }) => hear(JSON.parse(String(data)));
    line.onclose = () => {
      if (socket !== line) return;
      socket = undefined;
      tell({ type: "connection", isUp: false });
      comeBack();
    };
  }

  function comeBack() {
    if (isStopped) return;
    tries += 1;
    // Apart from each other, so that a restart is not met by everybody at once.
    const waitMs = Math.min(15_000, 400 * 2 ** tries) * (0.5 + Math.random() / 2);
    setTimeout(() => void connect(), waitMs);
  }

  /** @param {any} event */
  function hear(event) {
    switch (event.type) {
      case "ready":
        tries = 0;
        tell({ type: "connection", isUp: true });
        return tell({ type: "status", status: event.status });
      case "message":
      case "edited":
        cursor = Math.max(cursor, event.message.cursor);
        return tell({ type: "message", message: event.message });
      case "deleted":
        cursor = Math.max(cursor, event.cursor);
        return tell({ type: "gone", id: event.message_id });
      case "token":
        return tell({ type: "token", id: event.message_id, from: event.from, content: event.content });
      case "typing":
        return tell({ type: "typing" });
      case "status":
        return tell({ type: "status", status: event.status });
      case "session":
        return keep(event);
      case "receipt":
        return receipts.get(event.client_message_id)?.(undefined);
      case "error": {
        const refusal = new Refusal(
          event.error.code === "too_many_requests" ? 429 : 400,
          event.error.message,
          event.retry_after_ms ?? 0,
        );
        return receipts.get(event.client_message_id ?? "")?.(refusal);
      }
      default:
    }
  }

  /**
   * @param {string} id
   * @param {string} text
   * @param {readonly string[]} attachments
   * @param {string} [reply_to]
   */
  async function say(id, text, attachments, reply_to) {
    const said = { text, attachments, ...(reply_to !== undefined && { reply_to }) };
    for (let time = 0; ; time += 1) {
      try {
        const isSaid = time === 0 && (await sayLive(id, said));
        if (!isSaid) await post(`/messages/${id}`, "PUT", said);
        return;
      } catch (cause) {
        const isFinal = cause instanceof Refusal && cause.status < 500;
        if (isFinal || time >= triesPerMessage) throw cause;
        await new Promise((resolve) => setTimeout(resolve, Math.min(8_000, 500 * 2 ** time)));
      }
    }
  }

  /**
   * True once the server has it; false when the line does not tell in time: then it is sent another way, as the same.
   * @param {string} id
   * @param {object} said
   * @returns {Promise<boolean>}
   */
  function sayLive(id, said) {
    const line = socket;
    if (line?.readyState !== WebSocket.OPEN) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => resolve(false), receiptWithinMs);
      receipts.set(id, (refusal) => {
        clearTimeout(late);
        receipts.delete(id);
        if (refusal === undefined) resolve(true);
        else reject(refusal);
      });
      line.send(JSON.stringify({ type: "send_message", client_message_id: id, ...said }));
    });
  }

  return {
    start: () => void connect(),
    stop() {
      isStopped = true;
      socket?.close();
    },
    say,
    /** Tells that something is being written, now and then. */
    type() {
      if (Date.now() - typedAt < 4_000 || socket?.readyState !== WebSocket.OPEN) return;
      typedAt = Date.now();
      socket.send(JSON.stringify({ type: "typing" }));
    },
    /** @param {string} id @param {string} text */
    edit: (id, text) => post(`/messages/${id}`, "PATCH", { text }),
    /** @param {string} id */
    remove: (id) => post(`/messages/${id}`, "DELETE"),
    /** @param {string} id @param {"up" | "down"} rating */
    rate: (id, rating) => post(`/messages/${id}/feedback`, "POST", { rating }),
    /** @param {string} action @param {string} value @param {string} [message_id] */
    press: (action, value, message_id) =>
      post("/actions", "POST", {
        client_action_id: newId(),
        action,
        value,
        ...(message_id !== undefined && { message_id }),
      }),
    /** @param {File} file @returns {Promise<Attachment>} */
    async upload(file) {
      const headers = { "content-type": "application/octet-stream" };
      const path = `/attachments?name=${encodeURIComponent(file.name || "file")}`;
      return (await call(path, { method: "POST", headers, body: file })).json();
    },
    /** @param {string} id @returns {Promise<Blob>} */
    download: async (id) => (await call(`/attachments/${id}`)).blob(),
  };
}

/** @typedef {ReturnType<typeof createClient>} Client */

/** @param {Response} response */
async function toRefusal(response) {
  const body = await response.json().catch(() => undefined);
  const seconds = Number(response.headers.get("retry-after") ?? 0);
  return new Refusal(
    response.status,
    body?.error?.message ?? "That did not work. Please try again.",
    seconds * 1_000,
  );
}

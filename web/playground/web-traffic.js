/** @typedef {Omit<import("./api.js").Happening, "seq">} Traffic */

const longest = 80;

/**
 * Tells what passes between this page and Baton from here on: requests, and what goes over live lines both ways. Words
 * that are still being written are told once. Tokens of sessions are left out.
 * @param {(traffic: Traffic) => void} tell
 */
export function watchTraffic(tell) {
  watchRequests(tell);
  watchLines(tell);
}

/** @param {(traffic: Traffic) => void} tell */
function watchRequests(tell) {
  const { fetch } = globalThis;
  globalThis.fetch = async (input, init = {}) => {
    const at = Date.now();
    const began = performance.now();
    const url = new URL(input instanceof Request ? input.url : input, location.href);
    const told = (/** @type {boolean} */ ok, /** @type {string} */ detail) => {
      const name = `${init.method ?? "GET"} ${toShape(url.pathname)}`;
      tell({ at, ms: performance.now() - began, kind: "delivery", name, ok, detail });
    };
    try {
      const response = await fetch(input, init);
      told(response.ok, response.ok ? wordsIn(init.body) : `answered ${response.status}`);
      return response;
    } catch (error) {
      told(false, "no answer");
      throw error;
    }
  };
}

/** @param {(traffic: Traffic) => void} tell */
function watchLines(tell) {
  /** @type {Set<string>} */
  const growing = new Set();
  const told = (/** @type {Traffic["kind"]} */ kind, /** @type {unknown} */ data) => {
    const frame = parse(data);
    if (frame.type === "token") {
      if (growing.has(frame.message_id)) return;
      growing.add(frame.message_id);
    }
    const detail = wordsOf(frame);
    tell({ at: Date.now(), ms: 0, kind, name: String(frame.type), ok: frame.type !== "error", detail });
  };
  globalThis.WebSocket = class extends WebSocket {
    /** @param {ConstructorParameters<typeof WebSocket>} address */
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => told("call", data));
    }

    /** @param {Parameters<WebSocket["send"]>[0]} data */
    send(data) {
      told("delivery", data);
      super.send(data);
    }
  };
}

/** An address without the ids in it. @param {string} path */
function toShape(path) {
  return path
    .split("/")
    .map((part) => (part.length > 16 && /\d|[A-Z]/.test(part) ? "…" : part))
    .join("/");
}

/** @param {unknown} body */
function wordsIn(body) {
  return wordsOf(parse(body));
}

/** @param {any} said */
function wordsOf({ text, content, action, rating, message, status, assignee, error }) {
  const words =
    text ?? content ?? action ?? rating ?? message?.text ?? assignee ?? status?.owner ?? error?.message;
  const line = typeof words === "string" ? words.replaceAll(/\s+/g, " ").trim() : "";
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** @param {unknown} data @returns {any} */
function parse(data) {
  try {
    const value = typeof data === "string" ? JSON.parse(data) : undefined;
    return value ?? {};
  } catch {
    return {};
  }
}

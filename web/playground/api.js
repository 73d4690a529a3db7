/**
 * @typedef {{ id: string, name: string, realName: string, isStaff: boolean, directChannel: string }} Person
 * @typedef {{ workspace: string, bot: { id: string, name: string }, people: Person[],
 *   channels: { id: string, name: string }[], model: string, data?: string }} Scene
 * @typedef {{ id: string, name: string, mimetype: string, size: number }} FileMark
 * @typedef {{ name: string, users: string[] }} Reaction
 * @typedef {{ channel: string, ts: string, threadTs?: string, user?: string, userName: string, isBot: boolean,
 *   text: string, markdown: boolean, blocks?: unknown[], files?: FileMark[], streaming: boolean, broadcast: boolean,
 *   edited: boolean, deleted: boolean, reactions: Reaction[], ephemeralTo?: string }} Message
 * @typedef {{ seq: number, at: number, ms: number, kind: "call" | "delivery", name: string, ok: boolean,
 *   detail: string }} Happening
 * @typedef {{ kind: "message", version: number, message: Message }
 *   | { kind: "status", channel: string, threadTs: string, status: string }
 *   | { kind: "happening" } | { kind: "reset" }} Change
 */

/**
 * Asks the playground's API. Rejects with what the server said, or that it could not be reached.
 * @param {string} path
 * @param {object} [body] Given, it is posted.
 * @returns {Promise<any>}
 */
export async function ask(path, body) {
  /** @type {RequestInit} */
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(`/playground/api/${path}`, body === undefined ? {} : post).catch(
    () => undefined,
  );
  if (response === undefined) throw new Error("Baton cannot be reached. Is it still running?");
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(typeof answer.error === "string" ? answer.error : `Baton answered ${response.status}`);
}

/**
 * Listens to what happens, and comes back by itself when the connection is lost.
 * @param {{ opened: () => void, changed: (change: Change) => void, lost: () => void }} listener
 */
export function listen({ opened, changed, lost }) {
  let retryMs = 500;
  /** @type {string | undefined} */
  let run;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let watch;
  const connect = () => {
    const source = new EventSource("/playground/api/events");
    const lose = () => {
      source.close();
      clearTimeout(watch);
      lost();
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, 5_000);
    };
    source.addEventListener("error", lose);
    source.addEventListener("message", ({ data }) => {
      const change = JSON.parse(data);
      // A connection can die without a word; the server's beat tells a quiet one from a dead one.
      clearTimeout(watch);
      watch = setTimeout(lose, 25_000);
      if (change.kind === "open") {
        retryMs = 500;
        // Baton began anew, and the workspace with it: nothing of what the page knows is there any more.
        if (run !== undefined && run !== change.run) location.reload();
        run = change.run;
        opened();
      } else if (change.kind !== "beat") changed(change);
    });
  };
  connect();
}

import { createHmac, randomBytes } from "node:crypto";
import type { StoredFile } from "./model.ts";

/** Addresses of attachments: signed, and good for a limited time, as on the platform's CDN. */
export class AttachmentUrls {
  readonly #key = randomBytes(32);
  readonly #baseUrl: () => string;
  readonly #lifeMs: () => number;

  constructor(baseUrl: () => string, lifeMs: () => number) {
    this.#baseUrl = baseUrl;
    this.#lifeMs = lifeMs;
  }

  sign(file: Pick<StoredFile, "id" | "channelId" | "name">): string {
    const path = `/attachments/${file.channelId}/${file.id}/${encodeURIComponent(file.name)}`;
    const now = Date.now();
    const ex = Math.floor((now + this.#lifeMs()) / 1000).toString(16);
    const is = Math.floor(now / 1000).toString(16);
    return `${this.#baseUrl()}${path}?ex=${ex}&is=${is}&hm=${this.#hash(path, ex, is)}&`;
  }

  /** Whether the address was signed here and is still good. */
  isGood(path: string, query: URLSearchParams): boolean {
    const [ex, is, hm] = [query.get("ex") ?? "", query.get("is") ?? "", query.get("hm") ?? ""];
    return hm === this.#hash(path, ex, is) && Number.parseInt(ex, 16) * 1000 > Date.now();
  }

  #hash(path: string, ex: string, is: string): string {
    return createHmac("sha256", this.#key).update(`${path}|${ex}|${is}`).digest("hex");
  }
}

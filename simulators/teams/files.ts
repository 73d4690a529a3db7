import { randomUUID } from "node:crypto";

/** A file people sent, or the bot put into a consented upload. */
export interface UploadedFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  /** Whether every byte of a consented upload has arrived. */
  readonly complete: boolean;
  readonly content: Buffer;
  readonly from: "user" | "bot";
}

interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly contentType: string;
  readonly from: "user" | "bot";
  readonly size: number;
  content: Buffer;
}

/** What a request for a file is answered with. */
export interface FileAnswer {
  readonly status: number;
  readonly body: Buffer | Record<string, unknown>;
  readonly contentType?: string;
}

/** Files that people send and uploads they consented to. */
export class Files {
  readonly #files = new Map<string, StoredFile>();

  add(file: { name: string; contentType: string; content: Buffer }): string {
    const id = randomUUID();
    this.#files.set(id, { id, ...file, size: file.content.length, from: "user" });
    return id;
  }

  /** Opens an upload of that many bytes; they come by PUT, in order. */
  expect(upload: { name: string; size: number }): string {
    const id = randomUUID();
    this.#files.set(id, {
      id,
      ...upload,
      contentType: "application/octet-stream",
      content: Buffer.alloc(0),
      from: "bot",
    });
    return id;
  }

  read(id: string): FileAnswer {
    const file = this.#files.get(id);
    if (file === undefined) return { status: 404, body: toProblem("itemNotFound", "Item not found") };
    return { status: 200, body: file.content, contentType: file.contentType };
  }

  /** Takes a part of an upload, as OneDrive does: whole fragments, in order, by `Content-Range`. */
  put(id: string, range: string | undefined, part: Buffer): FileAnswer {
    const file = this.#files.get(id);
    if (file === undefined || file.from !== "bot")
      return { status: 404, body: toProblem("itemNotFound", "The upload session was not found") };
    const [start, end, total] = (/^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? "") ?? []).slice(1).map(Number);
    if (start === undefined || end === undefined || total === undefined)
      return { status: 400, body: toProblem("invalidRequest", "Content-Range is missing or malformed") };
    if (part.length !== end - start + 1 || total !== file.size)
      return { status: 400, body: toProblem("invalidRequest", "Content-Range does not match the content") };
    if (start !== file.content.length)
      return { status: 416, body: toProblem("invalidRange", "The fragment is not the next one") };
    file.content = Buffer.concat([file.content, part]);
    if (file.content.length < total)
      return { status: 202, body: { nextExpectedRanges: [`${file.content.length}-`] } };
    return { status: 201, body: { id, name: file.name, size: total } };
  }

  list(): UploadedFile[] {
    return [...this.#files.values()].map(({ size, ...file }) => ({
      ...file,
      complete: file.content.length === size,
    }));
  }

  clear(): void {
    this.#files.clear();
  }
}

function toProblem(code: string, message: string): Record<string, unknown> {
  return { error: { code, message } };
}

import { randomUUID } from "node:crypto";
import type { FileDesk, OpenTicket } from "../../../src/core/channel.ts";
import { PermanentError } from "../../../src/core/errors.ts";
import type { ReplyFile } from "../../../src/core/reply.ts";

/** Files of the bot's on the way to a channel, in memory. */
export interface FileShelf {
  put(name: string, mimeType: string, content: Buffer): ReplyFile;
  readonly desk: FileDesk;
  readonly open: OpenTicket;
}

/** Without a public address: what cannot go as a file has no link. */
export function createFileShelf(): FileShelf {
  const files = new Map<string, ReplyFile & { readonly content: Buffer }>();
  return {
    put: (name, mimeType, content) => {
      const file = { id: randomUUID(), name, mimeType, bytes: content.length };
      files.set(file.id, { ...file, content });
      return file;
    },
    desk: {
      read: async ({ id }) => {
        const file = files.get(id);
        if (file === undefined) throw new PermanentError("not kept", { code: "file_gone" });
        return file.content;
      },
      ticket: ({ id }) => id,
      link: () => undefined,
    },
    open: async (ticket) => files.get(ticket),
  };
}

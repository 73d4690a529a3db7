import { z } from "zod";
import { PermanentError } from "../../core/errors.ts";
import { parseDocument } from "./parse-document.ts";

// The process that documents of strangers are read in: it may read files to load its code, and nothing else.
const request = z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) });

process.on("message", (message) => void answer(message));
process.on("disconnect", () => process.exit(0));

async function answer(message: unknown): Promise<void> {
  try {
    const { name, bytes } = request.parse(message);
    process.send?.({ ok: true, parsed: await parseDocument(name, new Uint8Array(bytes)) });
  } catch (cause) {
    const problem =
      cause instanceof PermanentError ? cause.message : "it is damaged, or not what its name says";
    process.send?.({ ok: false, problem });
  }
}

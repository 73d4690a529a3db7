import { PermanentError } from "../core/errors.ts";
import type { ToolContext, ToolFile, TurnFiles } from "../core/tool.ts";

/** The files of one call of one tool: it may attach while it runs, and not after. */
export interface CallFiles {
  readonly attach: ToolContext["attach"];
  /** The call ended well: waits for what is on its way. Rejects when something could not be kept. */
  settle(): Promise<void>;
  /** The call did not end well: nothing of it stays, earlier tries included. */
  discard(): Promise<void>;
}

/** Without `files` every attaching is refused. */
export function collectFiles(files: TurnFiles | undefined, key: string): CallFiles {
  const running: Promise<void>[] = [];
  let isOver = false;

  async function attachNow(file: ToolFile): Promise<void> {
    if (files === undefined) throw new PermanentError("Files cannot be attached here.");
    if (isOver) throw new PermanentError("Files cannot be attached once the call is over.");
    const attaching = files.attach(key, file);
    running.push(attaching);
    await attaching;
  }

  return {
    attach: (file) => {
      const attaching = attachNow(file);
      attaching.catch(() => {}); // a tool may not wait for it; `settle` does
      return attaching;
    },
    settle: async () => {
      isOver = true;
      const failed = (await Promise.allSettled(running)).find(isBroken);
      if (failed !== undefined) throw failed.reason;
    },
    discard: async () => {
      isOver = true;
      await Promise.allSettled(running);
      await files?.discard(key);
    },
  };
}

/** A file that was refused was the tool's to deal with. */
function isBroken(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === "rejected" && !(result.reason instanceof PermanentError);
}

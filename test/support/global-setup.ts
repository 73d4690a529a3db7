import { createServer } from "node:net";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { keptFolder } from "./kept-folder.ts";
import { compileCache } from "./compile-cache.ts";
import { startTemplateServer } from "./postgres-template.ts";
import { openRunFolder } from "./run-folder.ts";

/**
 * Gives the run a folder for its temporary files, and offers it one PostgreSQL, which starts when the first test asks
 * for it and ends with the run.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  Object.assign(process.env, compileCache, { BATON_TEST_KEPT: keptFolder() });
  const folder = await openRunFolder();
  process.env["TMPDIR"] = folder.path;
  const dataDir = path.join(folder.path, "template");
  let server: ReturnType<typeof startTemplateServer> | undefined;
  const door = createServer((socket) => {
    socket.on("error", () => {});
    server ??= startTemplateServer(dataDir);
    server.then(
      ({ ownerUrl }) => socket.end(JSON.stringify({ ownerUrl })),
      (cause: unknown) =>
        socket.end(JSON.stringify({ error: cause instanceof Error ? cause.message : String(cause) })),
    );
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  project.provide("testPostgresDoor", typeof address === "object" && address !== null ? address.port : 0);
  return async () => {
    door.close();
    const started = await server?.catch(() => undefined);
    await started?.stop();
    await folder.remove();
  };
}

declare module "vitest" {
  interface ProvidedContext {
    testPostgresDoor: number;
  }
}

import { createServer } from "node:net";
import { readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { isAlive } from "../../src/store/data-dir-lock.ts";
import { compileCache } from "./compile-cache.ts";
import { startTemplateServer } from "./postgres-template.ts";

const folderName = "baton-test-pg-";

/** Offers one PostgreSQL to the whole run. It starts when the first test asks for it and ends with the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  Object.assign(process.env, compileCache);
  await removeLeftovers();
  const dataDir = path.join(os.tmpdir(), `${folderName}${process.pid}`);
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
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** A run that was killed leaves its server behind; its folder names the process that owned it. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(os.tmpdir())) {
    const owner = name.startsWith(folderName) ? Number(name.slice(folderName.length)) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const folder = path.join(os.tmpdir(), name);
    const pid = Number(
      (await readFile(path.join(folder, "postgres", "postmaster.pid"), "utf8").catch(() => "")).split(
        "\n",
      )[0],
    );
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (pid > 0 && command.includes(folder)) process.kill(pid, "SIGQUIT");
    await rm(folder, { recursive: true, force: true });
  }
}

declare module "vitest" {
  interface ProvidedContext {
    testPostgresDoor: number;
  }
}

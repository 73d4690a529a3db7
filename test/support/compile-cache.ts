import path from "node:path";
import { keptFolder } from "./kept-folder.ts";

/**
 * Keeps what Node compiled from one process of a run to the next: whoever inherits the run's environment has it. A process
 * that will be killed writes it with `flushCompileCache` as soon as it has loaded all it needs: only an orderly end does so
 * by itself.
 */
export const compileCache = { NODE_COMPILE_CACHE: path.join(keptFolder(), "baton-compile-cache") };

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLanceIndex } from "../../../src/knowledge/index/lance-index.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { knowledgeIndexContract } from "../../contract/knowledge-index.contract.ts";

knowledgeIndexContract("LanceDB", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  return {
    open: (dimensions) => createLanceIndex({ uri: folder, dimensions }),
    clear: () => rm(folder, { recursive: true, force: true }),
    lasts: true,
  };
});

knowledgeIndexContract("the index in memory", async () => ({
  open: () => createMemoryIndex(),
  clear: async () => {},
  lasts: false,
}));

import { describe, expect, test } from "vitest";
import { findLayerFaults } from "./layers.ts";
import { readTree } from "./read-tree.ts";

function faultsOf(files: Record<string, string>): string[] {
  return findLayerFaults(new Map(Object.entries(files)));
}

describe("the house", () => {
  test("nobody knows whom they must not, and no import runs in a circle", () => {
    const tree = readTree();
    expect(tree.has("src/core/channel.ts")).toBe(true);
    expect(findLayerFaults(tree)).toEqual([]);
  });
});

describe("the layer gate catches", () => {
  const core = { "src/core/a.ts": "export interface A { readonly a: 1 }" };
  test.each<[string, Record<string, string>, string]>([
    [
      "a channel importing a channel",
      { "channels/slack/index.ts": `import { b } from "../discord/b.ts";` },
      "channels/discord/b.ts",
    ],
    [
      "a channel importing a channel's types",
      { "channels/slack/index.ts": `import type { B } from "../discord/b.ts";` },
      "channels/discord/b.ts",
    ],
    [
      "what the channels share importing one of them",
      { "channels/kit/pace.ts": `import { b } from "../slack/b.ts";` },
      "channels/slack/b.ts",
    ],
    [
      "a channel importing the store",
      { "channels/slack/index.ts": `import { s } from "../../src/store/s.ts";` },
      "src/store/s.ts",
    ],
    [
      "a channel importing the registry",
      { "channels/slack/index.ts": `import "../registry.ts";` },
      "channels/registry.ts",
    ],
    [
      "a tool importing a channel",
      { "tools/support/t.ts": `import "../../channels/slack/index.ts";` },
      "channels/slack",
    ],
    [
      "the core importing the store",
      { "src/core/a.ts": `import { s } from "../store/s.ts";` },
      "src/store/s.ts",
    ],
    [
      "the core importing a package",
      { "src/core/a.ts": `import { z } from "zod";` },
      "nothing outside itself",
    ],
    [
      "the inbox importing turns",
      { "src/inbox/i.ts": `import { t } from "../turns/t.ts";` },
      "src/turns/t.ts",
    ],
    [
      "the inbox importing turns lazily",
      { "src/inbox/i.ts": `export const t = () => import("../turns/t.ts");` },
      "src/turns/t.ts",
    ],
    [
      "the inbox importing turns with a template",
      { "src/inbox/i.ts": "export const t = () => import(`../turns/t.ts`);" },
      "src/turns/t.ts",
    ],
    [
      "an import type expression",
      { "src/inbox/i.ts": `type T = import("../turns/t.ts").T;` },
      "src/turns/t.ts",
    ],
    ["a re-export", { "src/inbox/i.ts": `export { t } from "../turns/t.ts";` }, "src/turns/t.ts"],
    ["a re-export of everything", { "src/inbox/i.ts": `export * from "../turns/t.ts";` }, "src/turns/t.ts"],
    [
      "a worker's URL",
      { "src/inbox/i.ts": `export const u = new URL("../turns/t.ts", import.meta.url);` },
      "src/turns/t.ts",
    ],
    ["a required file", { "src/inbox/i.ts": `const t = require("../turns/t.ts");` }, "src/turns/t.ts"],
    [
      "an import computed while running",
      { "src/inbox/i.ts": `const t = await import(name);` },
      "cannot follow",
    ],
    [
      "rooms on the same floor",
      { "src/agent/a.ts": `import type { K } from "../knowledge/k.ts";` },
      "src/knowledge/k.ts",
    ],
    ["the queue and the store", { "src/queue/q.ts": `import { s } from "../store/s.ts";` }, "src/store/s.ts"],
    [
      "a room reading the settings",
      { "src/turns/t.ts": `import type { S } from "../settings.ts";` },
      "src/settings.ts",
    ],
    ["a room nobody drew", { "src/cellar/c.ts": `import type { A } from "../core/a.ts";` }, "cellar"],
    ["a room importing main", { "src/http/h.ts": `import "../main.ts";` }, "src/main.ts"],
    [
      "a room importing a simulator",
      { "src/http/h.ts": `import "../../simulators/slack/s.ts";` },
      "simulators/slack/s.ts",
    ],
    [
      "main needing a simulator to start",
      { "src/run.ts": `import "../simulators/slack/s.ts";` },
      "simulators/slack/s.ts",
    ],
    [
      "a simulator importing the product",
      { "simulators/slack/s.ts": `import "../../src/core/a.ts";` },
      "src/core/a.ts",
    ],
    [
      "the product importing a test",
      { "src/http/h.ts": `import "../../test/support/t.ts";` },
      "test/support/t.ts",
    ],
    ["a vendor outside its folder", { "src/turns/t.ts": `import { Queue } from "bullmq";` }, "bullmq"],
    [
      "a vendor's types outside its folder",
      { "src/inbox/i.ts": `import type { App } from "@slack/bolt";` },
      "@slack/bolt",
    ],
    [
      "a cycle",
      {
        "src/turns/a.ts": `import "./b.ts";`,
        "src/turns/b.ts": `import "./c.ts";`,
        "src/turns/c.ts": `import "./a.ts";`,
      },
      "import cycle: src/turns/a.ts -> src/turns/b.ts -> src/turns/c.ts -> src/turns/a.ts",
    ],
    [
      "a cycle of types alone",
      {
        "src/turns/a.ts": `import type { B } from "./b.ts"; export type A = B;`,
        "src/turns/b.ts": `import type { A } from "./a.ts"; export type B = A;`,
      },
      "import cycle",
    ],
  ])("%s", (_, files, expected) => {
    const faults = faultsOf({ ...core, ...files });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(expected);
  });
});

describe("the layer gate allows", () => {
  test.each<[string, Record<string, string>]>([
    [
      "what runs downhill",
      { "src/http/h.ts": `import type { T } from "../turns/t.ts"; import "../core/a.ts";` },
    ],
    [
      "a channel its core and its vendor",
      { "channels/slack/index.ts": `import "../../src/core/a.ts"; import "@slack/bolt";` },
    ],
    [
      "the registry its channels",
      { "channels/registry.ts": `export const slack = () => import("./slack/index.ts");` },
    ],
    ["main everyone", { "src/main.ts": `import "./http/h.ts"; import "../channels/registry.ts";` }],
    ["the start a simulator on demand", { "src/run.ts": `await import("../simulators/slack/s.ts");` }],
    [
      "the settings a channel's schema",
      { "src/settings.ts": `import { s } from "../channels/slack/settings.ts";` },
    ],
    [
      "a test anything",
      { "test/a.test.ts": `import "../src/turns/t.ts"; import "../simulators/slack/s.ts"; import "pg";` },
    ],
    [
      "words that look like imports",
      { "src/inbox/i.ts": "// import '../turns/t.ts'\nconst s = `import '../turns/t.ts'`;" },
    ],
  ])("%s", (_, files) => {
    expect(faultsOf(files)).toEqual([]);
  });
});

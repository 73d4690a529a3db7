import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { createTools, toolFamilies } from "../../tools/registry.ts";
import { createMemoryTickets } from "./memory-tickets.ts";

test("every folder of tools is in the registry", () => {
  const folders = readdirSync(new URL("../../tools", import.meta.url), { withFileTypes: true });
  const names = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(Object.keys(toolFamilies).toSorted()).toEqual(names.toSorted());
});

test("no two tools share a name", () => {
  const names = createTools({ tickets: createMemoryTickets() }).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(["get_time", "create_ticket"]));
});

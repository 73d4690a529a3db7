import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readToolFile } from "../../src/settings/tool-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "baton-tools-"));
  await mkdir(path.join(folder, "config/openapi"), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(yaml: string, values: Readonly<Record<string, string>> = {}) {
  await writeFile(path.join(folder, "config/tools.yaml"), yaml);
  const problems: string[] = [];
  return { tools: readToolFile(folder, problems, values), problems };
}

const closed = { allowedOrigins: [], httpFetch: false, runCode: false, openApi: [], mcp: [] };

describe("config/tools.yaml", () => {
  test("opens nothing where it is missing, and nothing as the example has it", async () => {
    const problems: string[] = [];
    expect(readToolFile(folder, problems, {})).toMatchObject(closed);
    const example = fileURLToPath(new URL("../../config/tools.example.yaml", import.meta.url));
    await cp(example, path.join(folder, "config/tools.yaml"));
    expect(readToolFile(folder, problems, {})).toMatchObject(closed);
    expect(problems).toEqual([]);
  });

  test("asks for approval of every write unless told otherwise, and takes secrets from the environment", async () => {
    await writeFile(path.join(folder, "config/openapi/shop.yaml"), "openapi: 3.1.0\npaths: {}\n");
    const { tools, problems } = await read(
      "openApi:\n  - { name: shop, document: shop.yaml, token: SHOP_TOKEN }\nmcp:\n  - { name: crm, url: https://crm.example.com/mcp }\n",
      { SHOP_TOKEN: "s3cret" },
    );
    expect(problems).toEqual([]);
    expect(tools.openApi).toMatchObject([
      {
        name: "shop",
        approval: "staff",
        roles: ["staff", "admin"],
        token: "s3cret",
        document: { paths: {} },
      },
    ]);
    expect(tools.mcp).toMatchObject([{ name: "crm", tools: {}, roles: ["staff", "admin"] }]);
  });

  test.each([
    [
      "a secret that is not set",
      "webSearch: { url: 'https://s.example.com/?q={query}', token: NOT_SET }",
      "NOT_SET",
    ],
    ["a search without a place for the words", "webSearch: { url: https://s.example.com/ }", "{query}"],
    [
      "a document that is not there",
      "openApi: [{ name: shop, document: shop.yaml }]",
      "config/openapi/shop.yaml",
    ],
    [
      "a document outside of its folder",
      "openApi: [{ name: shop, document: ../../x.yaml }]",
      "config/openapi",
    ],
    [
      "a server with two ways to it",
      "mcp: [{ name: crm, url: 'https://a.example.com', command: [x] }]",
      "either",
    ],
    ["two of the same name", "mcp: [{ name: a, command: [x] }, { name: a, command: [y] }]", "same name"],
    ["a role nobody has", "mcp: [{ name: a, command: [x], roles: [boss] }]", "customer"],
    ["a misspelled setting", "httpfetch: true", "httpfetch"],
  ])("says what is wrong with %s", async (_, yaml, word) => {
    expect((await read(`${yaml}\n`)).problems.join("\n")).toContain(word);
  });
});

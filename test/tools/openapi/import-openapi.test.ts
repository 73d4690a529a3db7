import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TransientError, UncertainError } from "../../../src/core/errors.ts";
import type { SafeFetch, SafeRequest } from "../../../src/core/safe-fetch.ts";
import type { Tool } from "../../../src/core/tool.ts";
import { importOpenApi } from "../../../tools/openapi/import-openapi.ts";
import { callTool } from "../run.ts";

const document = {
  openapi: "3.1.0",
  servers: [{ url: "https://api.shop.example.com/v1" }],
  components: {
    schemas: {
      Refund: {
        type: "object",
        properties: { amount: { type: "number", minimum: 0 }, note: { type: "string" } },
        required: ["amount"],
        additionalProperties: false,
      },
      Tree: { type: "object", properties: { child: { $ref: "#/components/schemas/Tree" } } },
    },
    parameters: { Id: { name: "id", in: "path", required: true, schema: { type: "string" } } },
  },
  paths: {
    "/orders/{id}": {
      parameters: [{ $ref: "#/components/parameters/Id" }],
      get: {
        operationId: "getOrder",
        summary: "One order",
        parameters: [
          { name: "expand", in: "query", schema: { type: "array", items: { type: "string" } } },
          { name: "X-Trace", in: "header", schema: { type: "string" } },
        ],
      },
      delete: { operationId: "deleteOrder" },
    },
    "/orders/{id}/refund": {
      parameters: [{ $ref: "#/components/parameters/Id" }],
      post: {
        operationId: "refundOrder",
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Refund" } } },
        },
      },
    },
    "/trees": {
      post: {
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Tree" } } } },
      },
    },
  },
};

let asked: SafeRequest[] = [];
function importWith(
  answer: () => Promise<{ status: number; body: string }> | { status: number; body: string },
) {
  asked = [];
  const safeFetch: SafeFetch = async (request) => {
    asked.push(request);
    const { status, body } = await answer();
    return { status, url: request.url, headers: {}, body: Buffer.from(body) };
  };
  const source = { name: "shop", document, roles: ["staff"], approval: "staff", token: "s3cret" } as const;
  return new Map(importOpenApi(source, safeFetch).map((tool) => [tool.name, tool]));
}
const good = () => importWith(() => ({ status: 200, body: '{"id":"A"}' }));
function named(tools: ReadonlyMap<string, Tool>, name: string): Tool {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`no ${name} among ${[...tools.keys()].join(", ")}`);
  return tool;
}

describe("operations of an API as tools", () => {
  test("reads are free, everything else needs approval; only what HTTP calls idempotent is repeatable", () => {
    const rules = [...good().values()].map(({ name, effect, approval, repeatable, roles }) => ({
      name,
      rule: `${effect} ${approval} ${repeatable}`,
      roles,
    }));
    expect(rules).toEqual([
      { name: "shop_getOrder", rule: "read none true", roles: ["staff"] },
      { name: "shop_deleteOrder", rule: "write staff true", roles: ["staff"] },
      { name: "shop_refundOrder", rule: "write staff false", roles: ["staff"] },
      { name: "shop_post_trees", rule: "write staff false", roles: ["staff"] },
    ]);
  });

  test("what the other system answers is text that anybody may have written", () => {
    expect([...good().values()].map(({ foreign }) => foreign)).toEqual([true, true, true, true]);
  });

  test("a call becomes the request the document describes, with the operator's token", async () => {
    const outcome = await callTool(named(good(), "shop_getOrder"), { id: "A 1", expand: ["lines", "tax"] });
    expect(outcome).toEqual({ kind: "result", text: '{"id":"A"}' });
    expect(asked[0]).toMatchObject({
      url: "https://api.shop.example.com/v1/orders/A%201?expand=lines&expand=tax",
      method: "GET",
      headers: { authorization: "Bearer s3cret" },
    });
  });

  test("a write carries its body and its idempotency key", async () => {
    await callTool(named(good(), "shop_refundOrder"), { id: "A", body: { amount: 5 } });
    expect(asked[0]).toMatchObject({
      method: "POST",
      body: '{"amount":5}',
      headers: { "idempotency-key": "the-key", "content-type": "application/json" },
    });
  });

  test.each([
    ["without what is required", {}],
    ["with a wrong type", { id: 5 }],
    ["with what nobody declared", { id: "A", userId: "somebody" }],
  ])("arguments %s are refused before anything is asked", async (_, args) => {
    expect((await callTool(named(good(), "shop_getOrder"), args)).kind).toBe("error");
    expect(asked).toEqual([]);
  });

  test("a body is held to its schema, through references", async () => {
    const refused = await callTool(named(good(), "shop_refundOrder"), { id: "A", body: { amount: "all" } });
    expect(refused.kind).toBe("error");
    expect(asked).toEqual([]);
  });

  test("what a model writes never leaves its place in the path", async () => {
    const tool = named(good(), "shop_getOrder");
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.constantFrom("..", ".", "../../admin", "a/b", "a?b#c")),
        async (id) => {
          asked = [];
          await callTool(tool, { id });
          for (const { url } of asked) {
            const { pathname, search, origin } = new URL(url);
            expect(origin).toBe("https://api.shop.example.com");
            expect(pathname.split("/")).toHaveLength(4);
            expect(pathname.startsWith("/v1/orders/")).toBe(true);
            expect(search).toBe("");
          }
        },
      ),
    );
  });

  test.each([
    ["a refusal is told", 404, "error"],
    ["a failing server leaves it uncertain", 500, "uncertain"],
    ["too many requests did not happen", 429, "error"],
  ] as const)("T2: of a write, %s", async (_, status, kind) => {
    const tools = importWith(() => ({ status, body: "no" }));
    expect((await callTool(named(tools, "shop_refundOrder"), { id: "A", body: { amount: 1 } })).kind).toBe(
      kind,
    );
  });

  test("T1: a write whose answer got lost is uncertain, one that reached nobody is not", async () => {
    const lost = importWith(() => Promise.reject(new UncertainError("cut")));
    const refund = { id: "A", body: { amount: 1 } };
    expect((await callTool(named(lost, "shop_refundOrder"), refund)).kind).toBe("uncertain");
    const never = importWith(() => Promise.reject(new TransientError("nobody there")));
    expect((await callTool(named(never, "shop_refundOrder"), refund)).kind).toBe("error");
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";

let model: OpenAiSimulator;

beforeAll(async () => {
  model = await startOpenAiSimulator({
    apiKeys: ["sk-good-key-0001"],
    limits: { requestsPerMinute: 600, tokensPerMinute: 40_000 },
  });
});
afterAll(() => model.stop());

async function post(body: unknown, key = "sk-good-key-0001", path = "/chat/completions") {
  const response = await fetch(model.baseURL + path, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as object };
}

const user = { role: "user", content: "hi" };
const call = { id: "call_1", type: "function", function: { name: "f", arguments: "{}" } };
const tool = { type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } };
const missingType = "missing_required_parameter";

describe("a chat completion is refused as the platform refuses it", () => {
  test.each([
    ["no model", { model: undefined }, null, null],
    ["no messages", { messages: undefined }, "messages", missingType],
    ["an unknown field", { temprature: 1 }, "temprature", "unknown_parameter"],
    ["messages that are no array", { messages: "hi" }, "messages", "invalid_type"],
    ["no message at all", { messages: [] }, "messages", "empty_array"],
    ["a message without a role", { messages: [{ content: "hi" }] }, "messages[0].role", missingType],
    ["an unknown role", { messages: [{ role: "bot", content: "hi" }] }, "messages[0].role", "invalid_value"],
    [
      "a number as content",
      { messages: [{ role: "user", content: 7 }] },
      "messages[0].content",
      "invalid_type",
    ],
    [
      "null as a user's content",
      { messages: [{ role: "user", content: null }] },
      "messages.[0].content",
      null,
    ],
    [
      "an unknown field of a message",
      { messages: [{ ...user, id: 1 }] },
      "messages[0].id",
      "unknown_parameter",
    ],
    [
      "a name with a space",
      { messages: [{ ...user, name: "Ann Lee" }] },
      "messages[0].name",
      "invalid_value",
    ],
    [
      "a tool result without a call",
      { messages: [user, { role: "tool", tool_call_id: "x", content: "" }] },
      "messages.[1].role",
      null,
    ],
    [
      "a tool result of another call",
      {
        messages: [
          user,
          { role: "assistant", tool_calls: [call] },
          { role: "tool", tool_call_id: "x", content: "" },
        ],
      },
      "messages.[2].tool_call_id",
      null,
    ],
    [
      "a call without its result",
      { messages: [user, { role: "assistant", tool_calls: [call] }, user] },
      "messages.[2].role",
      null,
    ],
    [
      "a call without its result at the end",
      { messages: [user, { role: "assistant", tool_calls: [call] }] },
      "messages.[2].role",
      null,
    ],
    [
      "a call id over 40 characters",
      { messages: [{ role: "assistant", tool_calls: [{ ...call, id: "x".repeat(41) }] }] },
      "messages[0].tool_calls[0].id",
      "string_above_max_length",
    ],
    [
      "a tool name with a dot",
      { tools: [{ type: "function", function: { name: "a.b" } }] },
      "tools[0].function.name",
      "invalid_value",
    ],
    ["a tool without a function", { tools: [{ type: "function" }] }, "tools[0].function", missingType],
    [
      "a schema that is no object",
      { tools: [{ type: "function", function: { name: "f", parameters: { type: "string" } } }] },
      "tools[0].function.parameters",
      "invalid_function_parameters",
    ],
    [
      "a strict schema left open",
      {
        tools: [
          {
            type: "function",
            function: { name: "f", strict: true, parameters: { type: "object", properties: {} } },
          },
        ],
      },
      "tools[0].function.parameters",
      "invalid_function_parameters",
    ],
    [
      "more than 128 tools",
      { tools: Array.from({ length: 129 }, () => tool) },
      "tools",
      "array_above_max_length",
    ],
    ["tool_choice without tools", { tool_choice: "auto" }, "tool_choice", null],
    [
      "tool_choice of a tool not offered",
      { tools: [tool], tool_choice: { type: "function", function: { name: "g" } } },
      "tool_choice",
      null,
    ],
    ["a temperature of 3", { temperature: 3 }, "temperature", "decimal_above_max_value"],
    ["no tokens at all", { max_completion_tokens: 0 }, "max_completion_tokens", "integer_below_min_value"],
    ["stream_options without a stream", { stream_options: { include_usage: true } }, "stream_options", null],
    ["JSON that is not asked for", { response_format: { type: "json_object" } }, "messages", null],
    [
      "max_tokens to a reasoning model",
      { model: "gpt-5", max_tokens: 5 },
      "max_tokens",
      "unsupported_parameter",
    ],
    [
      "a temperature to a reasoning model",
      { model: "gpt-5", temperature: 0 },
      "temperature",
      "unsupported_value",
    ],
    [
      "more text than the model can read",
      { model: "gpt-3.5-turbo", messages: [{ role: "user", content: "word ".repeat(20_000) }] },
      "messages",
      "context_length_exceeded",
    ],
  ])("%s", async (_, change, param, code) => {
    const answer = await post({ model: "gpt-4o-mini", messages: [user], ...change });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      error: { message: expect.any(String) as unknown, type: "invalid_request_error", param, code },
    });
  });

  test("a body that is not JSON", async () => {
    expect(await post("{oops")).toMatchObject({
      status: 400,
      body: { error: { type: "invalid_request_error" } },
    });
  });

  test("a model it does not have, or has for another use", async () => {
    for (const name of ["gpt-9", "text-embedding-3-small"]) {
      const answer = await post({ model: name, messages: [user] });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: "model_not_found" } } });
    }
  });

  test("what is right is accepted: parallel calls with their results in any order", async () => {
    const second = { ...call, id: "call_2" };
    const messages = [
      { role: "developer", content: [{ type: "text", text: "be kind" }] },
      user,
      { role: "assistant", content: null, tool_calls: [call, second] },
      { role: "tool", tool_call_id: "call_2", content: "two" },
      { role: "tool", tool_call_id: "call_1", content: "one" },
      user,
    ];
    expect(await post({ model: "gpt-4o-mini", messages, tools: [tool], metadata: { a: "b" } })).toMatchObject(
      { status: 200 },
    );
  });
});

describe("keys and limits", () => {
  test("a missing, unknown or revoked key is 401, and the answer never shows the key", async () => {
    const body = { model: "gpt-4o-mini", messages: [user] };
    expect(await post(body, "")).toMatchObject({ status: 401 });
    const unknown = await post(body, "sk-wrong-secret-9999");
    expect(unknown).toMatchObject({ status: 401, body: { error: { code: "invalid_api_key" } } });
    expect(JSON.stringify(unknown.body)).not.toContain("secret");
    model.revokeKey("sk-good-key-0001");
    expect(await post(body)).toMatchObject({ status: 401 });
    model.restoreKey("sk-good-key-0001");
    expect(await post(body)).toMatchObject({ status: 200 });
  });

  test("every answer carries the rate headers, and the remaining requests go down", async () => {
    const first = await post({ model: "gpt-4o-mini", messages: [user] });
    expect(first.headers.get("x-ratelimit-limit-requests")).toBe("600");
    expect(Number(first.headers.get("x-ratelimit-remaining-requests"))).toBeLessThan(600);
    expect(first.headers.get("x-ratelimit-reset-requests")).toMatch(/^[\d.]+(ms|s)$/);
    expect(first.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test("limits that are enforced refuse what is over them", async () => {
    const tight = await startOpenAiSimulator({
      limits: { requestsPerMinute: 2, tokensPerMinute: 1_000, enforced: true },
    });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const response = await fetch(`${tight.baseURL}/models`, { headers: { authorization: "Bearer sk-x" } });
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses).toEqual([200, 200, 429]);
    await tight.stop();
  });
});

test.each([
  ["no input", { model: "text-embedding-3-small" }],
  ["an empty input", { model: "text-embedding-3-small", input: "" }],
  ["too many dimensions", { model: "text-embedding-3-small", input: "a", dimensions: 4_000 }],
  ["an unknown encoding", { model: "text-embedding-3-small", input: "a", encoding_format: "hex" }],
])("embeddings refuse %s", async (_, body) => {
  expect(await post(body, "sk-good-key-0001", "/embeddings")).toMatchObject({
    status: 400,
    body: { error: { type: "invalid_request_error" } },
  });
});

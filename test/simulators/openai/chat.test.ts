import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";
import { aTicketTool, aTimeTool, askStream, readStream } from "./chat-client.ts";

let model: OpenAiSimulator;
let client: OpenAI;

beforeAll(async () => {
  model = await startOpenAiSimulator();
  client = new OpenAI({ baseURL: model.baseURL, apiKey: "sk-local-test", maxRetries: 0 });
});
afterAll(() => model.stop());

function ask(content: string, more: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {}) {
  return client.chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content }],
    ...more,
  });
}

describe("the unscripted model", () => {
  test("answers in words that quote the question, and counts what it used", async () => {
    const completion = await ask("How do I reset my password?");
    const choice = completion.choices[0];
    expect(choice?.message.content).toContain("How do I reset my password?");
    expect(choice?.finish_reason).toBe("stop");
    expect(completion.usage?.total_tokens).toBe(
      (completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
    );
    expect(completion.usage?.completion_tokens).toBeGreaterThan(10);
  });

  test("quotes only what a person asked, and nothing when a part of its answer was not let through", async () => {
    const again = async (shown: string) => {
      const completion = await client.chat.completions.create({
        model: "gpt-4o-mini",
        messages: [
          { role: "user", content: "How do I reset my password?" },
          ...(shown === "" ? [] : [{ role: "assistant" as const, content: shown }]),
          {
            role: "user",
            content: "[Part of your answer was held back because nothing was given: what time is it?]",
          },
        ],
        tools: [aTimeTool],
      });
      return completion.choices[0]?.message.content;
    };
    for (const shown of ["", "Thanks for your message!"]) {
      expect(await again(shown)).toContain("I am a *local stand-in*");
      expect(await again(shown)).not.toMatch(/held back|You wrote/);
    }
  });

  test("streams the same kind of answer in many deltas and ends with the usage asked for", async () => {
    const streamed = await askStream(client, "How do I reset my password?");
    expect(streamed.text).toContain("How do I reset my password?");
    expect(streamed.deltas).toBeGreaterThan(10);
    expect(streamed.finishReason).toBe("stop");
    expect(streamed.usage?.completion_tokens).toBe(streamed.deltas);
  });

  test("says the id of the message it answers exactly once", async () => {
    const { text } = await askStream(client, "answer:A1 is what I want [[id:A1]] please");
    expect(text.split("answer:A1")).toHaveLength(2);
  });

  test("says the ids of all unanswered messages in order, and none that was answered before", async () => {
    const completion = await client.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [
        { role: "user", content: "old [[id:OLD]]" },
        { role: "assistant", content: "answer:OLD" },
        { role: "user", content: "first [[id:B2]]" },
        { role: "user", content: [{ type: "text", text: "second [[id:B1]]" }] },
        { role: "user", content: "first again [[id:B2]]" },
      ],
    });
    expect(completion.choices[0]?.message.content?.match(/answer:\w+/g)).toEqual(["answer:B2", "answer:B1"]);
  });

  test("calls get_time with the zone of the city, and tells the result with the message's id", async () => {
    const asked = { role: "user", content: "What time is it in New York? [[id:T1]]" } as const;
    const first = await ask(asked.content, { tools: [aTimeTool] });
    const call = first.choices[0]?.message.tool_calls?.[0];
    if (call?.type !== "function") throw new Error("no tool call");
    expect(first.choices[0]?.finish_reason).toBe("tool_calls");
    expect(first.choices[0]?.message.content).toBeNull();
    expect(call.function.name).toBe("get_time");
    expect(JSON.parse(call.function.arguments)).toEqual({ timezone: "America/New_York" });

    const second = await client.chat.completions.create({
      model: "gpt-4o-mini",
      tools: [aTimeTool],
      messages: [
        asked,
        { role: "assistant", tool_calls: [call] },
        { role: "tool", tool_call_id: call.id, content: '{"time":"09:30","zone":"America/New_York"}' },
      ],
    });
    expect(second.choices[0]?.message.content).toContain("It is now 09:30, America/New_York.");
    expect(second.choices[0]?.message.content).toContain("answer:T1");
  });

  test("reads a ticket's fields from the tool's own schema, optional ones included when the text says them", async () => {
    const completion = await ask("Please open a ticket about the broken printer on floor 3, urgent.", {
      tools: [aTicketTool],
    });
    const call = completion.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === "function" && JSON.parse(call.function.arguments)).toEqual({
      subject: "the broken printer on floor 3, urgent",
      description: "Please open a ticket about the broken printer on floor 3, urgent.",
      priority: "urgent",
    });
  });

  test("streams two parallel calls as argument deltas that add up, or one when parallel calls are off", async () => {
    const request = {
      model: "gpt-4o-mini",
      tools: [aTimeTool, aTicketTool],
      messages: [
        { role: "user" as const, content: "What time is it in Bangkok? Also open a ticket about VPN" },
      ],
    };
    const streamed = await readStream(await client.chat.completions.create({ ...request, stream: true }));
    expect(streamed.finishReason).toBe("tool_calls");
    expect(streamed.toolCalls.map((call) => call.name)).toEqual(["get_time", "create_ticket"]);
    expect(JSON.parse(streamed.toolCalls[0]?.arguments ?? "")).toEqual({ timezone: "Asia/Bangkok" });
    expect(streamed.deltas).toBeGreaterThan(10);

    const single = await client.chat.completions.create({ ...request, parallel_tool_calls: false });
    expect(single.choices[0]?.message.tool_calls).toHaveLength(1);
  });

  test("obeys tool_choice: none never calls, a named function always does", async () => {
    const none = await ask("what time is it", { tools: [aTimeTool], tool_choice: "none" });
    expect(none.choices[0]?.message.tool_calls).toBeUndefined();
    const named = await ask("hello", {
      tools: [aTimeTool, aTicketTool],
      tool_choice: { type: "function", function: { name: "create_ticket" } },
    });
    const call = named.choices[0]?.message.tool_calls?.[0];
    expect(call?.type === "function" && call.function.name).toBe("create_ticket");
  });

  test("keeps to a JSON schema that is demanded", async () => {
    const schema = {
      type: "object",
      additionalProperties: false,
      required: ["answer", "confidence", "intent", "sources"],
      properties: {
        answer: { type: "string" },
        confidence: { type: "number", minimum: 0, maximum: 1 },
        intent: { enum: ["question", "complaint"] },
        sources: { type: "array", items: { type: "string" } },
      },
    };
    const completion = await ask("Where is my order? [[id:J1]]", {
      response_format: { type: "json_schema", json_schema: { name: "reply", strict: true, schema } },
    });
    const reply = JSON.parse(completion.choices[0]?.message.content ?? "") as { answer: string };
    expect(reply).toMatchObject({ confidence: 0, intent: "question", sources: [] });
    expect(reply.answer).toContain("answer:J1");
  });

  test("ends with length when the tokens asked for do not suffice", async () => {
    const completion = await ask("hello there", { max_completion_tokens: 5 });
    expect(completion.choices[0]?.finish_reason).toBe("length");
    expect(completion.usage?.completion_tokens).toBe(5);
  });

  test("speaks at the pace it is told", async () => {
    model.setPace({ tokensPerSecond: 200 });
    const startedAt = performance.now();
    const streamed = await askStream(client, "slowly please");
    model.setPace({ tokensPerSecond: 0 });
    expect(performance.now() - startedAt).toBeGreaterThan((streamed.deltas - 2) * 5);
  });
});

describe("scripted answers", () => {
  test("a rule answers before fixtures and the default, until it is taken away", async () => {
    const remove = model.addRule(({ lastUserText }) => (lastUserText === "ping" ? "pong" : undefined));
    expect((await ask("ping")).choices[0]?.message.content).toBe("pong");
    expect((await ask("other")).choices[0]?.message.content).not.toBe("pong");
    remove();
    expect((await ask("ping")).choices[0]?.message.content).not.toBe("pong");
  });

  test("fixtures match by text, turn, tool result and count", async () => {
    model.addFixtures([
      {
        match: { user: "WEATHER", hasToolResult: false },
        answer: { toolCalls: [{ name: "weather", arguments: { city: "Oslo" }, id: "call_w" }] },
      },
      { match: { hasToolResult: true, toolResult: "rain" }, answer: "Take an umbrella: {{toolResult}}" },
      { match: { pattern: "^once$" }, answer: "only once", times: 1 },
      { match: { turn: 2 }, answer: { refusal: "third turn" } },
    ]);
    const first = await ask("the weather?");
    const call = first.choices[0]?.message.tool_calls?.[0];
    if (call === undefined) throw new Error("no tool call");
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "user", content: "the weather?" },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "call_w", content: "rain" },
    ];
    const second = await client.chat.completions.create({ model: "gpt-4o", messages });
    expect(second.choices[0]?.message.content).toBe("Take an umbrella: rain");
    expect((await ask("once")).choices[0]?.message.content).toBe("only once");
    expect((await ask("once")).choices[0]?.message.content).not.toBe("only once");
    const third = await client.chat.completions.create({
      model: "gpt-4o",
      messages: [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
        { role: "assistant", content: "d" },
        { role: "user", content: "e" },
      ],
    });
    expect(third.choices[0]?.message.refusal).toBe("third turn");
    model.clearFixtures();
  });
});

describe("the other endpoints", () => {
  test("embeds the same text the same way, near texts near, in both encodings", async () => {
    const embed = async (input: string[], encoding_format: "float" | "base64" = "float") =>
      (
        await client.embeddings.create({
          model: "text-embedding-3-small",
          input,
          dimensions: 256,
          encoding_format,
        })
      ).data;
    const [same, again, near, far] = await embed([
      "reset my password",
      "Reset my password!",
      "how to reset the password",
      "รถไฟ cinema tickets for tonight",
    ]);
    const dot = (a: number[] = [], b: number[] = []) =>
      a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
    expect(same?.embedding).toHaveLength(256);
    expect(dot(same?.embedding, again?.embedding)).toBeCloseTo(1, 5);
    expect(dot(same?.embedding, near?.embedding)).toBeGreaterThan(dot(same?.embedding, far?.embedding));
    const [encoded] = (await embed(["reset my password"], "base64")) as unknown as { embedding: string }[];
    const bytes = Buffer.from(encoded?.embedding ?? "", "base64");
    expect(bytes.length).toBe(4 * 256);
    expect(bytes.readFloatLE(0)).toBeCloseTo(same?.embedding[0] ?? NaN, 5);
  });

  test("flags what the moderation terms name and nothing else", async () => {
    const { results } = await client.moderations.create({
      input: ["I want to kill myself", "I love this cinema"],
    });
    expect(results.map((result) => result.flagged)).toEqual([true, false]);
    expect(results[0]?.categories["self-harm/intent"]).toBe(true);
    expect(results[1]?.category_scores.violence).toBeLessThan(0.01);
  });

  test("lists its models and answers 404 to paths it does not have", async () => {
    const ids = (await client.models.list()).data.map((card) => card.id);
    expect(ids).toContain("gpt-4o-mini");
    await expect(client.models.retrieve("gpt-9")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    await expect(client.responses.create({ model: "gpt-4o", input: "hi" })).rejects.toMatchObject({
      status: 404,
    });
  });
});

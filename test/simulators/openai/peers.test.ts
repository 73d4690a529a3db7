import { LLMock } from "@copilotkit/aimock";
import { HumanMessage, ToolMessage, type UsageMetadata } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI } from "@langchain/openai";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";
import { aTimeTool, askStream, readStream } from "./chat-client.ts";

let model: OpenAiSimulator;

beforeAll(async () => {
  model = await startOpenAiSimulator();
});
afterAll(() => model.stop());

function createChat(): ChatOpenAI {
  return new ChatOpenAI({
    model: "gpt-4o-mini",
    apiKey: "sk-local",
    maxRetries: 0,
    configuration: { baseURL: model.baseURL },
  });
}

describe("LangChain's ChatOpenAI", () => {
  test("streams an answer with usage", async () => {
    let text = "";
    let usedTokens = 0;
    for await (const chunk of await createChat().stream("Where is the canteen? [[id:L1]]")) {
      text += chunk.text;
      const usage = chunk.usage_metadata as UsageMetadata | undefined;
      usedTokens += usage?.output_tokens ?? 0;
    }
    expect(text).toContain("Where is the canteen?");
    expect(text).toContain("answer:L1");
    expect(usedTokens).toBeGreaterThan(10);
  });

  test("calls a zod tool and answers with its result", async () => {
    const getTime = tool(() => "10:15", {
      name: "get_time",
      description: "Tells the time",
      schema: z.object({ timezone: z.string().describe("IANA zone") }),
    });
    const chat = createChat().bindTools([getTime]);
    const question = new HumanMessage("What time is it in Tokyo?");
    const asked = await chat.invoke([question]);
    expect(asked.tool_calls).toMatchObject([{ name: "get_time", args: { timezone: "Asia/Tokyo" } }]);
    const result = new ToolMessage({ content: "10:15", tool_call_id: asked.tool_calls?.[0]?.id ?? "" });
    const told = await chat.invoke([question, asked, result]);
    expect(told.text).toContain("It is now 10:15.");
  });

  test("gets structured output in the shape it asked for", async () => {
    const shape = z.object({ intent: z.enum(["question", "complaint"]), answer: z.string() });
    const structured = createChat().withStructuredOutput(shape);
    expect(await structured.invoke("my order is late")).toMatchObject({ intent: "question" });
  });
});

describe("an independent stand-in (aimock) and this one", () => {
  const peer = new LLMock({ port: 0 });
  let clients: Record<"ours" | "peer", OpenAI>;

  beforeAll(async () => {
    const answer = { content: "Refunds take five working days." };
    const call = { toolCalls: [{ name: "get_time", arguments: '{"timezone":"Asia/Tokyo"}' }] };
    peer.onMessage("refund", answer).onMessage("clock", call);
    await peer.start();
    model.addFixtures([
      { match: { user: "refund" }, answer: answer.content },
      { match: { user: "clock" }, answer: call },
    ]);
    clients = {
      ours: new OpenAI({ baseURL: model.baseURL, apiKey: "sk-x", maxRetries: 0 }),
      peer: new OpenAI({ baseURL: `${peer.url}/v1`, apiKey: "sk-x", maxRetries: 0 }),
    };
  });
  afterAll(() => peer.stop());

  test("give the same client the same streamed text, finish reason and a usage", async () => {
    const ours = await askStream(clients.ours, "refund?");
    const theirs = await askStream(clients.peer, "refund?");
    expect({ text: ours.text, finishReason: ours.finishReason }).toEqual({
      text: theirs.text,
      finishReason: theirs.finishReason,
    });
    expect(Object.keys(ours.usage ?? {})).toEqual(expect.arrayContaining(Object.keys(theirs.usage ?? {})));
  });

  test("give the same client the same streamed tool call", async () => {
    const ask = async (client: OpenAI) =>
      readStream(
        await client.chat.completions.create({
          model: "gpt-4o-mini",
          stream: true,
          tools: [aTimeTool],
          messages: [{ role: "user", content: "clock" }],
        }),
      );
    const [ours, theirs] = [await ask(clients.ours), await ask(clients.peer)];
    expect(ours.finishReason).toBe(theirs.finishReason);
    expect(ours.toolCalls.map(({ name, arguments: json }) => [name, json])).toEqual(
      theirs.toolCalls.map(({ name, arguments: json }) => [name, json]),
    );
  });
});

import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerFromDocuments } from "../../../simulators/openai/answer-from-documents.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";
import { aTimeTool } from "./chat-client.ts";

let model: OpenAiSimulator;
let client: OpenAI;

beforeAll(async () => {
  model = await startOpenAiSimulator({ rules: [answerFromDocuments] });
  client = new OpenAI({ baseURL: model.baseURL, apiKey: "sk-local-test", maxRetries: 0 });
});
afterAll(() => model.stop());

const search: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "search_knowledge",
    description: "Searches",
    parameters: { type: "object", required: ["question"], properties: { question: { type: "string" } } },
  },
};

async function ask(
  messages: OpenAI.ChatCompletionMessageParam[],
  tools: OpenAI.ChatCompletionTool[] = [search, aTimeTool],
) {
  const completion = await client.chat.completions.create({ model: "gpt-4o-mini", messages, tools });
  const { content, tool_calls: calls = [] } = completion.choices[0]?.message ?? {};
  return { content, called: calls.map((call) => (call.type === "function" ? call.function.name : "")) };
}

const question = { role: "user", content: "How do I reset my VPN?" } as const;
const found = (passages: readonly object[]): OpenAI.ChatCompletionMessageParam[] => [
  question,
  {
    role: "assistant",
    tool_calls: [
      {
        id: "call_1",
        type: "function",
        function: { name: "search_knowledge", arguments: '{"question":"VPN"}' },
      },
    ],
  },
  { role: "tool", tool_call_id: "call_1", content: JSON.stringify({ passages }) },
];

describe("the stand-in where documents can be searched", () => {
  test("looks a question up, and leaves alone what another tool answers and what asks nothing", async () => {
    expect((await ask([question])).called).toEqual(["search_knowledge"]);
    expect((await ask([{ role: "user", content: "what time is it?" }])).called).toEqual(["get_time"]);
    expect((await ask([{ role: "user", content: "hello" }])).called).toEqual([]);
    expect((await ask([question], [aTimeTool])).called).toEqual([]);
  });

  test("tells the first passage that has to do with the question, and says openly that there is none", async () => {
    const parking = { title: "Parking", text: "Behind the house." };
    const vpn = { title: "VPN", locator: "Reset", text: "Quit it and open it again." };
    expect((await ask(found([parking, vpn]))).content).toMatch(/^Quit it and open it again\.\n\n.*stand-in/);
    expect((await ask(found([parking]))).content).toContain("found nothing");
    expect((await ask(found([]))).content).toContain("found nothing");
  });
});

import { startOpenAiSimulator } from "../simulators/openai/openai-simulator.ts";

// The model of the agent's bench, in a process of its own so that its CPU is not counted: at once, one tool call,
// then an answer in about twenty pieces.

const model = await startOpenAiSimulator({
  record: "counts",
  rules: [
    ({ toolResults }) =>
      toolResults.length === 0
        ? { toolCalls: [{ name: "get_order", arguments: { number: "A-1042" } }] }
        : "Your order A-1042 left our house on Monday, and the carrier says that it will be with you tomorrow.",
  ],
});

process.once("disconnect", () => process.exit(0));
process.send?.({ baseURL: model.baseURL });

import { startOpenAiSimulator } from "../simulators/openai/openai-simulator.ts";
import { answerEnd, type ModelOrder } from "./support/load.ts";

// The model of a bench, in a process of its own: answers at once, in about twenty pieces, and keeps its own time.

const rest = `You will find it on the back of your card, below the photo, ${answerEnd}`;

const model = await startOpenAiSimulator({
  historyLimit: 20_000,
  rules: [({ lastUserText }) => `answer:${/\[\[id:(\d+)\]\]/.exec(lastUserText)?.[1]} ${rest}`],
});

process.on("message", (order: ModelOrder) => process.send?.(obey(order)));
process.once("disconnect", () => process.exit(0));
process.send?.({ baseURL: model.baseURL });

function obey(order: ModelOrder): object {
  switch (order.kind) {
    case "times":
      return takeTimes();
    case "pace":
      model.setPace(order);
      return {};
    default:
      throw new Error(`unknown order: ${order satisfies never}`);
  }
}

function takeTimes(): { times: [number, number][] } {
  const times = model.history().flatMap(({ text, at, endedAt }): [number, number][] => {
    const number = /\[\[id:(\d+)\]\]/.exec(text)?.[1];
    return number === undefined || endedAt === undefined ? [] : [[Number(number), endedAt - at]];
  });
  model.reset();
  return { times };
}

import { parseArgs } from "node:util";
import { type Fixture, readFixtures } from "./fixture.ts";
import {
  type OpenAiSimulator,
  type OpenAiSimulatorOptions,
  startOpenAiSimulator,
} from "./openai-simulator.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    host: { type: "string" },
    fixtures: { type: "string", multiple: true },
    "tokens-per-second": { type: "string" },
    "first-token-ms": { type: "string" },
    record: { type: "string" },
    seed: { type: "string" },
    key: { type: "string", multiple: true },
  },
});

const fixtures: Fixture[] = [];
for (const path of values.fixtures ?? []) fixtures.push(...(await readFixtures(path)));

const simulator = await startOpenAiSimulator(toOptions());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop(simulator));
// Whoever reads this line may stop the process at once, so the signals are taken before.
process.stdout.write(
  `${JSON.stringify({ ready: true, baseURL: simulator.baseURL, port: simulator.port })}\n`,
);

function toOptions(): OpenAiSimulatorOptions {
  return {
    fixtures,
    port: toNumber(values.port, 0),
    host: values.host ?? "127.0.0.1",
    tokensPerSecond: toNumber(values["tokens-per-second"], 0),
    firstTokenMs: toNumber(values["first-token-ms"], 0),
    record: values.record === "counts" ? "counts" : "full",
    seed: toNumber(values.seed, 1),
    ...(values.key === undefined ? {} : { apiKeys: values.key }),
  };
}

function toNumber(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (Number.isFinite(number)) return number;
  throw new TypeError(`openai simulator: ${text} is not a number`);
}

async function stop(running: OpenAiSimulator): Promise<void> {
  await running.stop();
  process.exit(0);
}

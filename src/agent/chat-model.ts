import { PermanentError, TransientError } from "../core/errors.ts";
import type { ModelSettings } from "./agent-settings.ts";
import type { ClientQuestion, Heard, ModelClient } from "./model-client.ts";
import { loadModelClient } from "./model-client.ts";
import { contentFilter, emptyAnswer, toModelError } from "./model-error.ts";
import type { ModelReply, ModelUse } from "./model-reply.ts";
import { estimateTokens } from "./tokens.ts";
import { createToolCallParts, type ToolCallParts } from "./tool-call-parts.ts";
import type { Watchdog } from "./watchdog.ts";
import { createWatchdog } from "./watchdog.ts";

/** One question to a model. */
export interface ModelQuestion extends ClientQuestion {
  /** Receives the text so far of this call, each time it grew. Must not throw. Without it nothing is shown before the end. */
  readonly onText: ((text: string) => void) | undefined;
  /** Told what a call used that ended without a reply after the model had begun to answer. Must not throw. */
  readonly onBroken?: ((used: ModelUse) => void) | undefined;
  readonly signal: AbortSignal;
}

/** One model behind one endpoint. */
export interface ChatModel {
  /** `provider:model`. */
  readonly name: string;
  /** Loads the client's code, once; asking does it by itself. */
  load(): Promise<void>;
  /** Asks once, without retries. Rejects with TransientError, PermanentError, or the signal's reason. */
  ask(question: ModelQuestion): Promise<ModelReply>;
}

/** A chat model of any provider, through LangChain's client for it. */
export function createChatModel(settings: ModelSettings): ChatModel {
  let loading: Promise<ModelClient> | undefined;
  const client = () => (loading ??= loadModelClient(settings));
  return {
    name: `${settings.provider}:${settings.model}`,
    load: async () => void (await client()),
    async ask(question) {
      const loaded = await client();
      question.signal.throwIfAborted();
      const watchdog = createWatchdog(question.signal, settings);
      const heard = hearNothing(settings.model);
      try {
        return await readStream(loaded, question, { watchdog, heard });
      } catch (cause) {
        const used = readUse(heard, question);
        if (used !== undefined) question.onBroken?.(used);
        question.signal.throwIfAborted();
        throw toFailure(cause, settings.model, watchdog.cutBy());
      } finally {
        watchdog.end();
      }
    },
  };
}

type Hearing = Heard & { readonly calls: ToolCallParts };

function hearNothing(model: string): Hearing {
  const calls = createToolCallParts();
  return { text: "", refusal: "", finish: undefined, model, inputTokens: 0, outputTokens: 0, calls };
}

async function readStream(
  client: ModelClient,
  question: ModelQuestion,
  { watchdog, heard }: { readonly watchdog: Watchdog; readonly heard: Hearing },
): Promise<ModelReply> {
  let told = 0;
  for await (const piece of client.pieces(question, watchdog.signal)) {
    watchdog.beat();
    client.hear(piece, heard);
    if (heard.text.length > told) {
      told = heard.text.length;
      question.onText?.(heard.text);
    }
  }
  watchdog.signal.throwIfAborted();
  return judge(heard, heard.calls.calls());
}

/** What a broken call used: undefined where the model had not begun to answer. */
function readUse(heard: Hearing, { messages, tools }: ClientQuestion): ModelUse | undefined {
  const { model, text, refusal, finish, inputTokens, outputTokens } = heard;
  const written = [text, refusal, ...heard.calls.calls().map((call) => `${call.name} ${call.arguments}`)];
  if (inputTokens + outputTokens === 0 && written.every((each) => each === "")) return undefined;
  // Providers tell what a call used at its end; until then some count up and others say nothing.
  const output = written.reduce((sum, each) => sum + estimateTokens(each), 0);
  return {
    model,
    inputTokens: inputTokens > 0 ? inputTokens : estimateTokens(JSON.stringify([messages, tools])),
    outputTokens: finish !== undefined && outputTokens > 0 ? outputTokens : Math.max(outputTokens, output),
  };
}

function judge(heard: Heard, toolCalls: ModelReply["toolCalls"]): ModelReply {
  const { finish, model, inputTokens, outputTokens } = heard;
  const text = heard.text === "" ? heard.refusal : heard.text;
  if (finish === "content_filter") {
    throw new PermanentError(`model ${model}: withheld by the content filter`, { code: contentFilter });
  }
  // A body that ends early without an error, or whose events cannot be read, looks like a short stream.
  if (finish === undefined && (text !== "" || toolCalls.length > 0)) {
    throw new TransientError(`model ${model}: the answer broke off`, { code: "broken_off" });
  }
  if (text.trim() === "" && toolCalls.length === 0) {
    throw new TransientError(`model ${model}: empty answer`, { code: emptyAnswer });
  }
  return { text, toolCalls, cut: finish === "length", model, inputTokens, outputTokens };
}

function toFailure(
  cause: unknown,
  model: string,
  cutBy: string | undefined,
): TransientError | PermanentError {
  if (cause instanceof TransientError || cause instanceof PermanentError) return cause;
  if (cutBy !== undefined) return new TransientError(`model ${model}: ${cutBy}`, { cause, code: "timeout" });
  return toModelError(cause, model);
}

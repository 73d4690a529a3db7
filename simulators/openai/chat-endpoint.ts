import { setTimeout as sleep } from "node:timers/promises";
import { toAnthropicFrames, toAnthropicMessage } from "./anthropic-wire.ts";
import type { Answer } from "./answer.ts";
import { type ApiCall, cutAfter, recordFault, sendBody, waitUntilGone } from "./api-call.ts";
import type { ChatRequest } from "./chat-request.ts";
import {
  azurePreludeFrame,
  type Frame,
  toCompletion,
  toEmptyCompletion,
  toEmptyFrames,
  toFrames,
} from "./chat-wire.ts";
import { answerSensibly } from "./default-brain.ts";
import { deliverFrames, type StreamPlan } from "./deliver-frames.ts";
import { type Exchange, type Rule, toExchange } from "./exchange.ts";
import { goOn, toRest } from "./go-on.ts";
import { spoilFrames } from "./malformed-stream.ts";
import { misbehave } from "./misbehaviour.ts";
import { findModel, type ModelCard } from "./model-card.ts";
import { checkContextLength, countPromptTokens, parseChatRequest } from "./parse-chat-request.ts";
import { prepareAnswer } from "./prepare-answer.ts";
import type { PreparedAnswer } from "./answer.ts";

/** How fast the model thinks and speaks. */
export interface Pace {
  /** 0 sends an answer at once. */
  readonly tokensPerSecond: number;
  readonly firstTokenMs: number;
}

/** What the chat endpoint asks for each request; both may change between two requests. */
export interface ChatParts {
  readonly models: readonly ModelCard[];
  listRules(): readonly Rule[];
  pace(): Pace;
}

/** Answers `POST /v1/chat/completions`. Throws the platform's error for a request it refuses. */
export async function answerChat(call: ApiCall, parts: ChatParts): Promise<void> {
  const request = parseChatRequest(call.body, parts.models);
  const promptTokens = countPromptTokens(request);
  call.entry.promptTokens = promptTokens;
  checkContextLength(promptTokens, findModel(parts.models, request.model, "chat"));

  const rest = toRest(request);
  const exchange = toExchange(rest?.request ?? request, rest?.said);
  const decided = await decideAnswer(call, exchange, parts.listRules());
  const answer = rest === undefined ? decided : goOn(decided, rest.said);
  call.entry.answer = answer;
  call.log.changed(call.entry);

  const pace = parts.pace();
  const thinkMs = (answer.delayMs ?? 0) + pace.firstTokenMs;
  if (thinkMs > 0) await sleep(thinkMs, undefined, { signal: call.gone });
  const tokenMs = pace.tokensPerSecond > 0 ? 1_000 / pace.tokensPerSecond : 0;
  await send(call, { request, answer, promptTokens, tokenMs });
}

async function decideAnswer(call: ApiCall, exchange: Exchange, rules: readonly Rule[]): Promise<Answer> {
  if (call.fault?.kind === "misbehave") {
    recordFault(call, "misbehave");
    return misbehave(call.fault.as, exchange);
  }
  for (const rule of rules) {
    const answer = await rule(exchange);
    if (answer !== undefined) return typeof answer === "string" ? { text: answer } : answer;
  }
  return answerSensibly(exchange);
}

interface Sending {
  readonly request: ChatRequest;
  readonly answer: Answer;
  readonly promptTokens: number;
  readonly tokenMs: number;
}

async function send(call: ApiCall, { request, answer, promptTokens, tokenMs }: Sending): Promise<void> {
  const isEmpty = call.fault?.kind === "empty-choices";
  if (isEmpty) recordFault(call, "empty-choices");
  // Anthropic's messages hold no choices: there the same fault is a message without content.
  const prepared = prepareAnswer(isEmpty ? {} : answer, request);
  if (request.stream) return sendStream(call, listFrames(call, { request, prepared, promptTokens }), tokenMs);
  const tokens = prepared.completionTokens * request.n;
  if (tokenMs > 0) await sleep(tokens * tokenMs, undefined, { signal: call.gone });
  if (call.face === "anthropic") {
    return sendBody(call, toAnthropicMessage(request, prepared, promptTokens), tokens);
  }
  if (isEmpty) return sendBody(call, toEmptyCompletion(request, promptTokens));
  return sendBody(call, toCompletion(request, prepared, promptTokens), tokens);
}

interface Prepared {
  readonly request: ChatRequest;
  readonly prepared: PreparedAnswer;
  readonly promptTokens: number;
}

function listFrames(call: ApiCall, { request, prepared, promptTokens }: Prepared): readonly Frame[] {
  if (call.face === "anthropic") return toAnthropicFrames(request, prepared, promptTokens);
  if (call.fault?.kind === "empty-choices") return toEmptyFrames(request);
  const frames = toFrames(request, prepared, promptTokens);
  return call.face === "azure" ? [azurePreludeFrame(request), ...frames] : frames;
}

async function sendStream(call: ApiCall, frames: readonly Frame[], tokenMs: number): Promise<void> {
  const { entry, log, response } = call;
  const plan = planStream(call, tokenMs);
  const spoiled =
    call.fault?.kind === "malformed-stream" ? spoilFrames(frames, call.face, call.fault.variant) : frames;
  entry.status = 200;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  response.flushHeaders();
  await deliverFrames(response, spoiled, plan);
  if (plan.ending === "cut") return cutAfter(call, "");
  if (plan.ending === "silence") return waitUntilGone(call.gone);
  log.end(entry, "complete");
  response.end();
}

function planStream(call: ApiCall, tokenMs: number): StreamPlan {
  const { entry, fault, log } = call;
  const plain: StreamPlan = {
    tokenMs,
    ending: "complete",
    gone: call.gone,
    onTokens: (count) => {
      entry.tokensSent += count;
      log.changed(entry);
    },
  };
  switch (fault?.kind) {
    case "cut": {
      recordFault(call, fault.kind);
      const bytes = fault.afterBytes === undefined ? {} : { endAfterBytes: fault.afterBytes };
      return { ...plain, ending: "cut", endAfterTokens: fault.afterTokens ?? 3, ...bytes };
    }
    case "silence":
      recordFault(call, fault.kind);
      return { ...plain, ending: "silence", endAfterTokens: fault.afterTokens ?? 0 };
    case "slow-drip":
      recordFault(call, fault.kind);
      return { ...plain, tokenMs: fault.tokenMs ?? 5_000 };
    case "malformed-stream":
      recordFault(call, fault.kind);
      return plain;
    default:
      return plain;
  }
}

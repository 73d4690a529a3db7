import type { Answer } from "./answer.ts";
import type { Exchange, ToolResult } from "./exchange.ts";
import { isObject, parseJson } from "./field-check.ts";
import { fillSchema } from "./fill-schema.ts";
import { isMisbehaviour, misbehave } from "./misbehaviour.ts";
import { planToolCalls, stripMarkers } from "./plan-tool-calls.ts";

const longestQuote = 280;

/**
 * The model nobody scripted: it calls the tools asked for, tells what they said, keeps to a demanded JSON
 * shape, and otherwise answers in one friendly CommonMark paragraph that quotes the question, and without the
 * quotation where a caller did not let its first words through.
 * Every `[[id:X]]` of the unanswered messages comes back as `answer:X`, once and in order;
 * `[[do:KIND]]` makes it misbehave.
 */
export function answerSensibly(exchange: Exchange): Answer {
  const demanded = readMarkers(exchange.unanswered, "do").find(isMisbehaviour);
  if (demanded !== undefined) return misbehave(demanded, exchange);
  const toolCalls = planToolCalls(exchange);
  if (toolCalls.length > 0) return { toolCalls };
  if (exchange.request.responseFormat.kind !== "text") return { text: answerInJson(exchange) };
  return { text: answerInWords(exchange) };
}

function answerInWords(exchange: Exchange): string {
  const sentences = [...exchange.toolResults.map(tellToolResult), ...tellQuestion(exchange)];
  const ids = listIds(exchange);
  return [...sentences, ...(ids.length === 0 ? [] : [`(${ids.join(" ")})`])].join(" ");
}

function tellQuestion(exchange: Exchange): readonly string[] {
  if (exchange.toolResults.length > 0) return [];
  if (exchange.asked.length < exchange.unanswered.length) return [introduction];
  const question = toQuote(exchange.asked.join(" "));
  if (question === "") return ["Hello! How can I help you today?"];
  return [`Thanks for your message! You wrote “${question}”.`, introduction];
}

const introduction =
  "I am a *local stand-in* for a language model, so this is a sample answer; connect a real one and it will answer here.";

function tellToolResult(result: ToolResult): string {
  if (result.name === "get_time") return tellTime(result.content);
  const content = toPlainResult(result.content, (key, value) => `${key} ${value}`);
  if (result.name === "create_ticket")
    return tellTicket(result.content) ?? `Done, your ticket is open: ${content}.`;
  return `Here is what ${toQuote(result.name)} says: ${content}.`;
}

/** The clearest fields of the result, where it has them. */
function tellTime(content: string): string {
  const parsed = parseJson(content);
  const { local, timeZone } = isObject(parsed) ? parsed : {};
  if (typeof local === "string" && typeof timeZone === "string")
    return `It is now **${local}** (${timeZone}).`;
  return `It is now ${toPlainResult(content, (_, value) => value)}.`;
}

function tellTicket(content: string): string | undefined {
  const parsed = parseJson(content);
  const number = isObject(parsed) ? parsed["number"] : undefined;
  return typeof number === "number"
    ? `Done: your ticket is **#${number}**. A teammate will look at it.`
    : undefined;
}

function toPlainResult(content: string, tell: (key: string, value: string) => string): string {
  const parsed = parseJson(content);
  if (!isObject(parsed)) return toQuote(typeof parsed === "string" ? parsed : content);
  const fields = Object.entries(parsed).filter(([, value]) => value !== null && typeof value !== "object");
  return toQuote(fields.map(([key, value]) => tell(key, String(value))).join(", "));
}

function answerInJson(exchange: Exchange): string {
  const { responseFormat } = exchange.request;
  const words = answerInWords(exchange);
  if (responseFormat.kind !== "json_schema") return JSON.stringify({ answer: words });
  const suggest = (name: string): unknown =>
    /answer|reply|text|message|response/i.test(name) ? words : suggestFromQuestion(exchange, name);
  return JSON.stringify(fillSchema(responseFormat.schema, suggest));
}

function suggestFromQuestion(exchange: Exchange, name: string): unknown {
  return /question|query|summary|title/i.test(name) ? stripMarkers(exchange.asked.join(" ")) : undefined;
}

function listIds(exchange: Exchange): readonly string[] {
  return [...new Set(readMarkers(exchange.unanswered, "id"))].map((id) => `answer:${id}`);
}

function readMarkers(texts: readonly string[], name: string): readonly string[] {
  const marker = new RegExp(`\\[\\[${name}:([^\\]\\s]+)\\]\\]`, "g");
  return texts.flatMap((text) => [...text.matchAll(marker)].map((match) => match[1] ?? ""));
}

function toQuote(text: string): string {
  // "answer:" is kept for the ids, so that each stands in an answer exactly once.
  const plain = stripMarkers(text)
    .replace(/answer:/gi, "answer ")
    .replace(/\s+/g, " ")
    .trim();
  const characters = Array.from(plain);
  const short =
    characters.length <= longestQuote ? plain : `${characters.slice(0, longestQuote).join("").trimEnd()}…`;
  return short.replace(/[\\`*[\]<>&~|]|(?<!\w)_|_(?!\w)/g, "\\$&");
}

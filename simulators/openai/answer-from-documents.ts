import type { Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { isObject, parseJson } from "./field-check.ts";
import { planToolCalls, stripMarkers } from "./plan-tool-calls.ts";

const search = "search_knowledge";

/**
 * A rule for the stand-in where documents can be searched: it looks every question up and repeats the part that speaks
 * of it of the first passage that has a word of it, as little as a model would ever do.
 */
export function answerFromDocuments(exchange: Exchange): Answer | undefined {
  const question = stripMarkers(exchange.asked.join(" ")).trim();
  const { tools, toolResults, request } = exchange;
  if (request.responseFormat.kind !== "text" || question === "") return undefined;
  const found = toolResults.findLast(({ name }) => name === search);
  if (found !== undefined) return toolResults.length === 1 ? tell(found.content, question) : undefined;
  if (toolResults.length > 0 || planToolCalls(exchange).length > 0) return undefined;
  if (!tools.some(({ name }) => name === search) || toWords(question).size < 2) return undefined;
  return { toolCalls: [{ name: search, arguments: { question: question.slice(0, 500) } }] };
}

function tell(content: string, question: string): Answer {
  const words = toWords(question);
  const best = readPassages(content).find(
    ({ title, locator, text }) => !toWords(`${title} ${locator} ${text}`).isDisjointFrom(words),
  );
  if (best === undefined) return { text: nothing };
  return { text: `${stretchOf(best.text, words)}\n\n${standIn}` };
}

const longest = 600;
const enough = 0.75;

/** The first paragraphs that have nearly all the words of the question that the passage has; code stays whole. */
function stretchOf(text: string, words: ReadonlySet<string>): string {
  const paragraphs = text.match(/(?:^```[^]*?^```|[^\n][^]*?)(?=\n\n|$(?![^]))/gmu) ?? [text];
  const stretches = paragraphs.map((_, from) => {
    let [to, length] = [from + 1, paragraphs[from]?.length ?? 0];
    for (; to < paragraphs.length; to += 1) {
      length += paragraphs[to]?.length ?? 0;
      if (length > longest) break;
    }
    const told = paragraphs.slice(from, to).join("\n\n");
    return { told, isCut: to < paragraphs.length, shared: toWords(told).intersection(words).size };
  });
  const most = Math.max(...stretches.map(({ shared }) => shared));
  const best = stretches.find(({ shared }) => shared >= most * enough);
  return best === undefined ? text : `${best.told}${best.isCut ? "\n\n…" : ""}`;
}

const standIn =
  "*A local stand-in for a language model found this; a real one answers in its own words from the same documents.*";
const nothing =
  "I found nothing about that in the documents I can read. I am a *local stand-in* for a language model and only look things up: ask in other words, or for a person.";

interface Passage {
  readonly title: string;
  readonly locator: string;
  readonly text: string;
}

function readPassages(content: string): readonly Passage[] {
  const result = parseJson(content);
  const passages = isObject(result) ? result["passages"] : undefined;
  if (!Array.isArray(passages)) return [];
  return passages.flatMap((passage: unknown) => {
    if (!isObject(passage) || typeof passage["text"] !== "string") return [];
    const { title, locator, text } = passage;
    return [{ title: toText(title), locator: toText(locator), text }];
  });
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function toWords(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  return new Set(words.filter((word) => !idle.has(word)));
}

const idle = new Set(
  "the and for how does not you your are can what when where who why with from that this have has was will get".split(
    " ",
  ),
);

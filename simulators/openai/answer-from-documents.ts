import type { Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { isObject, parseJson } from "./field-check.ts";
import { planToolCalls, stripMarkers } from "./plan-tool-calls.ts";

const search = "search_knowledge";

/**
 * A rule for the stand-in where documents can be searched: it looks every question up and repeats the part that speaks
 * of it of the passage that has most of its words, as little as a model would ever do. Where none has half of them it
 * says so.
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
  const wantsSteps = stepsAsked.test(question);
  const rated = readPassages(content).map(({ title, locator, section, text }, place) => {
    const heads = toWords(`${title} ${locator} ${section}`);
    const { told, shared } = stretchOf(text, { words, heads, wantsSteps });
    const share = shared / words.size;
    return {
      told,
      share,
      rating: share + (wantsSteps && hasSteps.test(told) ? ofSteps : 0) - place * laterBy,
    };
  });
  const [best] = rated.filter(({ share }) => share >= leastShare).toSorted((a, b) => b.rating - a.rating);
  if (best === undefined) return { text: nothing };
  return { text: `${best.told}\n\n${standIn}` };
}

const longest = 1_000;
const longestWhole = 1_600;
const enough = 0.75;
// Of the question's words; fewer are there by chance.
const leastShare = 0.5;
const ofSteps = 0.3;
const laterBy = 0.12;
const stepsAsked =
  /^(?:how (?:do|does|to|can|could|should|would)\b|install\b|create\b|configure\b|set up\b)/i;
const hasSteps = /^```|^\d+[.)]\s|(?<!`)`[^`\n]+\s[^`\n]+`(?!`)/m;
const isWhole = (paragraph: string) => /^(?:```|[-*+]\s|\d+[.)]\s)/.test(paragraph);

interface Wanted {
  readonly words: ReadonlySet<string>;
  /** Those of the headings it stands under. */
  readonly heads: ReadonlySet<string>;
  readonly wantsSteps: boolean;
}

/** The first paragraphs that have nearly all the words of the question that the passage has; code and lists stay whole. */
function stretchOf(text: string, { words, heads, wantsSteps }: Wanted): { told: string; shared: number } {
  const paragraphs = text.match(/(?:^```[^]*?^```|[^\n][^]*?)(?=\n\n|$(?![^]))/gmu) ?? [text];
  const stretches = paragraphs.map((_, from) => {
    let [to, length] = [from + 1, paragraphs[from]?.length ?? 0];
    for (; to < paragraphs.length; to += 1) {
      const next = paragraphs[to] ?? "";
      length += next.length;
      if (length > (isWhole(next) ? longestWhole : longest)) break;
    }
    const part = paragraphs.slice(from, to).join("\n\n");
    const shared = toWords(part).union(heads).intersection(words).size;
    const fit = shared + (wantsSteps && hasSteps.test(part) ? ofSteps * words.size : 0);
    return { told: `${part}${to < paragraphs.length ? "\n\n…" : ""}`, shared, fit };
  });
  const most = Math.max(...stretches.map(({ fit }) => fit));
  return stretches.find(({ fit }) => fit >= most * enough) ?? { told: text, shared: 0 };
}

const standIn =
  "*A local stand-in for a language model found this; a real one answers in its own words from the same documents.*";
const nothing =
  "I found nothing about that in the documents I can read. I am a *local stand-in* for a language model and only look things up: ask in other words, or for a person.";

interface Passage {
  readonly title: string;
  readonly locator: string;
  readonly section: string;
  readonly text: string;
}

function readPassages(content: string): readonly Passage[] {
  const result = parseJson(content);
  const passages = isObject(result) ? result["passages"] : undefined;
  if (!Array.isArray(passages)) return [];
  return passages.flatMap((passage: unknown) => {
    if (!isObject(passage) || typeof passage["text"] !== "string") return [];
    const { title, locator, section, text } = passage;
    return [{ title: toText(title), locator: toText(locator), section: toText(section), text }];
  });
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Words without their endings, so that those of a question and of a page meet. */
function toWords(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}{3,}/gu) ?? [];
  const telling = words.filter((word) => !idle.has(word));
  return new Set(telling.map((word) => word.replace(/(?<=\p{L}{3})(?:ing|ed|es|e|s)$/u, "")));
}

const idle = new Set(
  "about any are between can difference does doesn don for from get has have how kind mean means need one our should that the them this use want was way what when where which who why will with you your".split(
    " ",
  ),
);

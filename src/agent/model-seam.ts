/** Where an answer that was cut meets what the next model says to go on from it. */
export interface Seam {
  /** What the next model is told was said: the shown text without a last word that may be half. */
  readonly prefix: string;
  /**
   * The whole text so far, or undefined while the continuation is too short to tell how it joins. For a continuation
   * that grows, the texts given only grow. A complete one is always joined.
   */
  join(continuation: string, complete: boolean): string | undefined;
}

/** How the two meet: the kept text, then the continuation from a place on. */
interface Splice {
  readonly head: string;
  readonly from: number;
}

/**
 * Starts after `shown`. What the continuation repeats stands there once; a half word is completed or replaced; a
 * continuation that begins anew stands in a paragraph of its own after the last whole sentence.
 */
export function createSeam(shown: string): Seam {
  const prefix = dropHalfWord(shown);
  const tail = shown.slice(prefix.length);
  let splice: Splice | undefined;
  return {
    prefix,
    join(continuation, complete) {
      const body = continuation.trimStart();
      if (body === "") return complete ? shown : undefined;
      splice ??= decideSplice({ prefix, tail, continuation, complete });
      return splice === undefined ? undefined : splice.head + body.slice(splice.from);
    },
  };
}

// Scripts that write words without spaces between them.
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303f\uff00-\uffef]$/u;
const wholeWord = /^\P{L}*\p{L}[\p{L}\p{M}'’-]*[.!?…:;,]+[)"”'’*_]*$/u;
const longestWord = 80;

function dropHalfWord(shown: string): string {
  const tail = /\S*$/u.exec(shown)?.[0] ?? "";
  if (tail === "" || tail.length > longestWord || unspaced.test(shown)) return shown;
  if (wholeWord.test(tail) && !/^www\.$/i.test(tail)) return shown;
  return shown.slice(0, -tail.length);
}

interface Meeting {
  readonly prefix: string;
  readonly tail: string;
  readonly continuation: string;
  readonly complete: boolean;
}

function decideSplice(meeting: Meeting): Splice | undefined {
  const { prefix, tail, continuation, complete } = meeting;
  const body = continuation.trimStart();
  const said = prefix.trim();
  if (said === "") return { head: "", from: 0 };
  if (!complete && said.startsWith(body)) return undefined;
  if (body.startsWith(said) && endsWord(body, said.length))
    return { head: prefix.slice(0, prefix.indexOf(said)), from: 0 };
  const overlap = findOverlap(prefix.trimEnd(), body, complete);
  if (overlap !== "none") return overlap;
  if (!complete && tail !== "" && tail.startsWith(body)) return undefined;
  const begins = beginsAnew(prefix, body, complete);
  if (begins === undefined) return undefined;
  const opened = hasOpenFence(prefix) ? (/^```[^\n]*\n/.exec(body)?.[0].length ?? 0) : 0;
  if (!begins) return { head: prefix + spaceBetween(prefix, continuation), from: opened };
  const whole = keepWholeSentences(prefix);
  return { head: whole === "" ? "" : `${whole}\n\n`, from: 0 };
}

const longestOverlap = 400;

/** The longest end of `said` that the continuation begins with; undefined while it may still become one. */
function findOverlap(said: string, body: string, complete: boolean): Splice | "none" | undefined {
  let found: Splice | "none" = "none";
  for (let start = Math.max(0, said.length - longestOverlap); start < said.length; start += 1) {
    if (!isWordStart(said, start)) continue;
    const end = said.slice(start);
    if (!isWorthIt(end)) break;
    if (!complete && end.length > body.length && end.startsWith(body)) return undefined;
    if (found === "none" && body.startsWith(end) && endsWord(body, end.length)) {
      found = { head: said.slice(0, start), from: 0 };
    }
  }
  return found;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /\s/u.test(text[at - 1] ?? "") || unspaced.test(text.slice(at - 1, at));
}

/** Not in the middle of a longer word, as "a" is in "apple". */
function endsWord(text: string, at: number): boolean {
  return (
    !(/[\p{L}\p{N}]/u.test(text[at - 1] ?? "") && /[\p{L}\p{N}]/u.test(text[at] ?? "")) ||
    unspaced.test(text.slice(0, at))
  );
}

/** A word of three letters is said twice by chance, a longer one hardly. */
function isWorthIt(end: string): boolean {
  return end.length >= 4;
}

const openers =
  /^(?:the|our|we|you|your|it|this|that|these|those|there|here|to|if|yes|no|sure|please|sorry|thanks|thank|hello|hi|of course|certainly|continuing|unfortunately|apologies|wir|sie|unsere?|die|der|das|es|hier|bitte|ja|nein|leider|natürlich|entschuldigung|nous|vous|votre|voici|oui|non|désolé|nuestro|aquí|sí|lo siento)(?=[\s,.!:])/iu;
const firstSentence = 160;

/** Whether the continuation is a sentence of its own in the middle of another; undefined while it is too short to tell. */
function beginsAnew(prefix: string, body: string, complete: boolean): boolean | undefined {
  if (endsSentence(prefix) || !/^\p{Lu}/u.test(body)) return false;
  if (/^I\b/.test(body)) return false;
  if (!complete && !/\s/u.test(body)) return undefined;
  if (openers.test(body)) return true;
  const isRead = complete || body.length >= firstSentence || /[.!?…](?:\s|$)/u.test(body);
  if (!isRead) return undefined;
  const sentence = listWords(body.slice(0, firstSentence));
  return listWords(prefix.slice(keepWholeSentences(prefix).length)).some((word) => sentence.includes(word));
}

const common = new Set(
  "that this with your have from will they what when where which there their about been were would could should than then them also into only over such some more most very just like please".split(
    " ",
  ),
);

function listWords(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  return words.filter((word) => !common.has(word));
}

function endsSentence(prefix: string): boolean {
  return /(?:[.!?…。！？:][)"”'’*_]*|\n[\s\-*+>#\d.]*)\s*$/u.test(prefix);
}

function keepWholeSentences(prefix: string): string {
  const whole = /^[\s\S]*(?:[.!?…][)"”'’*_]*(?=\s|$)|[。！？])/u.exec(prefix)?.[0] ?? "";
  return hasOpenFence(whole) ? whole.slice(0, whole.lastIndexOf("```")).trimEnd() : whole;
}

function hasOpenFence(text: string): boolean {
  return (text.match(/^```/gm)?.length ?? 0) % 2 === 1;
}

function spaceBetween(prefix: string, continuation: string): string {
  if (/\s$/u.test(prefix)) return "";
  const lead = /^\s*/u.exec(continuation)?.[0] ?? "";
  if (lead !== "") return lead;
  const first = continuation.slice(0, 1);
  const joins = unspaced.test(prefix) || unspaced.test(first) || /^[.,;:!?…)\]}%]/u.test(first);
  return joins || (/\S*$/u.exec(prefix)?.[0].length ?? 0) > longestWord ? "" : " ";
}

import { readQuestion, spokenIn } from "../text/read-terms.ts";

// What a question begins with that goes on from the one before it, in the languages Baton speaks.
const goesOn =
  /^(?:and|but|or|so|then|what about|how about|what if|also|und|aber|oder|dann|was ist mit|wie ist es mit|auch|et|mais|ou|alors|aussi|y|pero|o|entonces|también|แล้ว|และ)(?=[\s,?!]|$)/iu;
const pointsBack =
  /(?<![\p{L}])(?:it|its|that|this|these|those|they|them|there|one|ones|same|das|dies|diese[nrms]?|davon|dafür|dort|sie|es|ça|cela|celui|celle|y|en|eso|esto|ello|ellos|ellas|allí)(?![\p{L}])/iu;
const shortTerms = 3;
const earlierQuestions = 3;
const longest = 500;

/**
 * The question as somebody would ask who had not heard what was asked before: one that goes on from the last whole one
 * ("and for students?") is asked together with it. Any other stays as it is. `earlier`: what the same person asked,
 * oldest first.
 */
export function rewriteQuestion(text: string, earlier: readonly string[]): string {
  if (!restsOnOthers(text)) return text;
  const whole = earlier
    .slice(-earlierQuestions)
    .toReversed()
    .find((question) => !restsOnOthers(question) && readQuestion(question, spokenIn(question)).length > 0);
  return whole === undefined ? text : `${whole.slice(0, longest)}\n${text}`;
}

function restsOnOthers(text: string): boolean {
  const question = text.trim();
  if (goesOn.test(question)) return true;
  const terms = readQuestion(question, spokenIn(question)).length;
  return terms <= shortTerms && pointsBack.test(question);
}

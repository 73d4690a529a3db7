/** Which model a message needs. */
export interface Route {
  readonly tier: "simple" | "complex";
  /** What spoke for it, for the log. */
  readonly because: readonly string[];
}

interface Sign {
  readonly name: string;
  readonly points: number;
  readonly pattern: RegExp;
}

/** What is asked, and what the same person asked before. */
export interface RouteQuestion {
  readonly text: string;
  /** Their messages before it, the newest last. */
  readonly earlier?: readonly string[] | undefined;
}

const readCharacters = 2_000;
const complexFrom = 2;
const signs: readonly Sign[] = [
  {
    name: "asks to weigh or explain",
    points: 2,
    pattern:
      /\b(?:compare|comparison|difference between|pros and cons|trade-?offs?|recommend|suggest|which (?:one|plan|option|of)|better|best (?:way|option|choice|plan) (?:for|to)|explain|why (?:is|are|was|were|did|does|do|has|have|am)|analy[sz]e|evaluate|break ?down|reconcile|investigate|diagnose|what (?:would|happens|should) )/iu,
  },
  {
    name: "asks to make something",
    points: 2,
    pattern:
      /\b(?:write|draft|summari[sz]e|translate|plan (?:a|an|our|my|the|for)|design|create a (?:plan|schedule|report|list|summary)|calculate|work out|figure out|forecast|estimate|step[- ]by[- ]step|walk me through|rewrite|prepare|put together|help me (?:plan|choose|decide|understand))\b/iu,
  },
  {
    name: "has a condition",
    points: 1,
    pattern: /\b(?:if|unless|whether|assuming|depending|in case|provided that|otherwise|except|but only)\b/iu,
  },
  {
    name: "joins several requests",
    points: 1,
    pattern:
      /\b(?:and (?:also|then|how|what|when|where|why|can|do|could|is|whether|tell|send|move|change|add|book|cancel|if)|as well as|after that|at the same time|both|in addition|first\b.*\bthen)\b/isu,
  },
  {
    name: "tells what was tried",
    points: 1,
    pattern:
      /\b(?:i(?:'ve| have)? (?:already )?tried|but (?:now|it|the|then|still|when|my|i)|even though|although|however|since (?:the|i|we|last)|instead of|still)\b/iu,
  },
  {
    name: "carries code or a log",
    points: 2,
    pattern: /```|\bat \S+ \(\S+:\d+\)|\b(?:Error|Exception):|\{\s*"\w+"\s*:/u,
  },
];

// Said on their own, these ask for nothing that needs an earlier question.
const courtesy =
  /^\W*(?:hi|hey|hello|good (?:morning|afternoon|evening|day)|thanks?(?: you)?|thx|great|perfect|awesome|bye|goodbye|see you)\b/iu;
const followUpWords = 6;

/**
 * The route of a message in its conversation: one that says too little by itself ("yes", "and in Berlin?") needs what
 * the question before it needed.
 */
export function decideRouteOf({ text, earlier = [] }: RouteQuestion): Route {
  const own = decideRoute(text);
  const before = earlier.at(-1);
  if (own.tier === "complex" || before === undefined || courtesy.test(text)) return own;
  if (countWords(text) > followUpWords || decideRoute(before).tier === "simple") return own;
  return { tier: "complex", because: [...own.because, "follows a complex question"] };
}

/**
 * Simple messages go to the cheap model: greetings, one plain question, one plain request. Complex ones weigh, plan,
 * write, depend on conditions or hold several requests. Decided by signs in the text, so it costs nothing. The signs
 * are English: what is said at length in another language counts as complex.
 */
export function decideRoute(text: string): Route {
  const read = text.slice(0, readCharacters);
  const words = countWords(read);
  const questions = read.match(/\?(?=\s|$)/g)?.length ?? 0;
  const found = [
    ...signs.filter(({ pattern }) => pattern.test(read)),
    ...(words > 45
      ? [{ name: "long", points: 2 }]
      : words > 22
        ? [{ name: "longer than usual", points: 1 }]
        : []),
    ...(questions > 1 ? [{ name: "several questions", points: 1 }] : []),
    ...(isForeign(read, words) ? [{ name: "long and not in English", points: 2 }] : []),
  ];
  const points = found.reduce((sum, sign) => sum + sign.points, 0);
  return { tier: points >= complexFrom ? "complex" : "simple", because: found.map(({ name }) => name) };
}

const foreignFrom = 8;
const foreignLetters = 24;
// Hardly an English sentence of this length has none of them, and hardly one of another language has two.
const english =
  /\b(?:the|is|are|do|does|did|can|could|would|my|you|your|it|its|to|of|for|and|what|how|when|where|who|please|have|has|want|need|this|that|our|with|there|get|not|why|they|from|will|been|i'?m|am|i)\b/giu;
const englishShare = 0.12;

function isForeign(text: string, words: number): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const others = text.match(/[^\P{L}\p{Script=Latin}]/gu)?.length ?? 0;
  if (others * 2 > letters) return letters >= foreignLetters;
  return words > foreignFrom && (text.match(english)?.length ?? 0) < words * englishShare;
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

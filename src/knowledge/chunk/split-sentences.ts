const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
// What ends with a full stop and ends no sentence.
const abbreviation =
  /(?:^|[\s("'])(?:\p{L}|e\.g|i\.e|etc|vs|cf|no|nr|fig|mr|mrs|ms|dr|prof|st|inc|ltd|approx|z\.b|bzw|d\.h)\.\s*$/iu;

/** A paragraph's sentences, in order; joined they are the paragraph again. Abbreviations end no sentence. */
export function splitSentences(paragraph: string): string[] {
  const sentences: string[] = [];
  let open = "";
  for (const { segment } of segmenter.segment(paragraph)) {
    const goesOn = open !== "" && (abbreviation.test(open) || /^[\p{Ll},;]/u.test(segment));
    if (open !== "" && !goesOn) {
      sentences.push(open);
      open = "";
    }
    open += segment;
  }
  if (open !== "") sentences.push(open);
  return sentences;
}

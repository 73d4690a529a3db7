/**
 * The same question however it was typed: case, space, punctuation, greetings and politeness do not tell two apart.
 * What can change the meaning stays: words, numbers, signs such as the + of C++.
 */
export function normalizeQuestion(text: string): string {
  let words = text
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[‘’´`]/gu, "'")
    .replaceAll(/\p{Extended_Pictographic}|\u200d|\ufe0f/gu, " ")
    .replaceAll(/(?<![\p{L}\p{N}])["'“”„«»(){}[\]*_~]+|["'“”„«»(){}[\]*_~]+(?![\p{L}\p{N}])/gu, " ")
    // A stop inside a number or a name stays: 3.5, node.js.
    .replaceAll(/[.,!?;:…¿¡。！？、]+(?=\s|$)|(?<=^|\s)[.,!?;:…¿¡。！？、]+/gu, " ")
    .replaceAll(/\b(what|where|when|who|how|that|it|there)'s\b/gu, "$1 is")
    .replaceAll(/\s+/gu, " ")
    .trim();
  for (let before = ""; before !== words;) {
    before = words;
    words = words.replace(opening, "").replace(closing, "");
  }
  return words;
}

const opening =
  /^(?:hi|hello|hey|hallo|hola|bonjour|good (?:morning|afternoon|evening)|there|please|bitte|excuse me|sorry|quick question|i have a question|(?:can|could) you (?:please )?tell me|do you know)(?: |$)/u;
const closing = /(?:^| )(?:please|bitte|thanks|thank you|thx|danke|cheers|thanks a lot|many thanks)$/u;

declare module "wink-sentiment" {
  interface Token {
    readonly value: string;
    readonly tag: string;
    /** From -5 to 5, turned round by a negation before it; only on tokens that carry a feeling. */
    readonly score?: number;
    readonly negation?: boolean;
  }
  interface Sentiment {
    readonly score: number;
    readonly normalizedScore: number;
    readonly tokenizedPhrase?: readonly Token[];
  }
  function sentiment(phrase: string): Sentiment;
  export = sentiment;
}

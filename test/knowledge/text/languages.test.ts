import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readAsked, shareOf } from "../../../src/knowledge/text/asked-words.ts";
import { languageOf, type Language } from "../../../src/knowledge/text/languages.ts";
import { readQuestion, readTerms, spokenIn } from "../../../src/knowledge/text/read-terms.ts";

describe("languages", () => {
  test("a text tells what it is written in, and a short one is what stands around it", () => {
    expect(languageOf("Sie können Ihre Bestellung innerhalb von dreißig Tagen zurückgeben.")).toBe("de");
    expect(languageOf("Vous pouvez annuler votre commande jusqu'à son expédition depuis votre compte.")).toBe(
      "fr",
    );
    expect(languageOf("Puede cancelar su pedido mientras no haya salido del almacén central.")).toBe("es");
    expect(languageOf("You may cancel your order until it has left our warehouse.")).toBe("en");
    expect(languageOf("Versand", "de")).toBe("de");
    expect(languageOf("npm install baton --save", "en")).toBe("en");
  });

  test("the forms of a word come together in each language", () => {
    const same = (language: Language, ...words: string[]) =>
      new Set(words.flatMap((word) => readQuestion(word, language))).size;
    expect(same("de", "Bestellung", "Bestellungen", "bestellen")).toBe(1);
    expect(same("de", "Buch", "Bücher")).toBe(1);
    expect(same("fr", "réinitialiser", "réinitialisation")).toBe(1);
    expect(same("fr", "remboursement", "rembourser", "remboursé")).toBe(1);
    expect(same("es", "factura", "facturas", "facturación")).toBe(1);
    expect(same("it", "rimborso", "rimborsi")).toBe(1);
    expect(same("nl", "bestelling", "bestellingen", "bestellen")).toBe(1);
    expect(same("pt", "devolução", "devoluções")).toBe(1);
    expect(same("ru", "возврат", "возврата", "возвраты")).toBe(1);
  });

  test("a word of one language is never taken for one of another, and names are of none", () => {
    expect(readTerms("die Rose SKU-1042", "de")).toEqual(expect.arrayContaining(["sku-1042", "1042"]));
    expect(new Set(readTerms("rose", "de")).isDisjointFrom(new Set(readTerms("rose", "fr")))).toBe(true);
  });

  test("a compound is found by its parts, and its parts by the compound", () => {
    const share = (question: string, text: string) => {
      const [word] = readAsked(question).wordsIn("de");
      const has = new Set(readTerms(text, "de"));
      return word === undefined ? 0 : shareOf(word, (term) => has.has(term));
    };
    expect(share("Adresse", "Die Rechnungsadresse steht auf der Bestellung.")).toBe(1);
    expect(share("Rechnungsadresse", "Die Adresse auf Ihrer Rechnung")).toBeGreaterThan(0.9);
    expect(share("Rechnungsadresse", "Ihre Rechnung")).toBeLessThan(0.7);
    expect(share("Passwort", "Die Adresse auf Ihrer Rechnung")).toBe(0);
  });

  test("a question leaves out what tells nothing in the language it is asked in, also where texts are in another one", () => {
    expect(spokenIn("Wie kann ich die Adresse ändern?")).toBe("de");
    expect(spokenIn("How do I change my address?")).toBe("en");
    expect(spokenIn("SKU-1042")).toBeUndefined();
    expect(
      readAsked("Wie kann ich die Adresse ändern?")
        .wordsIn("en")
        .map(({ term }) => term),
    ).toEqual([...readTerms("adresse andern")]);
  });

  test("an English question in English texts is read as it always was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const asked = readAsked(`How do I ${text}`);
        if (spokenIn(`How do I ${text}`) !== "en") return;
        expect(asked.wordsIn("en").map(({ term }) => term)).toEqual(readQuestion(`How do I ${text}`));
      }),
    );
  });
});

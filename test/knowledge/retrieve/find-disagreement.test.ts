import { describe, expect, test } from "vitest";
import { findDisagreement } from "../../../src/knowledge/retrieve/find-disagreement.ts";

const page = (title: string, text: string) => ({ title, text });

describe("disagreement between documents", () => {
  test.each([
    ["You can return goods within 14 days.", "You can return goods within 30 days."],
    ["A return is free for fourteen items or 14 days.", "A return is free for 30 days."],
    ["The monthly pass costs 49 euros.", "Our monthly pass costs 59 euros since May."],
    ["Refunds take five days.", "Refunds take 10 days."],
  ])("is seen where they say the same with other numbers: %s / %s", (one, other) => {
    expect(findDisagreement([page("Old", one), page("New", other)])).toEqual([0, 1]);
  });

  test.each([
    ["You can return goods within 14 days.", "Goods can be returned within 14 days of delivery."],
    ["The monthly pass costs 49 euros.", "A helmet costs 59 euros."],
    ["Refunds take five days.", "Refunds take 5 days."],
    ["Call us.", "Write to us."],
  ])("is not seen where they do not: %s / %s", (one, other) => {
    expect(findDisagreement([page("Old", one), page("New", other)])).toBeUndefined();
  });

  test.each([
    ["de", "Die Monatskarte kostet 49 Euro.", "Die Monatskarten kosten ab Mai 59 Euro."],
    ["de", "Erstattungen dauern fünf Tage.", "Die Erstattung dauert zehn Tage."],
    ["es", "El abono mensual cuesta 49 euros.", "Los abonos mensuales cuestan 59 euros."],
    ["fr", "Les retours sont gratuits sous quatorze ou 14 jours.", "Le retour est gratuit sous 30 jours."],
  ] as const)("is seen in %s whatever form the words have: %s / %s", (language, one, other) => {
    const pages = [page("Alt", one), page("Neu", other)].map((each) => ({ ...each, language }));
    expect(findDisagreement(pages)).toEqual([0, 1]);
  });

  test("is not seen where one writes the number in words and the other in figures, nor between two languages", () => {
    const [de, es] = ["de", "es"] as const;
    const same = [
      page("Alt", "Erstattungen dauern fünf Tage."),
      page("Neu", "Die Erstattung dauert 5 Tage."),
    ];
    expect(findDisagreement(same.map((each) => ({ ...each, language: de })))).toBeUndefined();
    const two = [
      { ...page("Alt", "Das Ticket kostet 49 Euro."), language: de },
      { ...page("Nuevo", "El ticket cuesta 59 euros."), language: es },
    ];
    expect(findDisagreement(two)).toBeUndefined();
  });

  test("two documents of one title disagree as well", () => {
    const of = (document: string, text: string) => ({ ...page("Fares", text), document });
    expect(findDisagreement([of("a", "A pass costs 49 euros."), of("b", "A pass costs 59 euros.")])).toEqual([
      0, 1,
    ]);
    expect(
      findDisagreement([of("a", "A pass costs 49 euros."), of("a", "A pass costs 59 euros.")]),
    ).toBeUndefined();
  });

  test("two parts of one document are no disagreement", () => {
    const same = [page("Fares", "A pass costs 49 euros."), page("Fares", "A pass costs 59 euros.")];
    expect(findDisagreement(same)).toBeUndefined();
  });
});

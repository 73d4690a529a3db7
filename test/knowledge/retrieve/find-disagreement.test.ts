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

describe("one document denies what another says", () => {
  test.each([
    ["en", "Dogs are allowed in the office.", "Dogs are not allowed in the office."],
    ["en", "Smoking is permitted on the balcony.", "Smoking on the balcony is forbidden."],
    ["en", "You can return opened goods.", "Opened goods cannot be returned."],
    ["en", "Breakfast is included in the price.", "Breakfast is not included in the price."],
    ["en", "We ship to Switzerland.", "We do not ship to Switzerland."],
    ["en", "Gift cards are refundable.", "Gift cards are not refundable."],
    ["en", "Windows 11 is supported.", "Windows 11 is not supported."],
    ["en", "The app works offline.", "The app doesn't work offline."],
    ["en", "Parking is free for guests.", "Parking is not free for guests."],
    ["en", "A passport is required for registration.", "A passport is not required for registration."],
    [
      "en",
      "Two-factor authentication is mandatory for admins.",
      "Two-factor authentication is optional for admins.",
    ],
    ["en", "The museum is closed on Mondays.", "The museum is closed on Tuesdays."],
    ["en", "The pool is open on Sundays.", "The pool is closed on Sundays."],
    ["en", "Applications open in March.", "Applications open in April."],
    ["en", "The monthly report is sent on Friday.", "The monthly report is sent on Thursday."],
    ["en", "Children may use the gym.", "Children may not use the gym."],
    ["en", "Credit cards are accepted in the canteen.", "Credit cards are refused in the canteen."],
    ["en", "The API supports pagination.", "The API does not support pagination."],
    ["en", "Overtime is paid.", "Overtime is not paid."],
    ["en", "Exports to PDF are possible.", "Exports to PDF are impossible."],
    ["en", "The feature is enabled by default.", "The feature is disabled by default."],
    ["en", "The warranty covers water damage.", "The warranty does not cover water damage."],
    ["en", "The sale ends on 1 March.", "The sale ends on 1 April."],
    ["en", "Employees have to book a desk.", "Employees do not have to book a desk."],
    ["de", "Hunde sind im Büro erlaubt.", "Hunde sind im Büro verboten."],
    ["de", "Hunde sind im Büro erlaubt.", "Im Büro sind Hunde nicht erlaubt."],
    ["de", "Das Frühstück ist im Preis enthalten.", "Das Frühstück ist nicht im Preis enthalten."],
    ["de", "Wir liefern in die Schweiz.", "Wir liefern nicht in die Schweiz."],
    ["de", "Das Hotel hat einen Aufzug.", "Das Hotel hat keinen Aufzug."],
    ["de", "Das Museum ist montags geschlossen.", "Das Museum ist dienstags geschlossen."],
    ["de", "Das Schwimmbad ist am Sonntag geöffnet.", "Das Schwimmbad ist am Sonntag geschlossen."],
    ["de", "Die Rückgabe ist kostenlos.", "Die Rückgabe ist kostenpflichtig."],
    ["de", "Geöffnete Ware kann zurückgegeben werden.", "Geöffnete Ware kann nicht zurückgegeben werden."],
    [
      "de",
      "Für die Anmeldung ist ein Ausweis erforderlich.",
      "Für die Anmeldung ist kein Ausweis erforderlich.",
    ],
    ["de", "Die App funktioniert offline.", "Die App funktioniert offline nicht."],
    ["de", "Kinder dürfen das Fitnessstudio benutzen.", "Kinder dürfen das Fitnessstudio nicht benutzen."],
    ["de", "Die Abrechnung kommt im März.", "Die Abrechnung kommt im April."],
    ["de", "Der Export als PDF ist möglich.", "Der Export als PDF ist unmöglich."],
  ] as const)("%s: %s / %s", (language, one, other) => {
    const pages = [page("Old", one), page("New", other)].map((each) => ({ ...each, language }));
    expect(findDisagreement(pages)).toEqual([0, 1]);
    expect(findDisagreement(pages.toReversed())).toEqual([0, 1]);
  });
});

describe("one document denies nothing of what another says", () => {
  test.each([
    ["en", "Dogs are allowed in the office.", "Dogs are not allowed in the kitchen."],
    ["en", "Windows 11 is supported.", "Windows 10 is not supported."],
    ["en", "The Basic plan includes phone support.", "The Pro plan does not include phone support."],
    ["en", "You can return opened goods.", "You cannot return opened goods without a receipt."],
    ["en", "Smoking is forbidden.", "Smoking is not allowed."],
    ["en", "Restart the server after the update.", "Do not restart the server after the update."],
    ["en", "Breakfast is included in the price.", "Not only breakfast is included in the price."],
    ["en", "Returns are free.", "Returns are not always free."],
    ["en", "The pool is open on Mondays and Tuesdays.", "The pool is open on Tuesdays."],
    ["en", "We ship to Switzerland.", "We do not ship to Liechtenstein."],
    ["en", "Refunds are paid within 14 days.", "Refunds are paid not later than 14 days."],
    [
      "en",
      "If the light is red, the device is not connected.",
      "If the light is green, the device is connected.",
    ],
    [
      "en",
      "The file is saved when you close the window.",
      "The file is not saved when you cancel the window.",
    ],
    ["en", "Credit cards are accepted.", "Only credit cards are accepted."],
    ["en", "The room is available on Monday.", "The room is not available on Tuesday."],
    ["en", "Is parking free for guests?", "Parking is not free for guests."],
    ["en", "Admins can delete users.", "Members cannot delete users."],
    ["en", "The meeting in March was about budgets.", "The meeting in April was about hiring."],
    ["en", "This option is enabled by default.", "This option is not enabled by default on servers."],
    ["en", "Call us on Monday.", "Write to us on Tuesday."],
    ["en", "The old app does not support exports.", "The new app supports exports."],
    ["en", "You can cancel at any time.", "You can not only cancel but also change at any time."],
    ["en", "Tickets are not refundable after departure.", "Tickets are refundable before departure."],
    ["en", "There is no fee for members.", "There is a fee for guests."],
    ["de", "Hunde sind im Büro erlaubt.", "Hunde sind in der Küche nicht erlaubt."],
    ["de", "Windows 11 wird unterstützt.", "Windows 10 wird nicht unterstützt."],
    ["de", "Der Basistarif enthält Telefonsupport.", "Der Profitarif enthält keinen Telefonsupport."],
    [
      "de",
      "Geöffnete Ware kann zurückgegeben werden.",
      "Geöffnete Ware kann ohne Beleg nicht zurückgegeben werden.",
    ],
    ["de", "Rauchen ist verboten.", "Rauchen ist nicht erlaubt."],
    ["de", "Starten Sie den Server neu.", "Starten Sie den Server nicht neu."],
    ["de", "Das Frühstück ist enthalten.", "Nicht nur das Frühstück ist enthalten."],
    ["de", "Die Rückgabe ist kostenlos.", "Die Rückgabe ist nicht immer kostenlos."],
    ["de", "Das Bad ist montags und dienstags geöffnet.", "Das Bad ist dienstags geöffnet."],
    ["de", "Wir liefern in die Schweiz.", "Wir liefern nicht nach Norwegen."],
    [
      "de",
      "Wenn die Lampe rot ist, ist das Gerät nicht verbunden.",
      "Wenn die Lampe grün ist, ist das Gerät verbunden.",
    ],
    ["de", "Karten werden akzeptiert.", "Es werden nur Karten akzeptiert."],
    ["de", "Der Raum ist am Montag verfügbar.", "Der Raum ist am Dienstag nicht verfügbar."],
    ["de", "Ist das Parken kostenlos?", "Das Parken ist nicht kostenlos."],
    ["de", "Mitglieder zahlen keine Gebühr.", "Gäste zahlen eine Gebühr."],
    [
      "de",
      "Die Sitzung im März behandelte das Budget.",
      "Die Sitzung im April behandelte die Einstellungen.",
    ],
    ["de", "Das Parken ist kostenlos.", "Das Parken auf dem Hof ist kostenpflichtig."],
    ["de", "Gutscheine sind gültig.", "Gutscheine aus dem Laden sind ungültig."],
    ["en", "This image shows the report of March.", "This image shows the report of April."],
    ["en", "Parking Report For March", "Parking Report For April"],
  ] as const)("%s: %s / %s", (language, one, other) => {
    const pages = [page("Old", one), page("New", other)].map((each) => ({ ...each, language }));
    expect(findDisagreement(pages)).toBeUndefined();
  });

  test("where the other one says both", () => {
    const both = page("New", "Dogs are not allowed in the office. Since May dogs are allowed in the office.");
    const old = page("Old", "Dogs are allowed in the office.");
    expect(findDisagreement([old, { ...both, text: `${both.text} ${old.text}` }])).toBeUndefined();
  });
});

test("yes and no to the same question contradict each other, to different ones they do not", () => {
  const answer = (question: string, text: string) => ({ ...page(text, text), headings: [question] });
  const yes = answer("Do you ship to Switzerland?", "**Yes**, within four days.");
  expect(
    findDisagreement([yes, answer("Do you ship to Switzerland?", "No. We ship within Germany.")]),
  ).toEqual([0, 1]);
  expect(
    findDisagreement([yes, answer("Do you ship to Norway?", "No. We ship within Germany.")]),
  ).toBeUndefined();
  expect(findDisagreement([yes, answer("Do you ship to Switzerland?", "Nobody asks.")])).toBeUndefined();
});

describe("a label and a line of a table", () => {
  const since = (title: string, version: string) =>
    page(title, `Available since: version ${version}\n\nIt reads news.`);

  test("say something about their own document alone", () => {
    expect(findDisagreement([since("News Reader", "0.9"), since("Feed Bridge", "22.16")])).toBeUndefined();
    const row = page("Hardware", "| Raspberry Pi 2 | Raspberry Pi 3 Model B | Raspberry Pi 3 Model B+ |");
    const sentence = page("Raspberry Pi 4", "Images are there for Raspberry Pi 4 Model B.");
    expect(findDisagreement([sentence, row])).toBeUndefined();
  });

  test("contradict another one about the same thing, under the same heading or a title of another year", () => {
    expect(findDisagreement([since("News Reader 2025", "0.9"), since("News Reader 2026", "22.16")])).toEqual([
      0, 1,
    ]);
    const price = (title: string, euros: number) => ({
      ...page(title, `| Ticket | Price |\n| --- | --- |\n| Monthly pass | ${euros} euros |`),
      headings: ["Fares"],
    });
    expect(findDisagreement([price("Trains", 49), price("Travel", 59)])).toEqual([0, 1]);
  });
});

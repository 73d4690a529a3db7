import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addStaff, holdModel, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ pace: { apologyAfterMs: 1_200 } });
  await addStaff(talk, "U0MIA000001", "Mia");
}, 120_000);
afterAll(() => talk?.stop());

const heard = (root: Root) => talk.heard(root).map(wordsOf).join("\n");

async function hears(root: Root, words: string): Promise<void> {
  await talk.slack.waitFor(() => heard(root).includes(words));
}

async function told(root: Root, words: string): Promise<void> {
  await hears(root, words);
  await talk.settled();
}

describe("people are told in their own language", () => {
  it("in English where nothing is known", async () => {
    const root = await talk.say("@baton human", { user: "Ana" });
    await told(root, "I've asked a teammate to take over");
  });

  it("that a person was asked, has it, closed it, and how it was, from a German's first words on", async () => {
    const root = await talk.say("@baton Ich möchte bitte mit einem Menschen sprechen", { user: "Ben" });
    await told(root, "Ich habe jemanden aus dem Team dazugebeten");
    await talk.say("@baton claim", { user: "Mia", thread: root.ts });
    await told(root, "Mia hat übernommen");
    await talk.say("@baton resolve", { user: "Mia", thread: root.ts });
    await told(root, "Wie war die Hilfe, die Sie hier bekommen haben?");
    expect(heard(root)).toContain("abgeschlossen");
    expect(heard(root)).toContain("👍 Gut");
    expect(heard(root)).not.toMatch(/teammate|resolved\.|How was/);
  });

  it("that it takes long, in Spanish, and offers the way to a person under the answer", async () => {
    const held = holdModel(talk, "[[id:lento]]");
    const root = await talk.say("@baton ¿Cuánto cuesta el envío de un paquete a Sevilla? [[id:lento]]");
    await held.asked;
    await hears(root, "Disculpe, esto tarda más de lo debido");
    held.release();
    await told(root, "lento");
    expect(heard(root)).toContain("Hablar con una persona");
    const known = await until(async () => {
      const rows = await talk.rows<{ language: string | null }>("SELECT language FROM contacts");
      return rows.map(({ language }) => language).includes("es") ? rows : undefined;
    });
    expect(known.length).toBeGreaterThan(0);
  });

  it("that a model cannot be asked, in French", async () => {
    talk.model.fault({ kind: "server-error", status: 500, times: 10, text: "[[id:panne]]" });
    const root = await talk.say("@baton Où se trouve ma commande, je l'attends toujours ? [[id:panne]]");
    await told(root, "J'ai un problème en ce moment");
    expect(heard(root)).toContain("Parler à une personne");
    expect(heard(root)).not.toMatch(/Talk to a human|having trouble/);
  });
});

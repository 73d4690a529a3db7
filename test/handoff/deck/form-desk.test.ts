import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { deckButton, deckFormOf, fixAction } from "../../../src/core/deck.ts";
import type { StaffId, TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { TenantSeal } from "../../../src/store/seal.ts";
import { createFormDesk, type FormDeskParts } from "../../../src/handoff/deck/form-desk.ts";

const tenantId = "00000000-0000-4000-8000-00000000000a" as TenantId;
const route = { tenantId, installationId: "00000000-0000-4000-8000-00000000000b" as never };
const mia = { id: "00000000-0000-4000-8000-00000000000c" as StaffId, name: "Mia Weber" };
const assign = deckButton("assign", "", { conversationId: "c" }).action;

/** Seals nothing: what is stored is what is read. */
const aSeal: TenantSeal = {
  seal: (_purpose, text) => Buffer.from(text),
  open: (_purpose, sealed) => sealed.toString(),
};
const answer = {
  id: "00000000-0000-4000-8000-00000000000d",
  content: Buffer.from('{"text":"It is 49 euros."}'),
};

function deskWith(parts: Partial<FormDeskParts>) {
  return createFormDesk({
    channel: "teams",
    database: { statement: async () => [mia] as never },
    installations: { route: async () => route },
    sealer: { forTenant: async () => aSeal },
    staffRoomOf: () => ({ channel: "teams", workspace: "t1", id: "19:staff" }),
    log: silentLog,
    ...parts,
  });
}

it("offers colleagues to whoever presses, and where colleagues are among themselves", async () => {
  const formOf = deskWith({});
  const options = [{ value: mia.id, label: "Mia Weber" }];
  expect(await formOf({ action: assign, installation: "t1", by: "u1" })).toMatchObject({ options });
  expect(await formOf({ action: assign, installation: "t1", space: "19:staff" })).toMatchObject({ options });
});

it("tells no names in a place that others read, or in a workspace nobody knows", async () => {
  const words = deckFormOf(assign);
  expect(await deskWith({})({ action: assign, installation: "t1", space: "19:all" })).toEqual(words);
  expect(await deskWith({})({ action: assign, installation: "t2", space: "19:staff" })).toEqual(words);
  const unknown = deskWith({ installations: { route: async () => undefined } });
  expect(await unknown({ action: assign, installation: "t1", by: "u1" })).toEqual(words);
});

it("a database that fails or is slow keeps nobody waiting: the form asks for words", async () => {
  const words = deckFormOf(assign);
  const failing = deskWith({ database: { statement: () => Promise.reject(new Error("down")) } });
  expect(await failing({ action: assign, installation: "t1", by: "u1" })).toEqual(words);
  const slow = deskWith({
    database: { statement: () => new Promise(() => {}) },
    patienceMs: 5,
  });
  expect(await slow({ action: assign, installation: "t1", by: "u1" })).toEqual(words);
});

it("many who press at once ask the database once, and a note asks nobody", async () => {
  let asked = 0;
  const formOf = deskWith({
    database: {
      statement: async () => {
        asked += 1;
        await sleep(1);
        return [mia] as never;
      },
    },
  });
  await Promise.all(
    Array.from({ length: 20 }, () => formOf({ action: assign, installation: "t1", by: "u1" })),
  );
  expect(asked).toBe(1);
  const note = deckButton("note", "", { conversationId: "c" }).action;
  expect(await formOf({ action: note, installation: "t1", by: "u1" })).toEqual(deckFormOf(note));
  expect(await formOf({ action: "else", installation: "t1", by: "u1" })).toBeUndefined();
  expect(asked).toBe(1);
});

it("the form that puts an answer right begins with it, and names it; where that is not known it begins empty", async () => {
  const form = deckFormOf(fixAction);
  const knows = deskWith({ database: { statement: async () => [answer] as never } });
  const asked = { action: fixAction, installation: "t1", by: "u1", value: answer.id };
  expect(await knows(asked)).toEqual({ ...form, about: answer.id, initial: "It is 49 euros." });
  expect(await knows({ ...asked, by: undefined })).toEqual(form);
  const knowsNone = deskWith({ database: { statement: async () => [] } });
  expect(await knowsNone(asked)).toEqual(form);
  const failing = deskWith({ database: { statement: () => Promise.reject(new Error("down")) } });
  expect(await failing(asked)).toEqual(form);
  const long = { ...answer, content: Buffer.from(JSON.stringify({ text: "x".repeat(3_001) })) };
  const knowsLong = deskWith({ database: { statement: async () => [long] as never } });
  expect(await knowsLong(asked)).toEqual({ ...form, about: answer.id });
});

it("the menu of a message opens it for an answer of the bot's alone", async () => {
  const asked = { action: fixAction, installation: "t1", by: "u1", space: "C1", message: "1.2" };
  const knows = deskWith({ database: { statement: async () => [answer] as never } });
  expect(await knows(asked)).toMatchObject({ about: answer.id, initial: "It is 49 euros." });
  expect(await deskWith({ database: { statement: async () => [] } })(asked)).toBeUndefined();
});

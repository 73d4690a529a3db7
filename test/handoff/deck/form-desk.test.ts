import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { deckButton, deckFormOf } from "../../../src/core/deck.ts";
import type { StaffId, TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createFormDesk, type FormDeskParts } from "../../../src/handoff/deck/form-desk.ts";

const tenantId = "00000000-0000-4000-8000-00000000000a" as TenantId;
const route = { tenantId, installationId: "00000000-0000-4000-8000-00000000000b" as never };
const mia = { id: "00000000-0000-4000-8000-00000000000c" as StaffId, name: "Mia Weber" };
const assign = deckButton("assign", "", { conversationId: "c" }).action;

function deskWith(parts: Partial<FormDeskParts>) {
  return createFormDesk({
    channel: "teams",
    database: { statement: async () => [mia] as never },
    installations: { route: async () => route },
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

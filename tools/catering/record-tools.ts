import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import type { Fields, RecordKind } from "./record-kinds.ts";
import {
  deleteRecord,
  foundRecord,
  selectRecord,
  selectRecords,
  toKept,
  writeRecord,
  type Kept,
} from "./record-store.ts";

const mostListed = 50;
const id = z.string().trim().min(1).max(60).describe("The record's id");
const shared = {
  roles: ["staff", "admin"],
  repeatable: true,
  approval: "none",
  timeoutMs: 10_000,
  cost: 0.001,
} as const;

/** The five tools by which staff keep books of one kind of thing: create, get, list, update, delete. */
export function createRecordTools(kind: RecordKind, data: TenantData): readonly Tool[] {
  return [
    createTool(kind, data),
    getTool(kind, data),
    listTool(kind, data),
    updateTool(kind, data),
    deleteTool(kind, data),
  ];
}

function keptSchema({ fields }: RecordKind) {
  return z.object({ id: z.string(), ...fields.partial().shape });
}

function createTool(kind: RecordKind, data: TenantData): Tool {
  const name = `create_${kind.noun}`;
  return defineTool<Fields, Fields>({
    ...shared,
    name,
    description: `Writes down a new ${toWords(kind.noun)} and gives its id.`,
    input: kind.fields,
    output: keptSchema(kind),
    effect: "write",
    run: (fields, context) =>
      data.once(context.tenantId, `${name} ${context.idempotencyKey}`, async (tools) => {
        const made = randomUUID();
        await kind.check?.(tools, { id: made, fields }, context);
        const { sql, seal } = tools;
        await writeRecord(sql, kind, { tenantId: context.tenantId, seal, id: made, fields, isNew: true });
        return { id: made, ...fields };
      }),
  });
}

function getTool(kind: RecordKind, data: TenantData): Tool {
  return defineTool<{ id: string }, Fields>({
    ...shared,
    name: `get_${kind.noun}`,
    description: `Gives one ${toWords(kind.noun)} by its id.`,
    input: z.strictObject({ id }),
    output: keptSchema(kind),
    effect: "read",
    run: async ({ id: wanted }, { tenantId }) => {
      const seal = await data.sealFor(tenantId);
      const rows = await data.statement<RecordRow>(tenantId, selectRecord(kind, wanted));
      return toKept(kind, foundRecord(kind, rows, wanted), seal);
    },
  });
}

function listTool(kind: RecordKind, data: TenantData): Tool {
  const { plural } = kind;
  return defineTool<{ query?: string | undefined }, { [name: string]: Kept[] }>({
    ...shared,
    name: `list_${plural}`,
    description: `Gives the newest ${toWords(plural)}, or those in which all words of a query occur.`,
    input: z.strictObject({ query: z.string().max(200).optional().describe("Name, phone, status, date …") }),
    output: z.object({ [plural]: z.array(keptSchema(kind)) }) as unknown as z.ZodType<{
      [name: string]: Kept[];
    }>,
    effect: "read",
    run: async ({ query }, { tenantId }) => {
      const seal = await data.sealFor(tenantId);
      const rows = await data.statement<RecordRow>(tenantId, selectRecords(kind));
      const kept = rows.map((row) => toKept(kind, row, seal)).filter((one) => hasWords(one, query ?? ""));
      return { [plural]: kept.slice(0, mostListed) };
    },
  });
}

function updateTool(kind: RecordKind, data: TenantData): Tool {
  const name = `update_${kind.noun}`;
  return defineTool<Fields & { id: string }, Fields>({
    ...shared,
    name,
    description: `Changes the given fields of a ${toWords(kind.noun)}; the others stay.`,
    input: z.strictObject({ id, ...kind.fields.partial().shape }),
    output: keptSchema(kind),
    effect: "write",
    run: ({ id: wanted, ...changes }, context) =>
      data.once(context.tenantId, `${name} ${context.idempotencyKey}`, async (tools) => {
        const { sql, seal } = tools;
        const rows = await sql.query<RecordRow>(selectRecord(kind, wanted, { lock: true }));
        const { id: _, ...before } = toKept(kind, foundRecord(kind, rows, wanted), seal);
        const fields = { ...before, ...changes };
        await kind.check?.(tools, { id: wanted, fields }, context);
        await writeRecord(sql, kind, { tenantId: context.tenantId, seal, id: wanted, fields, isNew: false });
        return { id: wanted, ...fields };
      }),
  });
}

function deleteTool(kind: RecordKind, data: TenantData): Tool {
  const name = `delete_${kind.noun}`;
  return defineTool({
    ...shared,
    name,
    description: `Deletes a ${toWords(kind.noun)} for good. Ask for a clear yes before.`,
    input: z.strictObject({ id }),
    output: z.object({ id: z.string(), deleted: z.literal(true) }),
    effect: "write",
    run: ({ id: wanted }, context) =>
      data.once(context.tenantId, `${name} ${context.idempotencyKey}`, async ({ sql }) => {
        await deleteRecord(sql, kind, wanted);
        return { id: wanted, deleted: true as const };
      }),
  });
}

type RecordRow = Parameters<typeof toKept>[1];

/** Telephone numbers are found by their digits alone, however they are written. */
function hasWords(record: Fields, query: string): boolean {
  const text = Object.values(record).join(" ").toLowerCase();
  const digits = text.replaceAll(/\D/g, "");
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word) || (/^\d{3,}$/.test(word) && digits.includes(word)));
}

function toWords(name: string): string {
  return name.replace("_", " ");
}

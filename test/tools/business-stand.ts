import { randomBytes, randomUUID } from "node:crypto";
import { parseToolInput } from "../../src/agent/run-tool.ts";
import {
  parseId,
  type ContactId,
  type ConversationId,
  type TenantId,
  type TurnId,
} from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Announcement } from "../../src/core/tenant-data.ts";
import type { Role, Tool, ToolContext } from "../../src/core/tool.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createSealer } from "../../src/store/seal.ts";
import { createTenantData, type KeptTenantData } from "../../src/store/tenant-data.ts";
import { createSimulatedPayments, type SimulatedPayments } from "../../tools/cinema/payment-desk.ts";
import { createSettlePayment } from "../../tools/cinema/settle-payment.ts";
import { createTools, loadDemo, type DemoKind } from "../../tools/registry.ts";
import { aRequest } from "../agent/agent-stand.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { createMemoryTickets } from "./memory-tickets.ts";
import { dataKeysIn } from "../../src/tenants/companies.ts";

/** Someone who talks to a company's bot. */
export interface Caller {
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
}

/** Tools on a real PostgreSQL, with the payment desk and everybody who calls them. */
export interface BusinessStand {
  readonly data: KeptTenantData;
  readonly database: Database;
  readonly payments: SimulatedPayments;
  readonly tools: readonly Tool[];
  tool(name: string): Tool;
  /** A company with a demo's data. */
  aCompany(kind: DemoKind): Promise<TenantId>;
  aCaller(tenantId: TenantId): Promise<Caller>;
  /** The caller the tool contract calls as, in a company of a demo. */
  contractCaller(kind: DemoKind): Promise<Caller>;
  /** Calls a tool as the model does: with JSON arguments, its result parsed by its schema. */
  call(caller: Caller, name: string, args: object, options?: CallOptions): Promise<Record<string, unknown>>;
  /** What was announced since the last time, in order. */
  announced(tenantId: TenantId): Promise<Announcement[]>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly now?: Date;
  readonly key?: string;
  readonly role?: Role;
}

/** Noon of a Saturday in the demo's time zone. */
export const noon = new Date("2026-11-21T17:00:00Z");
export const timeZone = "America/Chicago";

/** When the tool contract calls. */
export const contractNow = aRequest("").request.context.now;

export async function openBusinessStand(): Promise<BusinessStand> {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 6, log: silentLog });
  const sealer = createSealer({ masterKey: randomBytes(32), ...dataKeysIn(database) });
  const data = createTenantData({ database, sealer });
  const payments = createSimulatedPayments({
    data,
    publicUrl: () => "https://baton.example",
    settle: createSettlePayment(data),
  });
  const tools = createTools({ tickets: createMemoryTickets(), business: { data, payments } });

  async function addCompany(tenantId: TenantId, kind: DemoKind): Promise<void> {
    await database.statement(tenantId, {
      text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'Demo')",
      values: [tenantId, tenantId],
    });
    await loadDemo(data, tenantId, { kind, timeZone });
  }

  async function addCaller({ tenantId, contactId, conversationId }: Caller): Promise<void> {
    const installation = randomUUID();
    const add = (text: string, values: unknown[]) => database.statement(tenantId, { text, values });
    await add(
      "INSERT INTO installations (company_id, id, channel, external_id) VALUES ($1, $2, 'slack', $3)",
      [tenantId, installation, installation],
    );
    await add(
      "INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ($1, $2, $3, 'U1')",
      [tenantId, contactId, installation],
    );
    await add(
      `INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience)
       VALUES ($1, $2, $3, $4, 'slack', $5, 'C1', '1', 'direct')`,
      [tenantId, conversationId, installation, contactId, conversationId],
    );
  }

  function tool(name: string): Tool {
    const found = tools.find((one) => one.name === name);
    if (found === undefined) throw new Error(`there is no tool ${name}`);
    return found;
  }

  return {
    data,
    database,
    payments,
    tools,
    tool,
    aCompany: async (kind) => {
      const tenantId = parseId<TenantId>(randomUUID());
      await addCompany(tenantId, kind);
      return tenantId;
    },
    aCaller: async (tenantId) => {
      const caller: Caller = {
        tenantId,
        contactId: parseId<ContactId>(randomUUID()),
        conversationId: parseId<ConversationId>(randomUUID()),
      };
      await addCaller(caller);
      return caller;
    },
    contractCaller: async (kind) => {
      const { tenantId, contactId, conversationId } = aRequest("").request.context;
      const caller: Caller = { tenantId, contactId, conversationId };
      await addCompany(tenantId, kind);
      await addCaller(caller);
      return caller;
    },
    call: async (caller, name, args, { now = noon, key = randomUUID(), role = "customer" } = {}) => {
      const called = tool(name);
      const parsed = parseToolInput(called, JSON.stringify(args));
      if (!parsed.ok) throw new Error(parsed.problem);
      const context: ToolContext = {
        ...caller,
        turnId: parseId<TurnId>(randomUUID()),
        role,
        idempotencyKey: key,
        now,
        timeZone: undefined,
        audience: "direct",
        signal: new AbortController().signal,
        attach: () => Promise.reject(new Error("no files here")),
      };
      return called.output.parse(await called.run(parsed.input, context)) as Record<string, unknown>;
    },
    announced: async (tenantId) => {
      const all: Announcement[] = [];
      await data.deliver(tenantId, async (one) => void all.push(one));
      return all;
    },
    stop: async () => {
      await database.stop();
      await testDatabase.drop();
    },
  };
}

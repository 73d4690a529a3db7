import { expect, test } from "vitest";
import { createTicketTool } from "../../../tools/support/create-ticket.ts";
import { aRequest } from "../../agent/agent-stand.ts";
import { toolContract } from "../../contract/tool.ts";
import { createMemoryTickets } from "../memory-tickets.ts";

const good = { subject: "Broken lamp", description: "It does not light up." };

toolContract("create_ticket", {
  create: () => createTicketTool(createMemoryTickets()),
  good,
  bad: {
    "nothing at all": {},
    "no description": { subject: "Broken lamp" },
    "a subject of spaces": { ...good, subject: "    " },
    "a subject too long": { ...good, subject: "x".repeat(201) },
    "a priority of its own": { ...good, priority: "now!!" },
    "a list": [good],
  },
});

const { context } = aRequest("").request;
const told = {
  ...context,
  idempotencyKey: "turn:tool:0:call_1",
  signal: new AbortController().signal,
  attach: async () => {},
};

test("opens one ticket for the conversation it is asked in", async () => {
  const tickets = createMemoryTickets();
  const made = await createTicketTool(tickets).run(good, told);
  expect(made).toMatchObject({ number: 1, created: true });
  const { tenantId, conversationId, contactId, idempotencyKey } = told;
  expect([...tickets.all.values()]).toMatchObject([
    { ...good, priority: "normal", tenantId, conversationId, contactId, idempotencyKey },
  ]);
});

test("opens no second ticket under the same key, and another under another", async () => {
  const tickets = createMemoryTickets();
  const tool = createTicketTool(tickets);
  await tool.run(good, told);
  expect(await tool.run(good, told)).toMatchObject({ number: 1, created: false });
  expect(await tool.run(good, { ...told, idempotencyKey: "other" })).toMatchObject({
    number: 2,
    created: true,
  });
});

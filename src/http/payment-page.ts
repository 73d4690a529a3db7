import type { FastifyInstance } from "fastify";
import { PermanentError } from "../core/errors.ts";
import { isId, type TenantId } from "../core/ids.ts";

/** A payment as its page shows it. */
export interface ShownPayment {
  readonly purpose: string;
  /** US dollars. */
  readonly amountUsd: number;
  readonly state: "pending" | "paid" | "failed" | "refunded";
}

/** The desk behind the page. Both throw PermanentError for a link that leads nowhere. */
export interface PaymentPageDesk {
  look(tenantId: TenantId, paymentId: string): Promise<ShownPayment>;
  settle(tenantId: TenantId, paymentId: string, outcome: "paid" | "failed"): Promise<unknown>;
}

interface Params {
  readonly tenant: string;
  readonly payment: string;
}

/**
 * `/pay/{tenant}/{payment}`: where a payment of the simulated desk is made. No money moves and nothing about a card is
 * asked: two buttons say how it ends.
 */
export function addPaymentPage(app: FastifyInstance, desk: PaymentPageDesk): void {
  void app.register(async (scope) => {
    // The buttons' form is empty: what it says stands in the address.
    scope.addContentTypeParser(
      "application/x-www-form-urlencoded",
      { parseAs: "string", bodyLimit: 1_024 },
      (_request, _body, done) => done(null, undefined),
    );
    scope.get<{ Params: Params }>("/pay/:tenant/:payment", async ({ params }, reply) => {
      const payment = await lookUp(desk, params);
      return reply
        .code(payment === undefined ? 404 : 200)
        .headers({ "cache-control": "no-store", "x-robots-tag": "noindex" })
        .type("text/html; charset=utf-8")
        .send(
          payment === undefined
            ? toPage("No such payment", "<p>This link leads nowhere.</p>")
            : show(payment, params),
        );
    });
    for (const outcome of ["paid", "failed"] as const)
      scope.post<{ Params: Params }>(`/pay/:tenant/:payment/${outcome}`, async ({ params }, reply) => {
        const { tenant, payment } = params;
        if ((await lookUp(desk, params)) === undefined) return reply.code(404).send();
        await desk.settle(tenant as TenantId, payment, outcome);
        return reply.redirect(`/pay/${tenant}/${payment}`, 303);
      });
  });
}

async function lookUp(desk: PaymentPageDesk, { tenant, payment }: Params): Promise<ShownPayment | undefined> {
  if (!isId(tenant) || !isId(payment)) return undefined;
  try {
    return await desk.look(tenant as TenantId, payment);
  } catch (cause) {
    if (cause instanceof PermanentError) return undefined;
    throw cause;
  }
}

const states: Readonly<Record<Exclude<ShownPayment["state"], "pending">, string>> = {
  paid: "Paid. You can close this page: the confirmation is in your conversation.",
  failed: "The payment failed. Nothing was charged; go back to your conversation.",
  refunded: "This payment was given back.",
};

function show({ purpose, amountUsd, state }: ShownPayment, { tenant, payment }: Params): string {
  const amount = `<p class="amount">$${amountUsd.toFixed(2)}</p><p>${escapeHtml(purpose)}</p>`;
  if (state !== "pending") return toPage("Payment", `${amount}<p class="state">${states[state]}</p>`);
  const button = (outcome: string, label: string) =>
    `<form method="post" action="/pay/${tenant}/${payment}/${outcome}"><button class="${outcome}">${label}</button></form>`;
  return toPage(
    "Payment",
    `${amount}<div class="ways">${button("paid", "Pay")}${button("failed", "Let the payment fail")}</div>` +
      `<p class="note">A simulated payment page: no money moves, and nothing about a card is asked.</p>`,
  );
}

function toPage(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${style}</style></head><body><main><h1>${title}</h1>${body}</main></body></html>`;
}

const style = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: #f4f5f7; color: #1d1f23; }
main { max-width: 24rem; margin: 12vh auto; padding: 2rem; background: #fff; border-radius: 12px; box-shadow: 0 2px 16px #0002; }
h1 { margin: 0; font-size: 1.1rem; color: #5b616b; font-weight: 600; }
.amount { margin: .25rem 0; font-size: 2.25rem; font-weight: 700; }
.ways { display: flex; gap: .75rem; margin: 1.5rem 0; flex-wrap: wrap; }
button { padding: .6rem 1.2rem; border: 1px solid #c9ccd2; border-radius: 8px; background: #fff; font: inherit; cursor: pointer; }
button.paid { background: #1a7f4b; border-color: #1a7f4b; color: #fff; }
.note, .state { color: #5b616b; font-size: .9rem; }`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

import { PermanentError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { PaymentSettled, SettlePayment } from "./settle-payment.ts";

/** Money that is asked for. */
export interface PaymentRequest {
  readonly tenantId: TenantId;
  readonly bookingId: string;
  /** US dollars. */
  readonly amountUsd: number;
  /** What for, in words for the payer. */
  readonly purpose: string;
}

/** Where people pay: outside of the conversation, so that no card number is ever said to a model. */
export interface PaymentDesk {
  /** Opens a payment and gives the page to pay on. The same booking again gives the same page. */
  open(request: PaymentRequest): Promise<{ readonly url: string }>;
  /** Gives back what was paid for a booking. A second time, and where nothing was paid, it does nothing. */
  refund(request: Pick<PaymentRequest, "tenantId" | "bookingId">): Promise<void>;
}

/** What a page shows to the payer. */
export interface OpenPayment {
  readonly purpose: string;
  readonly amountUsd: number;
  readonly state: "pending" | "paid" | "failed" | "refunded";
}

/** A desk of our own in which no money moves: its page says whether a payment succeeded. */
export interface SimulatedPayments extends PaymentDesk {
  /** Throws PermanentError for a link that leads nowhere. */
  look(tenantId: TenantId, paymentId: string): Promise<OpenPayment>;
  /** The payer's card was taken, or refused. Said again, it changes nothing. */
  settle(tenantId: TenantId, paymentId: string, outcome: "paid" | "failed"): Promise<PaymentSettled>;
}

/** The path of a payment's page below the public address. */
function paymentPath(tenantId: TenantId, paymentId: string): string {
  return `/pay/${tenantId}/${paymentId}`;
}

export function createSimulatedPayments(parts: {
  readonly data: TenantData;
  /** Where Baton is reached, without a slash at the end; asked at each payment, as the port may be known late. */
  readonly publicUrl: () => string;
  readonly settle: SettlePayment;
}): SimulatedPayments {
  const { data, publicUrl, settle } = parts;

  async function look(tenantId: TenantId, paymentId: string): Promise<OpenPayment> {
    const [row] = await data.statement<OpenPayment>(tenantId, {
      text: `SELECT purpose, amount_usd::float8 AS "amountUsd", state FROM payments WHERE id = $1`,
      values: [paymentId],
    });
    if (row === undefined) throw new PermanentError("There is no such payment.");
    return row;
  }

  return {
    open: async ({ tenantId, bookingId, amountUsd, purpose }) => {
      const [row] = await data.statement<{ id: string }>(tenantId, {
        // Nothing is changed where it is there, but then its row is given.
        text: `INSERT INTO payments (company_id, booking_id, amount_usd, purpose) VALUES ($1, $2, $3, $4)
               ON CONFLICT (company_id, booking_id) DO UPDATE SET purpose = payments.purpose RETURNING id`,
        values: [tenantId, bookingId, amountUsd, purpose],
      });
      if (row === undefined) throw new Error("payments: the insert answered nothing");
      return { url: `${publicUrl()}${paymentPath(tenantId, row.id)}` };
    },
    refund: async ({ tenantId, bookingId }) => {
      await data.statement(tenantId, {
        text: "UPDATE payments SET state = 'refunded', settled_at = now() WHERE booking_id = $1 AND state = 'paid'",
        values: [bookingId],
      });
    },
    look,
    settle: async (tenantId, paymentId, outcome) => {
      await look(tenantId, paymentId);
      return settle({ tenantId, paymentId, outcome });
    },
  };
}

/** A view that questions may read, as it is told to a model. */
export interface ReportView {
  readonly name: string;
  readonly columns: readonly string[];
  /** What one row is, and what a value means where its name does not say it. */
  readonly about: string;
}

/** Every view of the schema `reports`: numbers, states, times and ids; no words, names or addresses. */
export const reportViews: readonly ReportView[] = [
  view(
    "conversations",
    "id contact_id channel audience agent status owner queue waiting_since created_at updated_at closed_at",
    "channel: slack, discord, teams, web; status: active, escalated, snoozed, closed; owner: bot, queue, human, off",
  ),
  view(
    "messages",
    "id conversation_id author kind state created_at",
    "without their text; author: user, assistant (the bot), staff, system, tool",
  ),
  view("contacts", "id locale language time_zone created_at", "people who wrote, without names"),
  view(
    "turns",
    "id conversation_id state outcome model attempts input_tokens output_tokens cost_usd latency_ms started_at finished_at",
    "one answer of the bot; state: running, answered, silent, stood down, failed, dead",
  ),
  view(
    "tool_calls",
    "turn_id conversation_id tool ok duration_ms cost_usd started_at finished_at",
    "tools the bot used",
  ),
  view(
    "spending",
    "day agent model turns answered model_calls tool_calls searches input_tokens output_tokens model_usd tool_usd search_usd total_usd",
    "money by day (UTC), agent and model; a few minutes late",
  ),
  view(
    "tickets",
    "id number conversation_id contact_id queue priority status created_at updated_at response_due_at response_state resolution_due_at resolution_state",
    "priority: low, normal, high, urgent; status: open, pending, solved, closed; the states say whether a promised time was kept: met, breached",
  ),
  view(
    "handoff_rates",
    "day channel conversations escalated helped_by_people escalation_rate escalation_target handoff_rate resolution_rate resolution_target",
    "by the day conversations began (UTC) and channel; escalated: sent to people; resolution: nobody but the bot was needed; rates from 0 to 1 beside what is aimed at",
  ),
  view("leads", "id conversation_id contact_id source status created_at updated_at", "inquiries"),
  view(
    "deliveries",
    "id conversation_id turn_id kind state attempts created_at sent_at",
    "messages sent; state: pending, sending, sent, failed, unknown, cancelled",
  ),
  view(
    "approvals",
    "id conversation_id tool role state created_at expires_at decided_at",
    "tool calls a colleague had to allow; state: pending, approved, refused, expired, stood down",
  ),
  view(
    "events",
    "event_type conversation_id occurred_at",
    "event_type: handoff, response, feedback, action and others",
  ),
  view(
    "bookings",
    "id kind status conversation_id contact_id show_id starts_at event_date guests amount_usd refund_usd created_at updated_at",
    "kind: event (catering) or show (cinema); status: pending, held, payment failed, confirmed, expired, cancelled, completed",
  ),
  view(
    "payments",
    "booking_id amount_usd state created_at settled_at",
    "state: pending, paid, failed, refunded",
  ),
  view("shows", "id movie theater city screen_type day starts_at price seats_sold", "of a cinema"),
  view("menu_items", "id category name", "of a caterer"),
  view("accounts", "id contact_id plan status opened_on", "customers' accounts"),
  view(
    "orders",
    "id number account_id status placed_on expected_on delivered_on carrier total_usd",
    "status: processing, shipped, delivered, cancelled",
  ),
  view(
    "satisfaction",
    "id conversation_id resolved_by thumb score asked_at answered_at",
    "who was helped by a colleague says how it was; thumb: up, down; score: 1 to 5",
  ),
  view("refunds", "order_id amount_usd created_at", "of orders"),
];

/** All views in one text for a model. */
export function describeViews(): string {
  return reportViews.map(({ name, columns, about }) => `${name}(${columns.join(", ")}): ${about}`).join("\n");
}

function view(name: string, columns: string, about: string): ReportView {
  return { name, columns: columns.split(" "), about };
}

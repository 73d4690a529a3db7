import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantQuery } from "../../src/core/tenant-data.ts";

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** What an admin may change about the business, with what holds until then. Nothing else can be set. */
export const settings = {
  inquiries_open: z.boolean().default(true).describe("Whether inquiries are taken in the chat"),
  notify_staff: z.boolean().default(true).describe("Whether staff are told about each new lead"),
  capacity: z.int().min(1).max(100_000).default(500).describe("Guests on one day, all events together"),
  min_guests: z.int().min(1).max(100_000).default(10).describe("Smallest group"),
  max_guests: z.int().min(1).max(100_000).default(500).describe("Largest group"),
  closed_weekday: z
    .enum([...weekdays, "none"])
    .default("Monday")
    .describe("Day of the week without events"),
  price_from: z.number().min(0).max(100_000).default(25).describe("US dollars a person, from"),
  price_to: z.number().min(0).max(100_000).default(35).describe("US dollars a person, to"),
  deposit_percent: z.int().min(0).max(100).default(50).describe("Deposit in percent of the price"),
} as const;
const facts = z.object(settings);
export type Facts = z.output<typeof facts>;

/** A catering business today. */
interface Catering {
  /** YYYY-MM-DD, where the business is. */
  readonly today: string;
  readonly facts: Facts;
}

/** Today and the settings of a company's business in one row; no row where it has none. */
export function selectCatering(now: Date, options: { readonly lock?: boolean } = {}): TenantQuery {
  return {
    text: `SELECT (z.today)::text AS today, z.settings FROM (
             SELECT ($1::timestamptz AT TIME ZONE time_zone)::date AS today,
                    (SELECT jsonb_object_agg(name, value) FROM business_settings) AS settings
               FROM businesses WHERE kind = 'catering'${options.lock === true ? " FOR UPDATE" : ""}) z`,
    values: [now],
  };
}

/** Throws PermanentError where a company has no catering business. */
export function toCatering(
  rows: readonly { readonly today: string; readonly settings: unknown }[],
): Catering {
  const [row] = rows;
  if (row === undefined) throw new PermanentError("There is no catering here.");
  return { today: row.today, facts: facts.parse(row.settings ?? {}) };
}

/** What speaks against an event on a day, in words for the person; undefined where nothing does. */
export function findProblem(
  event: { readonly date?: string | undefined; readonly guests?: number | undefined },
  { today, facts: known }: Catering,
): string | undefined {
  const { date, guests } = event;
  if (guests !== undefined && guests < known.min_guests)
    return `We cater for groups of ${known.min_guests} to ${known.max_guests} guests; ${guests} are too few.`;
  if (guests !== undefined && guests > known.max_guests)
    return `We cater for groups of ${known.min_guests} to ${known.max_guests} guests; ${guests} are too many.`;
  if (date === undefined) return undefined;
  if (!isDay(date)) return `The date must be a day such as ${today}.`;
  if (date < today) return "This date has passed. Please choose a day to come.";
  if (weekdayOf(date) === known.closed_weekday)
    return `We are closed on ${known.closed_weekday}s. Please choose another day.`;
  return undefined;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function weekdayOf(day: string): string {
  return weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? "";
}

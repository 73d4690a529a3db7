import { z } from "zod";
import type { OpeningHours, OpenSpan } from "../core/business-time.ts";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const someDay = `(?:${days.join("|")})`;

const span = z
  .string()
  .regex(/^\d{1,2}:\d{2}-\d{1,2}:\d{2}$/, "must be hours such as 09:00-17:00")
  .refine((text) => isSpan(toSpan(text)), "must begin before it ends, between 00:00 and 24:00");

/** When a company is there, as its file has it: `week: { mon-fri: "09:00-17:00" }` and its holidays. */
export const openingHoursFile = z.strictObject({
  week: z
    .record(
      z.string().regex(new RegExp(`^${someDay}(-${someDay})?$`), "must be days such as mon or mon-fri"),
      z.union([span, z.array(span)], "must be hours such as 09:00-17:00, or a list of them"),
    )
    .refine((week) => Object.values(week).some((spans) => spans.length > 0), "must have hours on some day"),
  holidays: z.array(z.iso.date("must be days such as 2026-12-25")).default([]),
  closedText: z.string("must be what people are told").min(1).max(1_000).optional(),
});

const minutes = z.number("must be minutes, such as 60").min(1).max(100_000).optional();
const target = z.strictObject({ firstResponseMinutes: minutes, resolutionMinutes: minutes });

/** How soon colleagues promise to answer and to solve, by how urgent a ticket is, as a company's file has it. */
export const slaFile = z.strictObject({
  urgent: target.optional(),
  high: target.optional(),
  normal: target.optional(),
  low: target.optional(),
});

/** Minutes in which a company is there, by how urgent a ticket is. */
export type SlaFile = z.output<typeof slaFile>;

/** A day that is named twice has the hours of both. */
export function toOpeningHours(
  { week, holidays }: Pick<z.output<typeof openingHoursFile>, "week" | "holidays">,
  timeZone = "UTC",
): OpeningHours {
  const spans = days.map((): OpenSpan[] => []);
  for (const [key, said] of Object.entries(week)) {
    for (const day of daysIn(key)) spans[day]?.push(...[said].flat().map(toSpan));
  }
  return {
    timeZone,
    week: spans.map((day) => day.toSorted((a, b) => a.from - b.from)),
    holidays: new Set(holidays),
  };
}

/** `fri-mon` runs over the weekend. */
function daysIn(key: string): readonly number[] {
  const [first = "", last = first] = key.split("-");
  const from = days.findIndex((day) => day === first);
  const to = days.findIndex((day) => day === last);
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => (from + index) % 7);
}

function toSpan(text: string): OpenSpan {
  const [from = 0, to = 0] = text.split("-").map((clock) => {
    const [hour = 0, minute = 0] = clock.split(":").map(Number);
    return minute < 60 ? hour * 60 + minute : Number.NaN;
  });
  return { from, to };
}

function isSpan({ from, to }: OpenSpan): boolean {
  return from >= 0 && from < to && to <= 24 * 60;
}

import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool } from "../../src/core/tool.ts";

/** The current date and time where the caller is, or in a time zone asked for. */
export const getTime = defineTool({
  name: "get_time",
  description:
    "Gives the current date, time and weekday. Without a time zone: where the person is, or UTC when that is unknown.",
  input: z.strictObject({
    timeZone: z.string().max(64).optional().describe("IANA time zone, e.g. Europe/Berlin"),
  }),
  output: z.object({ iso: z.string(), local: z.string(), timeZone: z.string(), utcOffset: z.string() }),
  roles: ["customer", "staff", "admin", "analytics"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0,
  run({ timeZone }, context) {
    const zone = timeZone ?? context.timeZone ?? "UTC";
    return Promise.resolve().then(() => tellTime(context.now, zone));
  },
});

function tellTime(now: Date, timeZone: string) {
  const parts = new Map(
    toFormat(timeZone)
      .formatToParts(now)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  const time = `${part("hour")}:${part("minute")}:${part("second")}`;
  return {
    iso: now.toISOString(),
    local: `${part("weekday")}, ${day} ${time}`,
    timeZone,
    utcOffset: part("timeZoneName").replace("GMT", "") || "+00:00",
  };
}

function toFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "long",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZoneName: "longOffset",
    });
  } catch (cause) {
    throw new PermanentError(
      `get_time: ${JSON.stringify(timeZone)} is not an IANA time zone such as Europe/Berlin`,
      { cause },
    );
  }
}

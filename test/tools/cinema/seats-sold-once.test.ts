import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays } from "../../../tools/cinema/read-when.ts";
import { showIdBase, slots } from "../../../tools/cinema/programme.ts";
import { openBusinessStand, type BusinessStand, type Caller } from "../business-stand.ts";

const buyers = 5;
let stand: BusinessStand;
let callers: Caller[];
const shows: number[] = [];
beforeAll(async () => {
  stand = await openBusinessStand();
  const tenantId = await stand.aCompany("cinema");
  callers = await Promise.all(Array.from({ length: buyers }, () => stand.aCaller(tenantId)));
  for (let day = 1; day <= 3; day += 1) {
    const date = addDays("2026-11-21", day);
    await stand.call(await stand.aCaller(tenantId), "search_movies", { query: "anything", date });
    shows.push(...slots.map((_, at) => showIdBase(date) + at));
  }
});
afterAll(() => stand.stop());

/** Some of six seats nobody has, for each buyer, perhaps twice over, perhaps the same. */
const wishes = fc.array(
  fc.record({
    buyer: fc.nat(buyers - 1),
    seats: fc.uniqueArray(fc.integer({ min: 103, max: 108 }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 2, maxLength: 7 },
);

test("T: however many book at the same moment, no seat is sold twice and whoever is refused has none", async () => {
  await fc.assert(
    fc.asyncProperty(wishes, async (all) => {
      const showId = shows.pop();
      if (showId === undefined) throw new Error("the programme is too short for this test");
      const outcomes = await Promise.allSettled(
        all.map(({ buyer, seats }) => {
          const caller = callers[buyer];
          if (caller === undefined) throw new Error("no buyer");
          return stand.call(caller, "create_booking", { show_id: showId, seat_ids: seats });
        }),
      );
      const { tenantId } = callers[0] ?? { tenantId: undefined };
      if (tenantId === undefined) throw new Error("no buyer");
      const sold = await stand.data.statement<{ seat_id: number; code: string }>(tenantId, {
        text: `SELECT o.seat_id, b.code FROM sold_seats o JOIN bookings b ON b.id = o.booking_id
                WHERE o.show_id = $1 ORDER BY o.seat_id`,
        values: [showId],
      });
      await stand.data.statement(tenantId, {
        text: "WITH gone AS (DELETE FROM sold_seats WHERE show_id = $1) UPDATE bookings SET status = 'cancelled' WHERE show_id = $1",
        values: [showId],
      });
      expect(new Set(sold.map((row) => row.seat_id)).size).toBe(sold.length);
      const granted = new Map<string, readonly number[]>();
      for (const [index, outcome] of outcomes.entries()) {
        if (outcome.status === "fulfilled")
          granted.set(
            String(outcome.value["booking_id"]),
            (all[index]?.seats ?? []).toSorted((one, other) => one - other),
          );
        else expect(String(outcome.reason)).toMatch(/taken|waiting for their payment/);
      }
      const bySale = Map.groupBy(sold, (row) => row.code);
      expect(new Map([...bySale].map(([code, rows]) => [code, rows.map((row) => row.seat_id)]))).toEqual(
        granted,
      );
      expect(granted.size).toBeGreaterThan(0);
    }),
    { numRuns: 15, endOnFailure: true },
  );
});

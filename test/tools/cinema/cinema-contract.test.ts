import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toolContract } from "../../contract/tool.ts";
import { showIdBase } from "../../../tools/cinema/programme.ts";
import { contractNow, openBusinessStand, type BusinessStand } from "../business-stand.ts";

let stand: BusinessStand;
beforeAll(async () => {
  stand = await openBusinessStand();
  const caller = await stand.contractCaller("cinema");
  await stand.call(caller, "search_movies", { query: "anything" }, { now: contractNow });
  await stand.call(caller, "get_user_bookings", {}, { now: contractNow });
});
afterAll(() => stand.stop());

/** Barbie at 7:30 PM on the day the contract calls. */
const show = showIdBase("2026-03-01") + 3;
const subjects = {
  search_movies: {
    good: { query: "funny" },
    bad: {
      "nothing at all": {},
      "a wish of spaces": { query: "  " },
      "a screen that is none": { query: "x", screen_type: "3D" },
      "a number": { query: 7 },
    },
  },
  get_showtimes: { good: { movie_id: 2 }, bad: { "no movie": {}, "a name": { movie_id: "Barbie" } } },
  check_seat_availability: {
    good: { show_id: show },
    bad: { "no show": {}, "half a show": { show_id: 1.5 } },
  },
  create_booking: {
    good: { show_id: show, seat_ids: [105, 106], user_id: 42 },
    bad: {
      "no seats": { show_id: show, seat_ids: [] },
      "too many seats": { show_id: show, seat_ids: Array.from({ length: 11 }, (_, at) => at + 301) },
      "seats by their labels": { show_id: show, seat_ids: ["A5"] },
      "no show": { seat_ids: [105] },
    },
  },
  cancel_booking: {
    good: { booking_id: "XYZ789" },
    bad: { "no booking": {}, "too short": { booking_id: "X" } },
  },
  get_booking_status: {
    good: { booking_id: "XYZ789" },
    bad: { "no booking": {}, "a list": { booking_id: [] } },
  },
  get_recommendations: { good: {}, bad: { "a user by name": { user_id: "Ann" } } },
  get_user_bookings: { good: { user_id: 7 }, bad: { "a user by name": { user_id: "Ann" } } },
} as const;

for (const [name, { good, bad }] of Object.entries(subjects))
  toolContract(name, { create: () => stand.tool(name), good, bad });

describe("R124–R131: the eight tools of a cinema", () => {
  test("have the fields they are known by", () => {
    const fields = Object.keys(subjects).map((name) => {
      const schema = stand.tool(name).input.toJSONSchema() as { properties: object; required?: string[] };
      return [name, Object.keys(schema.properties), schema.required ?? []];
    });
    expect(fields).toEqual([
      ["search_movies", ["query", "city", "date", "time", "screen_type"], ["query"]],
      ["get_showtimes", ["movie_id", "city", "date"], ["movie_id"]],
      ["check_seat_availability", ["show_id"], ["show_id"]],
      ["create_booking", ["show_id", "seat_ids", "user_id"], ["show_id", "seat_ids"]],
      ["cancel_booking", ["booking_id"], ["booking_id"]],
      ["get_booking_status", ["booking_id"], ["booking_id"]],
      ["get_recommendations", ["user_id"], []],
      ["get_user_bookings", ["user_id"], []],
    ]);
  });
});

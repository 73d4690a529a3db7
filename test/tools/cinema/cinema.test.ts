import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TenantId } from "../../../src/core/ids.ts";
import { noon, openBusinessStand, type BusinessStand, type Caller } from "../business-stand.ts";

interface Show {
  readonly show_id: number;
  readonly title: string;
  readonly theater: string;
  readonly time: string;
  readonly price: number;
}
interface Found {
  readonly movies: readonly { readonly title: string; readonly shows: readonly Show[] }[];
  readonly list: string;
}

let stand: BusinessStand;
let tenantId: TenantId;
beforeAll(async () => {
  stand = await openBusinessStand();
  tenantId = await stand.aCompany("cinema");
});
afterAll(() => stand.stop());

const search = async (caller: Caller, args: object, now = noon) =>
  (await stand.call(caller, "search_movies", args, { now })) as unknown as Found;

async function showOf(caller: Caller, title: string, time: string): Promise<Show> {
  const { movies } = await search(caller, { query: title });
  const show = movies.flatMap(({ shows }) => shows).find((one) => one.time === time);
  if (show === undefined) throw new Error(`no ${title} at ${time}`);
  return show;
}

async function seatIds(
  caller: Caller,
  showId: number,
  labels: readonly string[],
  now = noon,
): Promise<number[]> {
  const { seats } = await stand.call(caller, "check_seat_availability", { show_id: showId }, { now });
  return (seats as { seat_id: number; label: string }[])
    .filter(({ label }) => labels.includes(label))
    .map(({ seat_id: id }) => id);
}

const paymentOf = (url: unknown) => String(url).split("/").at(-1) ?? "";

describe("what plays", () => {
  test("R132: Avengers tonight in IMAX near downtown is AMC Downtown at 7:00 PM for $22 and Regal Center at 9:30 PM for $24", async () => {
    const caller = await stand.aCaller(tenantId);
    const { movies, list } = await search(caller, {
      query: "Avengers",
      city: "near downtown",
      date: "tonight",
      screen_type: "IMAX",
    });
    expect(movies.map(({ title }) => title)).toEqual(["Avengers"]);
    expect(movies[0]?.shows).toMatchObject([
      { theater: "AMC Downtown", time: "7:00 PM", price: 22 },
      { theater: "Regal Center", time: "9:30 PM", price: 24 },
    ]);
    expect(list).toBe(
      "1. **Avengers** (IMAX): AMC Downtown, 7:00 PM, $22\n2. **Avengers** (IMAX): Regal Center, 9:30 PM, $24",
    );
  });

  test("R133: something funny tonight is Barbie at 7:30 and 9:45 in the AMC Downtown, and The Hangover at 8:00 in the Regal", async () => {
    const caller = await stand.aCaller(tenantId);
    const { movies } = await search(caller, { query: "something funny", date: "tonight" });
    expect(
      movies.map(({ title, shows }) => [title, shows.map(({ theater, time }) => `${theater} ${time}`)]),
    ).toEqual([
      ["Barbie", ["AMC Downtown 7:30 PM", "AMC Downtown 9:45 PM"]],
      ["The Hangover", ["Regal Center 8:00 PM"]],
    ]);
  });

  test("shows that have begun are not offered, and what nobody plays is said to be nowhere", async () => {
    const caller = await stand.aCaller(tenantId);
    const late = new Date("2026-11-22T02:00:00Z"); // 8 PM in Chicago
    const { movies } = await search(caller, { query: "something funny", date: "today" }, late);
    expect(movies.flatMap(({ shows }) => shows.map(({ time }) => time))).toEqual(["9:45 PM"]);
    expect(await search(caller, { query: "Casablanca" })).toMatchObject({
      movies: [],
      list: "I found no shows for that on 2026-11-21.",
    });
  });

  test("whoever asks after the day's last show is shown the next day's, and told so", async () => {
    const caller = await stand.aCaller(tenantId);
    const late = new Date("2026-11-22T05:10:00Z"); // 11:10 PM in Chicago
    const found = await search(caller, { query: "something funny", date: "tonight" }, late);
    expect(found).toMatchObject({ date: "2026-11-22", is_next_day: true });
    expect(found.list).toMatch(/^Nothing of that is left today\. Tomorrow:\n\n1\. \*\*Barbie\*\*/);
    expect(await search(caller, { query: "something funny" })).toMatchObject({
      date: "2026-11-21",
      is_next_day: false,
    });
  });

  test.each([
    ["a day that is none", { query: "x", date: "2026-02-30" }, "The date must be"],
    ["a time that is none", { query: "x", time: "25:00" }, "The time must be"],
  ])("says in words what is wrong with %s", async (_, args, words) => {
    const caller = await stand.aCaller(tenantId);
    await expect(search(caller, args)).rejects.toThrow(words);
  });

  test("tomorrow has shows of its own, and get_showtimes gives them for one movie", async () => {
    const caller = await stand.aCaller(tenantId);
    const today = await stand.call(caller, "get_showtimes", { movie_id: 2 });
    const tomorrow = await stand.call(caller, "get_showtimes", { movie_id: 2, date: "tomorrow" });
    expect(today["shows"]).toHaveLength(3);
    expect(tomorrow["date"]).toBe("2026-11-22");
    const ids = [today, tomorrow].flatMap(({ shows }) => (shows as Show[]).map((show) => show.show_id));
    expect(new Set(ids).size).toBe(6);
  });

  test("R130: who has seats for a superhero movie is recommended another one first", async () => {
    const caller = await stand.aCaller(tenantId);
    await stand.call(caller, "get_user_bookings", {});
    const { recommendations } = await stand.call(caller, "get_recommendations", { user_id: 1 });
    expect(recommendations).toMatchObject([
      { title: "Spider-Man: Across the Spider-Verse", reason: "like Avengers" },
      { title: "Dune" },
      { title: "Oppenheimer" },
    ]);
  });
});

describe("R133: a booking", () => {
  test("is held, paid outside of the conversation, and confirmed there with its code", async () => {
    const cinema = await stand.aCompany("cinema");
    const caller = await stand.aCaller(cinema);
    const show = await showOf(caller, "Barbie", "7:30 PM");
    const ids = await seatIds(caller, show.show_id, ["A5", "A6"]);
    const booking = await stand.call(caller, "create_booking", { show_id: show.show_id, seat_ids: ids });
    expect(booking).toMatchObject({
      booking_id: "ABC123",
      status: "awaiting payment",
      seats: ["A5", "A6"],
      total: 28,
      pay_before: "11:10 AM",
    });
    expect(await stand.announced(cinema)).toEqual([]);
    const payment = paymentOf(booking["payment_url"]);
    expect(await stand.payments.look(cinema, payment)).toMatchObject({ amountUsd: 28, state: "pending" });
    const paid = await stand.payments.settle(cinema, payment, "paid");
    expect(await stand.payments.settle(cinema, payment, "paid")).toEqual(paid);
    expect(paid).toEqual({ kind: "confirmed", code: "ABC123" });
    expect(await stand.announced(cinema)).toMatchObject([
      {
        audience: "conversation",
        topic: "booking confirmed",
        conversationId: caller.conversationId,
        body: "Booking confirmed! **Barbie**: AMC Downtown, 7:30 PM, seats A5, A6. Your confirmation code is **ABC123**.",
      },
    ]);
    expect(await stand.call(caller, "get_booking_status", { booking_id: "abc123" })).toMatchObject({
      status: "confirmed",
      summary: "**Barbie**: AMC Downtown, 7:30 PM, seats A5, A6",
    });
  });

  test("R135: a payment that fails says so, keeps the seats, and may be tried again", async () => {
    const caller = await stand.aCaller(tenantId);
    const { show_id: showId } = await showOf(caller, "Barbie", "9:45 PM");
    const booking = await stand.call(caller, "create_booking", { show_id: showId, seat_ids: [105] });
    const payment = paymentOf(booking["payment_url"]);
    await stand.announced(tenantId);
    expect(await stand.payments.settle(tenantId, payment, "failed")).toMatchObject({
      kind: "payment failed",
    });
    const [said] = await stand.announced(tenantId);
    expect(said).toMatchObject({ topic: "payment failed" });
    expect(said?.body).toContain("did not go through");
    const code = booking["booking_id"];
    expect(await stand.call(caller, "get_booking_status", { booking_id: code })).toMatchObject({
      status: "payment failed",
      seats: ["A5"],
    });
    expect(await stand.payments.settle(tenantId, payment, "paid")).toEqual({ kind: "confirmed", code });
  });

  test("that is not paid in time lets its seats go, and money that comes later goes back", async () => {
    const [slow, quick] = [await stand.aCaller(tenantId), await stand.aCaller(tenantId)];
    const { show_id: showId } = await showOf(slow, "The Hangover", "8:00 PM");
    const wish = { show_id: showId, seat_ids: [105, 106] };
    const first = await stand.call(slow, "create_booking", wish);
    await expect(stand.call(quick, "create_booking", wish)).rejects.toThrow(
      "Seats A5, A6 are taken. Please choose other seats.",
    );
    const later = new Date(noon.getTime() + 11 * 60_000);
    expect(await seatIds(quick, showId, ["A5", "A6"], later)).toEqual([105, 106]);
    expect(await stand.call(quick, "create_booking", wish, { now: later })).toMatchObject({
      seats: ["A5", "A6"],
    });
    await stand.announced(tenantId);
    expect(await stand.payments.settle(tenantId, paymentOf(first["payment_url"]), "paid")).toEqual({
      kind: "too late",
    });
    expect(await stand.announced(tenantId)).toMatchObject([{ topic: "payment refunded" }]);
    expect(await stand.payments.look(tenantId, paymentOf(first["payment_url"]))).toMatchObject({
      state: "refunded",
    });
    expect(await stand.call(slow, "get_booking_status", { booking_id: first["booking_id"] })).toMatchObject({
      status: "expired",
    });
  });

  test("of the same call or for the same seats again is the same booking", async () => {
    const caller = await stand.aCaller(tenantId);
    const { show_id: showId } = await showOf(caller, "Avengers", "7:00 PM");
    const wish = { show_id: showId, seat_ids: [205, 206] };
    const first = await stand.call(caller, "create_booking", wish, { key: "one" });
    expect(await stand.call(caller, "create_booking", wish, { key: "one" })).toEqual(first);
    const again = await stand.call(caller, "create_booking", { ...wish, seat_ids: [206, 205, 206] });
    const { booking_id, seats, total, payment_url } = first;
    expect(again).toMatchObject({ booking_id, seats, total, payment_url });
    const { bookings } = await stand.call(caller, "get_user_bookings", {});
    expect(bookings).toHaveLength(1);
  });

  test("T: a seat that is none, a show that is none or has begun, and a fourth unpaid booking are refused in words", async () => {
    const caller = await stand.aCaller(tenantId);
    const { show_id: showId } = await showOf(caller, "Oppenheimer", "7:00 PM");
    const book = (args: object, now = noon) => stand.call(caller, "create_booking", args, { now });
    await expect(book({ show_id: showId, seat_ids: [999] })).rejects.toThrow("no seat with the id 999");
    await expect(book({ show_id: 7, seat_ids: [105] })).rejects.toThrow("no show with the id 7");
    const night = new Date("2026-11-22T03:00:00Z");
    await expect(book({ show_id: showId, seat_ids: [105] }, night)).rejects.toThrow("has begun");
    for (const seat of [103, 104, 105]) await book({ show_id: showId, seat_ids: [seat] });
    await expect(book({ show_id: showId, seat_ids: [106] })).rejects.toThrow("waiting for their payment");
  });
});

describe("R134: the bookings someone has", () => {
  test("are for tonight: Avengers, AMC Downtown, 8:00 PM, B7 and B8, confirmed, XYZ789; cancelled, they give $36 back in 3–5 days", async () => {
    const cinema = await stand.aCompany("cinema");
    const caller = await stand.aCaller(cinema);
    const { list, bookings } = await stand.call(caller, "get_user_bookings", {});
    expect(list).toBe(
      "1. **Avengers**: AMC Downtown, 8:00 PM, seats B7, B8 on 2026-11-21, $36 (Confirmed, XYZ789)",
    );
    expect(bookings).toMatchObject([
      { booking_id: "XYZ789", status: "confirmed", cancellable: true, total: 36 },
    ]);
    const cancelled = await stand.call(caller, "cancel_booking", { booking_id: "XYZ789" });
    expect(cancelled).toEqual({
      booking_id: "XYZ789",
      status: "cancelled",
      refund_amount: 36,
      refund_days: "3–5",
      message: "Your booking is cancelled. You get $36 back within 3–5 days.",
    });
    expect(await stand.call(caller, "cancel_booking", { booking_id: "XYZ789" })).toEqual(cancelled);
    const show = await showOf(caller, "Avengers", "8:00 PM");
    expect(await seatIds(caller, show.show_id, ["B7", "B8"])).toEqual([207, 208]);
    const { bookings: after } = await stand.call(caller, "get_user_bookings", {});
    expect(after).toMatchObject([
      { booking_id: "XYZ789", status: "cancelled", cancellable: false, refund_amount: 36 },
    ]);
  });

  test("are given to newcomers once each, also when they ask twice at the same moment", async () => {
    const cinema = await stand.aCompany("cinema");
    const callers = await Promise.all(Array.from({ length: 3 }, () => stand.aCaller(cinema)));
    await Promise.all([...callers, ...callers].map((caller) => stand.call(caller, "get_user_bookings", {})));
    const all = await Promise.all(
      callers.map(async (caller) => (await stand.call(caller, "get_user_bookings", {}))["bookings"]),
    );
    expect(all.map((bookings) => (bookings as unknown[]).length)).toEqual([1, 1, 1]);
    const codes = new Set(
      all.flatMap((bookings) => (bookings as { booking_id: string }[]).map((one) => one.booking_id)),
    );
    expect(codes.size).toBe(3);
    expect(codes).toContain("XYZ789");
  });

  test("cannot be cancelled once the show has begun", async () => {
    const caller = await stand.aCaller(tenantId);
    const { bookings } = await stand.call(caller, "get_user_bookings", {});
    const [{ booking_id: code } = { booking_id: "" }] = bookings as { booking_id: string }[];
    const later = new Date("2026-11-22T02:00:01Z");
    await expect(stand.call(caller, "cancel_booking", { booking_id: code }, { now: later })).rejects.toThrow(
      "The show has begun",
    );
  });

  test("R122: are nobody else's, whatever user_id is written, in this company or another", async () => {
    const owner = await stand.aCaller(tenantId);
    const { bookings } = await stand.call(owner, "get_user_bookings", {});
    const [{ booking_id: code } = { booking_id: "" }] = bookings as { booking_id: string }[];
    const stranger = await stand.aCaller(tenantId);
    const foreigner = await stand.aCaller(await stand.aCompany("cinema"));
    const refusal = `I found no booking with the code ${code}.`;
    for (const [other, role] of [
      [stranger, "customer"],
      [foreigner, "customer"],
      [foreigner, "staff"],
    ] as const) {
      for (const tool of ["get_booking_status", "cancel_booking"])
        await expect(stand.call(other, tool, { booking_id: code }, { role })).rejects.toThrow(refusal);
    }
    const { bookings: own } = await stand.call(stranger, "get_user_bookings", { user_id: 1 });
    expect((own as { booking_id: string }[]).map((one) => one.booking_id)).not.toContain(code);
    const byStaff = await stand.call(stranger, "get_booking_status", { booking_id: code }, { role: "staff" });
    expect(byStaff).toMatchObject({ booking_id: code });
  });
});

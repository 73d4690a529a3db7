import fc from "fast-check";
import { expect, test } from "vitest";
import { drawSeatMap, seatLabel, type Seat } from "../../../tools/cinema/seat-map.ts";
import { bookingCode } from "../../../tools/cinema/booking-code.ts";
import { matchMovies } from "../../../tools/cinema/match-movies.ts";
import { movies, seatsOfRoom } from "../../../tools/cinema/programme.ts";
import { readWhen } from "../../../tools/cinema/read-when.ts";
import { listShows } from "../../../tools/cinema/show-lists.ts";

const room = (taken: ReadonlySet<number>): Seat[] =>
  seatsOfRoom().map(({ id, row, number }) => ({ seat_id: id, row, number, free: !taken.has(id) }));

test("R138: a seat map shows rows, an aisle, free seats by number and taken ones as x", () => {
  const map = drawSeatMap(room(new Set([101, 102])).filter(({ row }) => row < "C"));
  expect(map).toBe(
    [
      "```",
      `${" ".repeat(14)}SCREEN${" ".repeat(14)}`,
      "A   x  x  3  4  5    6  7  8  9 10",
      "B   1  2  3  4  5    6  7  8  9 10",
      "```",
      "Free seats show their number, x is taken.",
    ].join("\n"),
  );
});

test("whatever is taken, every line of a map is equally wide and fits a telephone, and every free seat is in it", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...seatsOfRoom().map(({ id }) => id))), (ids) => {
      const seats = room(new Set(ids));
      const lines = drawSeatMap(seats).split("\n").slice(1, -2);
      expect(new Set(lines.map((line) => line.length)).size).toBe(1);
      expect(lines[0]?.length).toBeLessThanOrEqual(36);
      const free = lines
        .slice(1)
        .flatMap((line) =>
          [...line.slice(1).matchAll(/\d+/g)].map(([number]) => `${line.charAt(0)}${number}`),
        );
      expect(free).toEqual(seats.filter((seat) => seat.free).map(seatLabel));
    }),
  );
});

test("codes are three letters and three digits, and the first hundred thousand all differ", () => {
  const codes = Array.from({ length: 100_000 }, (_, n) => bookingCode("booking", n));
  expect(codes[0]).toBe("ABC123");
  expect(bookingCode("sample", 0)).toBe("XYZ789");
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => /^[A-Z]{3}\d{3}$/.test(code))).toBe(true);
});

test.each([
  ["something funny", ["Barbie", "The Hangover"]],
  ["avengers", ["Avengers"]],
  ["the new Spiderman movie or Spider-Man", ["Spider-Man: Across the Spider-Verse"]],
  ["a comedy", ["Barbie", "The Hangover"]],
  ["sci-fi", ["Avengers", "Dune"]],
  ["science fiction", ["Avengers", "Dune"]],
  ["Casablanca", []],
])("a wish for %s finds %j", (query, titles) => {
  expect(matchMovies(query, movies).map(({ title }) => title)).toEqual(titles);
});

test("a wish that says nothing finds everything", () => {
  expect(matchMovies("something to watch tonight", movies)).toHaveLength(movies.length);
});

test.each([
  [undefined, undefined, "2026-11-21", 0, 1440],
  ["tonight", undefined, "2026-11-21", 1020, 1440],
  ["Tomorrow", "7:30 PM", "2026-11-22", 1110, 1231],
  ["2026-12-24", "evening", "2026-12-24", 1020, 1440],
  ["today", "19:30", "2026-11-21", 1110, 1231],
  ["tomorrow", "12 am", "2026-11-22", -60, 61],
])("date %j and time %j mean %s from minute %i to %i", (date, time, day, from, to) => {
  expect(readWhen(date, time, "2026-11-21")).toEqual({ day, span: { from, to } });
});

test("R137: a list is numbered in order, one line a show, and names bring no markup of their own", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const show = fc.record({
    show_id: fc.nat(),
    movie_id: fc.nat(),
    title: text,
    theater: text,
    city: text,
    screen_type: fc.constantFrom("IMAX" as const, "4DX" as const, "Regular" as const),
    date: fc.constantFrom("2026-11-21", "2026-11-22"),
    time: fc.constant("7:30 PM"),
    price: fc.integer({ min: 0, max: 99 }),
    seats_left: fc.nat(80),
  });
  fc.assert(
    fc.property(fc.array(show, { maxLength: 12 }), (shows) => {
      const lines = shows.length === 0 ? [] : listShows(shows).split("\n");
      expect(lines).toHaveLength(shows.length);
      for (const [index, line] of lines.entries()) {
        expect(line.startsWith(`${index + 1}. **`)).toBe(true);
        expect(line.endsWith(`$${shows[index]?.price}`)).toBe(true);
        expect(line.replaceAll(/\\./g, "")).not.toMatch(/[`_[\]<>#|~{}]/);
      }
    }),
  );
});

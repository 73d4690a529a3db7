import { PermanentError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData, TenantQuery } from "../../src/core/tenant-data.ts";
import { isSoldAtBoxOffice, seatsOfRoom, showIdBase, slots } from "./programme.ts";
import { addDays } from "./read-when.ts";

/** A show as the database knows it, in the cinema's own time. */
export interface Show {
  readonly show_id: number;
  readonly movie_id: number;
  readonly title: string;
  readonly genres: readonly string[];
  readonly moods: readonly string[];
  readonly synopsis: string;
  readonly minutes: number;
  readonly rating: number;
  readonly theater_id: number;
  readonly theater: string;
  readonly area: string;
  readonly city: string;
  readonly screen_type: "IMAX" | "4DX" | "Regular";
  /** YYYY-MM-DD. */
  readonly date: string;
  /** `7:30 PM`. */
  readonly time: string;
  /** Minutes since midnight. */
  readonly minute: number;
  readonly starts_at: Date;
  /** US dollars. */
  readonly price: number;
  readonly seats_left: number;
}

/** Where and when a cinema is. */
interface Cinema {
  readonly timeZone: string;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly samples: boolean;
}

/** The programme is known for so many days, today included. */
const programmeDays = 14;

/** A seat someone took without paying in time is nobody's again. Speaks of `b`, a booking; `$1` is now. */
export const holdIsOver = "(b.status IN ('held', 'payment failed') AND b.held_until <= $1)";

/** Columns of a Show, from `s` shows, `m` movies, `t` theaters, `z` businesses; `$1` is now. */
const showColumns = `
  s.id AS show_id, m.id AS movie_id, m.title, m.genres, m.moods, m.synopsis, m.minutes, m.rating::float8 AS rating,
  t.id AS theater_id, t.name AS theater, t.area, t.city, s.screen_type, s.day::text AS date, s.starts_at,
  to_char(s.starts_at AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS time,
  (extract(hour FROM s.starts_at AT TIME ZONE z.time_zone) * 60
    + extract(minute FROM s.starts_at AT TIME ZONE z.time_zone))::int AS minute,
  s.price::float8 AS price,
  ((SELECT count(*) FROM seats x WHERE x.theater_id = t.id)
    - (SELECT count(*) FROM sold_seats o LEFT JOIN bookings b ON b.id = o.booking_id
        WHERE o.show_id = s.id AND ${holdIsOver} IS NOT TRUE))::int AS seats_left`;
const showTables = `shows s JOIN movies m ON m.id = s.movie_id JOIN theaters t ON t.id = s.theater_id
  JOIN businesses z ON z.kind = 'cinema'`;

/** The shows of a cinema. */
export interface CinemaShows {
  open(tenantId: TenantId, now: Date): Promise<Cinema>;
  /** All shows from one day to another that have not begun, in the order they are told. */
  between(tenantId: TenantId, when: { from: string; to: string; now: Date }): Promise<Show[]>;
  /** Throws PermanentError for a show that is not there. */
  one(tenantId: TenantId, showId: number, now: Date): Promise<Show>;
}

/** Reads shows; a demo cinema's programme is written down the first time somebody asks about a day. */
export function createCinemaShows(data: TenantData): CinemaShows {
  const written = new Set<string>();

  async function open(tenantId: TenantId, now: Date): Promise<Cinema> {
    const [row] = await data.statement<Cinema>(tenantId, {
      text: `SELECT time_zone AS "timeZone", ($1::timestamptz AT TIME ZONE time_zone)::date::text AS today, samples
               FROM businesses WHERE kind = 'cinema'`,
      values: [now],
    });
    if (row === undefined) throw new PermanentError("There is no cinema programme here.");
    return row;
  }

  async function ensure(tenantId: TenantId, cinema: Cinema, days: readonly string[]): Promise<void> {
    if (!cinema.samples) return;
    for (const day of days.filter((one) => !written.has(`${tenantId} ${one}`))) {
      await data.statement(tenantId, insertDay(tenantId, day, cinema.timeZone));
      written.add(`${tenantId} ${day}`);
    }
  }

  return {
    open,
    between: async (tenantId, { from, to, now }) => {
      const cinema = await open(tenantId, now);
      const known = Array.from({ length: programmeDays }, (_, index) => addDays(cinema.today, index));
      await ensure(
        tenantId,
        cinema,
        known.filter((day) => day >= from && day <= to),
      );
      return data.statement<Show>(tenantId, {
        text: `SELECT ${showColumns} FROM ${showTables}
                WHERE s.day BETWEEN $2 AND $3 AND s.starts_at > $1 ORDER BY s.starts_at, t.id LIMIT 500`,
        values: [now, from, to],
      });
    },
    one: async (tenantId, showId, now) => {
      const [show] = await data.statement<Show>(tenantId, selectShow(showId, now));
      if (show === undefined) throw new PermanentError(`There is no show with the id ${showId}.`);
      return show;
    },
  };
}

/** One show, as a Show; no row where there is none. */
export function selectShow(showId: number, now: Date): TenantQuery {
  return { text: `SELECT ${showColumns} FROM ${showTables} WHERE s.id = $2`, values: [now, showId] };
}

/** A day's shows and the seats the box office sold; days that are there already stay as they are. */
function insertDay(tenantId: TenantId, day: string, timeZone: string): TenantQuery {
  const base = showIdBase(day);
  const shows = slots.map((slot, index) => ({ ...slot, id: base + index }));
  const room = seatsOfRoom();
  const sold = shows.flatMap(({ id, theater }) =>
    room.filter((seat) => isSoldAtBoxOffice(id, seat.id)).map((seat) => ({ id, theater, seat: seat.id })),
  );
  return {
    text: `WITH made AS (
             INSERT INTO shows (company_id, id, movie_id, theater_id, screen_type, day, starts_at, price)
             SELECT $1, p.id, p.movie, p.theater, p.screen, $2::date, ($2::date + p.clock) AT TIME ZONE $3, p.price
               FROM unnest($4::int[], $5::int[], $6::int[], $7::text[], $8::time[], $9::numeric[])
                 AS p (id, movie, theater, screen, clock, price)
             ON CONFLICT DO NOTHING RETURNING id)
           INSERT INTO sold_seats (company_id, show_id, theater_id, seat_id)
           SELECT $1, o.show, o.theater, o.seat FROM unnest($10::int[], $11::int[], $12::int[]) AS o (show, theater, seat)
             JOIN made ON made.id = o.show
           ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      day,
      timeZone,
      shows.map(({ id }) => id),
      shows.map(({ movie }) => movie),
      shows.map(({ theater }) => theater),
      shows.map(({ screen }) => screen),
      shows.map(({ at }) => at),
      shows.map(({ price }) => price),
      sold.map(({ id }) => id),
      sold.map(({ theater }) => theater),
      sold.map(({ seat }) => seat),
    ],
  };
}

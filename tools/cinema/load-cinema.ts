import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData } from "../../src/core/tenant-data.ts";
import { movies, seatsOfRoom, theaters } from "./programme.ts";

/** Grows when the demo's movies, theaters or seats change. */
export const cinemaVersion = 1;

/** Makes a company the demo cinema. Again, and from many processes at once, it changes nothing. */
export async function loadCinema(data: TenantData, tenantId: TenantId, timeZone: string): Promise<void> {
  const room = seatsOfRoom();
  const seats = theaters.flatMap(({ id }) => room.map((seat) => ({ theater: id, ...seat })));
  await data.statement(tenantId, {
    text: `WITH m AS (
             INSERT INTO movies (company_id, id, title, genres, moods, synopsis, minutes, rating)
             SELECT $1, r.id, r.title, r.genres, r.moods, r.synopsis, r.minutes, r.rating
               FROM jsonb_to_recordset($2) AS r (id int, title text, genres text[], moods text[], synopsis text, minutes int, rating numeric)
             ON CONFLICT (id, company_id) DO UPDATE SET title = excluded.title, genres = excluded.genres, moods = excluded.moods,
               synopsis = excluded.synopsis, minutes = excluded.minutes, rating = excluded.rating),
           t AS (
             INSERT INTO theaters (company_id, id, name, area, city, address)
             SELECT $1, r.id, r.name, r.area, r.city, r.address
               FROM jsonb_to_recordset($3) AS r (id int, name text, area text, city text, address text)
             ON CONFLICT (id, company_id) DO UPDATE SET name = excluded.name, area = excluded.area, city = excluded.city,
               address = excluded.address),
           x AS (
             INSERT INTO seats (company_id, theater_id, id, row_label, number)
             SELECT $1, r.theater, r.id, r.row, r.number FROM jsonb_to_recordset($4) AS r (theater int, id int, "row" text, number int)
             ON CONFLICT DO NOTHING)
           INSERT INTO businesses (company_id, kind, version, time_zone, samples) VALUES ($1, 'cinema', $5, $6, true)
           ON CONFLICT (kind, company_id) DO UPDATE SET version = excluded.version`,
    values: [
      tenantId,
      JSON.stringify(movies),
      JSON.stringify(theaters),
      JSON.stringify(seats),
      cinemaVersion,
      timeZone,
    ],
  });
}

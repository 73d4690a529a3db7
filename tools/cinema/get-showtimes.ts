import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import type { CinemaShows } from "./cinema-shows.ts";
import { isAtPlace } from "./match-movies.ts";
import { readWhen } from "./read-when.ts";
import { listShows, toldShow, toToldShow } from "./show-lists.ts";

/** All shows of one movie on one day. */
export function getShowtimesTool(shows: CinemaShows): Tool {
  return defineTool({
    name: "get_showtimes",
    description: "Gives all shows of one movie on a day, with theaters, times, prices and seats left.",
    input: z.strictObject({
      movie_id: z.int().min(1).describe("From search_movies"),
      city: z.string().max(100).optional().describe("City, area or theater"),
      date: z
        .string()
        .max(30)
        .optional()
        .describe("today, tonight, tomorrow or YYYY-MM-DD; today when left out"),
    }),
    output: z.object({ date: z.string(), title: z.string(), shows: z.array(toldShow), list: z.string() }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run({ movie_id: movieId, city, date }, { tenantId, now }) {
      const { today } = await shows.open(tenantId, now);
      const { day, span } = readWhen(date, undefined, today);
      const ofMovie = (await shows.between(tenantId, { from: day, to: day, now })).filter(
        (show) =>
          show.movie_id === movieId &&
          show.minute >= span.from &&
          (city === undefined || isAtPlace(city, { ...show, name: show.theater })),
      );
      const [first] = ofMovie;
      if (first === undefined) throw new PermanentError(`I found no shows of that movie on ${day}.`);
      const told = ofMovie.map(toToldShow);
      return { date: day, title: first.title, shows: told, list: listShows(told) };
    },
  });
}

import { z } from "zod";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import type { CinemaShows, Show } from "./cinema-shows.ts";
import { isAtPlace, matchMovies } from "./match-movies.ts";
import { addDays, readWhen } from "./read-when.ts";
import { listShows, toldShow, toToldShow } from "./show-lists.ts";

const mostShows = 12;

const foundMovie = z.object({
  movie_id: z.int(),
  title: z.string(),
  genres: z.array(z.string()),
  minutes: z.int(),
  rating: z.number(),
  shows: z.array(toldShow),
});

/** Finds shows by what a person would like to see, where and when. */
export function searchMoviesTool(shows: CinemaShows): Tool {
  return defineTool({
    name: "search_movies",
    description:
      'Searches movies by title, genre or mood ("something funny") and gives their shows with times and prices. ' +
      "Show the person the numbered list as it is and ask which one to book.",
    input: z.strictObject({
      query: z.string().trim().min(1).max(200).describe("Movie title, genre or what the person would like"),
      city: z.string().max(100).optional().describe("City, area or theater"),
      date: z
        .string()
        .max(30)
        .optional()
        .describe("today, tonight, tomorrow or YYYY-MM-DD; today when left out"),
      time: z.string().max(20).optional().describe("A time such as 7:30 PM, or morning, afternoon, evening"),
      screen_type: z.enum(["IMAX", "4DX", "Regular"]).optional(),
    }),
    output: z.object({
      date: z.string(),
      movies: z.array(foundMovie),
      list: z.string(),
      is_next_day: z.boolean().describe("Nothing of that is left today, so these are tomorrow's shows"),
    }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run({ query, city, date, time, screen_type: screen }, { tenantId, now }) {
      const { today } = await shows.open(tenantId, now);
      const { day, span } = readWhen(date, time, today);
      const find = async (on: string): Promise<Show[]> => {
        const all = await shows.between(tenantId, { from: on, to: on, now });
        const fitting = all.filter(
          (show) =>
            show.minute >= span.from &&
            show.minute < span.to &&
            (screen === undefined || show.screen_type === screen) &&
            (city === undefined || isAtPlace(city, { ...show, name: show.theater })),
        );
        return matchMovies(query, fitting).slice(0, mostShows);
      };
      const found = await find(day);
      // Late in the evening the day's shows have begun.
      const next = addDays(today, 1);
      const later = found.length === 0 && day === today ? await find(next) : [];
      const isNextDay = later.length > 0;
      const movies = toMovies(isNextDay ? later : found);
      const list = listShows(movies.flatMap((movie) => movie.shows));
      return {
        date: isNextDay ? next : day,
        movies,
        list: list === "" ? nothing(day) : isNextDay ? `${leftToday}\n\n${list}` : list,
        is_next_day: isNextDay,
      };
    },
  });
}

const leftToday = "Nothing of that is left today. Tomorrow:";

function nothing(day: string): string {
  return `I found no shows for that on ${day}.`;
}

/** Shows by their movie, movies in the order of their best show, shows by time. */
function toMovies(shows: readonly Show[]): z.output<typeof foundMovie>[] {
  return [...Map.groupBy(shows, ({ movie_id }) => movie_id).values()].flatMap((ofMovie) => {
    const [first] = ofMovie;
    if (first === undefined) return [];
    const { movie_id, title, genres, minutes, rating } = first;
    return [{ movie_id, title, genres: [...genres], minutes, rating, shows: ofMovie.map(toToldShow) }];
  });
}

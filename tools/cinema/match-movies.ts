/** What a search looks at. */
export interface Searchable {
  readonly title: string;
  readonly genres: readonly string[];
  readonly moods: readonly string[];
  readonly synopsis: string;
}

/** Words of a wish that say nothing about the movie. */
const filler = new Set(
  (
    "a an and any anything at book films film for good i in like me movie movies near now of on or playing please see " +
    "show shows showing some something that the tickets ticket to today tomorrow tonight want watch what whats " +
    "with showtimes imax 4dx"
  ).split(" "),
);
const meanings: Readonly<Record<string, string>> = {
  funny: "comedy",
  comedies: "comedy",
  laugh: "comedy",
  hilarious: "comedy",
  scifi: "science",
  sci: "science",
  romantic: "romance",
  children: "family",
  kids: "family",
  superheroes: "superhero",
};

/**
 * The movies a wish is about, best first: by title before genre, mood and story; what fits less than half as well as
 * the best is left out. All of them for a wish that says nothing ("something tonight"), none where nothing fits.
 */
export function matchMovies<M extends Searchable>(query: string, movies: readonly M[]): M[] {
  const wanted = toWords(query).filter((word) => !filler.has(word));
  if (wanted.length === 0) return [...movies];
  const scored = movies.map((movie) => ({ movie, score: scoreOf(movie, wanted) }));
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return scored
    .filter(({ score }) => score > 0 && score * 2 >= best)
    .toSorted((one, other) => other.score - one.score)
    .map(({ movie }) => movie);
}

function scoreOf(movie: Searchable, wanted: readonly string[]): number {
  const fields: readonly (readonly [number, readonly string[]])[] = [
    [10, toWords(movie.title)],
    [4, movie.genres.flatMap(toWords)],
    [4, movie.moods.flatMap(toWords)],
    [1, toWords(movie.synopsis).filter((word) => word.length > 3)],
  ];
  return wanted
    .map((word) => Math.max(0, ...fields.map(([weight, words]) => (has(words, word) ? weight : 0))))
    .reduce((sum, one) => sum + one, 0);
}

function has(words: readonly string[], word: string): boolean {
  const meant = meanings[word];
  return words.some((one) => isAlike(one, word) || one === meant);
}

/** The same word, in the singular or the plural, or begun: "avenger" is "avengers". */
function isAlike(one: string, other: string): boolean {
  if (one === other) return true;
  return Math.min(one.length, other.length) > 3 && (one.startsWith(other) || other.startsWith(one));
}

function toWords(text: string): string[] {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** Whether a place someone names ("near downtown") is one of a theater's: its name, area or city. */
export function isAtPlace(place: string, theater: { name: string; area: string; city: string }): boolean {
  const skipped = new Set(["near", "in", "the", "at", "around", "close", "to", "area", "of"]);
  const wanted = toWords(place).filter((word) => !skipped.has(word));
  const known = [theater.name, theater.area, theater.city].flatMap(toWords);
  return wanted.every((word) => known.includes(word));
}

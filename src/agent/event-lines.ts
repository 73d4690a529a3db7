/** One server-sent event: its name, where it has one, and its data. */
export interface ServerEvent {
  readonly name: string | undefined;
  readonly data: string;
}

/** Takes the next piece of a stream of server-sent events and gives the events that it completes. */
type EventLines = (piece: string) => readonly ServerEvent[];

/** What to read behind the last piece: it ends the line and the event that were left open. */
export const streamEnd = "\n\n";

const lineEnd = /\r\n|\n|\r(?!$)/; // a carriage return at the very end may be half of one

/** Reads events however their text is cut; comments and fields other than `event` and `data` are left out. */
export function createEventLines(): EventLines {
  let rest = "";
  let name: string | undefined;
  let data: string[] = [];

  function take(line: string): readonly ServerEvent[] {
    if (line === "") return dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
    return [];
  }

  function dispatch(): readonly ServerEvent[] {
    const events = data.length === 0 ? [] : [{ name, data: data.join("\n") }];
    name = undefined;
    data = [];
    return events;
  }

  return (piece) => {
    const lines = (rest + piece).split(lineEnd);
    rest = lines.pop() ?? "";
    return lines.flatMap(take);
  };
}

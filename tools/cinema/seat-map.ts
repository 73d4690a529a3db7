/** A seat of one show. */
export interface Seat {
  readonly seat_id: number;
  readonly row: string;
  readonly number: number;
  readonly free: boolean;
}

const aisleAfter = 5;

/**
 * A room as CommonMark: a fenced block, one line a row, free seats by their number and taken ones as x, and a line
 * that says so. All lines of a room are equally wide, and narrow enough for a telephone.
 */
export function drawSeatMap(seats: readonly Seat[]): string {
  const rows = Map.groupBy(seats, ({ row }) => row);
  const widest = Math.max(1, ...seats.map(({ number }) => number));
  const labelWidth = Math.max(1, ...[...rows.keys()].map((row) => row.length));
  const lines = [...rows].map(([row, inRow]) => `${row.padEnd(labelWidth)} ${drawRow(inRow, widest)}`);
  const width = lines[0]?.length ?? 0;
  const map = [center("SCREEN", width), ...lines].join("\n");
  return `\`\`\`\n${map}\n\`\`\`\nFree seats show their number, x is taken.`;
}

function drawRow(seats: readonly Seat[], widest: number): string {
  const byNumber = new Map(seats.map((seat) => [seat.number, seat]));
  return Array.from({ length: widest }, (_, index) => {
    const seat = byNumber.get(index + 1);
    const aisle = index === aisleAfter ? "  " : "";
    return `${aisle}${drawSeat(seat).padStart(3)}`;
  }).join("");
}

function drawSeat(seat: Seat | undefined): string {
  if (seat === undefined) return "";
  return seat.free ? String(seat.number) : "x";
}

function center(text: string, width: number): string {
  const before = Math.max(0, Math.floor((width - text.length) / 2));
  return `${" ".repeat(before)}${text}`.padEnd(width);
}

/** `A5` for row A, seat 5. */
export function seatLabel({ row, number }: { readonly row: string; readonly number: number }): string {
  return `${row}${number}`;
}

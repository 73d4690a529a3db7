import { isRecord } from "../kit/is-record.ts";

/** The action of a card with that id or title, wherever it stands; undefined where there is none. */
export function findAction(
  card: unknown,
  type: string,
  idOrTitle: string,
): Record<string, unknown> | undefined {
  if (Array.isArray(card)) {
    for (const one of card) {
      const found = findAction(one, type, idOrTitle);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isRecord(card)) return undefined;
  if (card["type"] === type && (card["id"] === idOrTitle || card["title"] === idOrTitle)) return card;
  for (const key of [
    "body",
    "actions",
    "items",
    "columns",
    "card",
    "selectAction",
    "rows",
    "cells",
    "inlineAction",
  ]) {
    const found = findAction(card[key], type, idOrTitle);
    if (found !== undefined) return found;
  }
  return undefined;
}

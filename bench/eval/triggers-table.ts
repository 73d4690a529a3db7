import { toTable } from "../support/figures.ts";
import { allSigns, triggerSets, weighSign } from "./read-trigger-set.ts";

const names = {
  heldOut: "held out, then mended",
  fresh: "written afterwards",
  unseen: "written last",
} as const;

/** How surely a message alone brings people, on sets the patterns were not made on. */
export function benchTriggers(): string {
  const rows = Object.entries(triggerSets).flatMap(([name, set]) =>
    allSigns.flatMap((sign) => {
      const { meant, right, wrong } = weighSign(set, sign);
      if (meant === 0) return [];
      const found = right + wrong.length;
      const precision = found === 0 ? "–" : (right / found).toFixed(2);
      return [
        [names[name as keyof typeof names], sign, String(meant), precision, (right / meant).toFixed(2)],
      ];
    }),
  );
  return toTable(["Handoff by what is said", "sign", "messages", "precision", "recall"], rows);
}

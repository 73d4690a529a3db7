import type { Rule } from "../exchange.ts";
import { cateringScript } from "./catering.ts";
import { cinemaScript } from "./cinema.ts";
import { supportScript } from "./support.ts";
import { toScriptedRule } from "./talk.ts";
import { travelScript } from "./travel.ts";

/** A model that knows the demo companies' work. Which one it is asked for, it sees by the tools it is offered. */
export const businessRules: readonly Rule[] = [cinemaScript, cateringScript, supportScript, travelScript].map(
  toScriptedRule,
);

import type { ScriptedToolCall } from "../answer.ts";
import {
  answerTo,
  isYes,
  listOf,
  numberOf,
  problemOf,
  textOf,
  type Script,
  type Talk,
  type Thoughts,
  type Told,
} from "./talk.ts";

const whichOrder = /Which order do you mean\?/;
const whatIsWrong = /What is wrong with it\?/;
const shallIRefund = /Shall I ask for the refund\?/;

const listOrders: ScriptedToolCall = { name: "list_orders", arguments: {} };

/** A store's support desk: greets, looks orders up, asks a colleague for a refund. */
export const supportScript: Script = { tool: "list_orders", think };

function think(talk: Talk): Thoughts | string | undefined {
  const { said, before } = talk;
  if (shallIRefund.test(before) && isYes(said)) return askForRefund(talk);
  if (whatIsWrong.test(before)) return confirmRefund(talk);
  if (/\brefund|\bmoney back/i.test(said)) return offerRefund();
  if (whichOrder.test(before)) return tellOrder(said);
  if (/\border|\bpackage|\bdelivery/i.test(said)) return tellOrders();
  if (/\b(?:talk|speak) to (?:a |some)?(?:human|person|one|body)/i.test(said)) return showTheWay();
  return /^\W*(?:hello|hi|hey)\b/i.test(said) ? greet() : undefined;
}

function showTheWay(): string {
  return "Of course. Press “Talk to a human” below, or write “human”, and a colleague will take over here.";
}

function greet(): string {
  return "Hello! How can I help you today?";
}

function* tellOrders(): Thoughts {
  const mine = yield listOrders;
  return problemOf(mine) ?? `${textOf(mine, "list")}\n\nWhich order do you mean?`;
}

function* tellOrder(said: string): Thoughts {
  const mine = yield listOrders;
  const named = listOf(mine, "orders").find((order) => isMeant(order, said));
  if (named === undefined) return "I could not tell which one it is. Which order do you mean?";
  const order = yield { name: "get_order", arguments: { order_id: textOf(named, "order_id") } };
  return problemOf(order) ?? sayOrder(order);
}

function* offerRefund(): Thoughts {
  const order = deliveredIn(yield listOrders);
  if (order === undefined) return "I see no delivered order of yours that can be refunded.";
  return `That is order ${textOf(order, "order_id")} (${itemsOf(order)}, ${totalOf(order)}). What is wrong with it?`;
}

function* confirmRefund({ said }: Talk): Thoughts {
  const order = deliveredIn(yield listOrders);
  if (order === undefined) return "I see no delivered order of yours that can be refunded.";
  return `A refund of ${totalOf(order)} for order ${textOf(order, "order_id")}, because: “${said}”. Shall I ask for the refund?`;
}

function* askForRefund(talk: Talk): Thoughts {
  const order = deliveredIn(yield listOrders);
  const asked = yield {
    name: "request_refund",
    arguments: { order_id: textOf(order, "order_id"), reason: answerTo(talk, whatIsWrong) ?? "" },
  };
  const problem = problemOf(asked);
  if (problem !== undefined) return problem;
  const message = textOf(asked, "message");
  return message === "" ? "I have asked a colleague to approve it. You will hear from me here." : message;
}

function deliveredIn(mine: Told): Told | undefined {
  return listOf(mine, "orders").find(
    (order) => order["status"] === "delivered" && order["refunded"] !== true,
  );
}

/** By its number, or by what is in it. */
function isMeant(order: Told, said: string): boolean {
  const words = said.toLowerCase().match(/[a-z]{4,}/g) ?? [];
  const items = itemsOf(order).toLowerCase();
  return said.includes(textOf(order, "order_id")) || words.some((word) => items.includes(word));
}

function itemsOf(order: Told): string {
  return listOf(order, "items")
    .map((item) => textOf(item, "name"))
    .join(", ");
}

function totalOf(order: Told): string {
  return `$${numberOf(order, "total").toFixed(2)}`;
}

function sayOrder(order: Told): string {
  const carrier = textOf(order, "carrier");
  const tracking = carrier === "" ? "" : `, with ${carrier}, tracking number ${textOf(order, "tracking")}`;
  const arrived = textOf(order, "delivered_on");
  const expected = textOf(order, "expected_on");
  const when =
    arrived !== "" ? ` It arrived on ${arrived}.` : expected === "" ? "" : ` It is expected on ${expected}.`;
  return `Order ${textOf(order, "order_id")} (${itemsOf(order)}, ${totalOf(order)}) is ${textOf(order, "status")}${tracking}.${when}`;
}

import { refuse } from "./api-error.ts";
import { isRecord } from "../kit/is-record.ts";

type Fields = Record<string, unknown>;
type Kind = "string" | "list" | "object";

/** What an element or action cannot do without, by its type. */
const elements: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  TextBlock: { text: "string" },
  Image: { url: "string" },
  Media: { sources: "list" },
  RichTextBlock: { inlines: "list" },
  Container: { items: "list" },
  ColumnSet: {},
  Column: {},
  FactSet: { facts: "list" },
  ImageSet: { images: "list" },
  ActionSet: { actions: "list" },
  Table: {},
  TableRow: {},
  TableCell: { items: "list" },
  "Input.Text": { id: "string" },
  "Input.Number": { id: "string" },
  "Input.Date": { id: "string" },
  "Input.Time": { id: "string" },
  "Input.Toggle": { id: "string", title: "string" },
  "Input.ChoiceSet": { id: "string" },
};
const actions: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  "Action.Submit": {},
  "Action.OpenUrl": { url: "string" },
  "Action.ShowCard": { card: "object" },
  "Action.Execute": {},
  "Action.ToggleVisibility": { targetElements: "list" },
};
const maxActions = 6;

/** Refuses a card that Teams would not take: wrong type or version, unknown elements or actions, parts left out. */
export function checkAdaptiveCard(card: unknown): void {
  if (!isRecord(card)) throw bad("a card is an object");
  checkCard(card, new Set());
}

function checkCard(card: Fields, inputs: Set<string>): void {
  if (card["type"] !== "AdaptiveCard") throw bad(`the type is ${String(card["type"])}, not AdaptiveCard`);
  if (typeof card["version"] !== "string" || !/^1\.[0-5]$/.test(card["version"]))
    throw bad(`version ${String(card["version"])} is not supported`);
  if (card["body"] !== undefined && !Array.isArray(card["body"])) throw bad("body is not a list");
  checkElements(card["body"], inputs);
  checkActions(card["actions"], inputs);
  if (card["selectAction"] !== undefined) checkAction(card["selectAction"], inputs);
}

function checkElements(list: unknown, inputs: Set<string>): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) throw bad("elements are not a list");
  for (const element of list) checkElement(element, inputs);
}

function checkElement(element: unknown, inputs: Set<string>): void {
  if (!isRecord(element)) throw bad("an element is not an object");
  const type = String(element["type"]);
  const needs = elements[type];
  if (needs === undefined) throw bad(`unknown element ${type}`);
  checkNeeds(type, element, needs);
  if (type.startsWith("Input.")) {
    const id = String(element["id"]);
    if (inputs.has(id)) throw bad(`two inputs have the id ${id}`);
    inputs.add(id);
  }
  checkParts(element, inputs);
}

function checkParts(element: Fields, inputs: Set<string>): void {
  checkElements(element["items"], inputs);
  for (const columns of [element["rows"], element["cells"]]) checkElements(columns, inputs);
  // A table's columns are widths; only a column set's are elements.
  if (element["type"] === "ColumnSet")
    for (const column of listIn(element, "columns"))
      checkElement(isRecord(column) ? { type: "Column", ...column } : column, inputs);
  if (element["type"] === "ActionSet") checkActions(element["actions"], inputs);
  for (const fact of listIn(element, "facts"))
    if (!isRecord(fact) || typeof fact["title"] !== "string" || typeof fact["value"] !== "string")
      throw bad("a fact has a title and a value");
  for (const choice of listIn(element, "choices"))
    if (!isRecord(choice) || typeof choice["title"] !== "string" || typeof choice["value"] !== "string")
      throw bad("a choice has a title and a value");
  for (const action of [element["selectAction"], element["inlineAction"]])
    if (action !== undefined) checkAction(action, inputs);
}

function checkActions(list: unknown, inputs: Set<string>): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) throw bad("actions are not a list");
  if (list.length > maxActions) throw bad(`${list.length} actions: at most ${maxActions} are shown`);
  for (const action of list) checkAction(action, inputs);
}

function checkAction(action: unknown, inputs: Set<string>): void {
  if (!isRecord(action)) throw bad("an action is not an object");
  const type = String(action["type"]);
  const needs = actions[type];
  if (needs === undefined) throw bad(`unknown action ${type}`);
  checkNeeds(type, action, needs);
  if (type === "Action.OpenUrl" && !URL.canParse(String(action["url"]))) throw bad("an url is malformed");
  if (isRecord(action["card"])) checkCard({ version: "1.5", ...action["card"] }, inputs);
}

function checkNeeds(type: string, owner: Fields, needs: Readonly<Record<string, Kind>>): void {
  for (const [name, kind] of Object.entries(needs)) {
    const value = owner[name];
    const fits =
      kind === "list"
        ? Array.isArray(value)
        : kind === "object"
          ? isRecord(value)
          : typeof value === "string";
    if (!fits) throw bad(`${type} needs ${name}`);
  }
}

function listIn(owner: Fields, name: string): unknown[] {
  const list = owner[name];
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw bad(`${name} is not a list`);
  return list;
}

function bad(detail: string): Error {
  return refuse("BadSyntax", `Bad format of the Adaptive Card: ${detail}.`);
}

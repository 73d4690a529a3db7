import { formatPhone } from "./format-phone.ts";

/** What templates may speak of, by name. */
export type Scope = Readonly<Record<string, unknown>>;

/** A template ready to be filled. */
export interface Template {
  readonly source: string;
  readonly parts: readonly Part[];
}

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly expression: Expression; readonly raw: boolean }
  | { readonly kind: "section"; readonly path: string; readonly inverted: boolean; readonly parts: Part[] };

interface Expression {
  readonly paths: readonly string[];
  readonly filter: string | undefined;
  readonly words: readonly string[];
}

const tag = /\{\{\{\s*([^{}]+?)\s*\}\}\}|\{\{\s*([#^/]?)\s*([^{}]+?)\s*\}\}/g;
const aPath = /^\.$|^[a-z][\w]*(?:\.[\w]+)*$/i;

/**
 * Reads a template: `{{path}}`, `{{price * tickets | money}}`, `{{{path}}}` for a value that is CommonMark already,
 * `{{#path}}…{{/path}}` for each item of a list or where there is something, `{{^path}}…{{/path}}` where there is
 * nothing. Throws an Error that names what is wrong.
 */
export function parseTemplate(source: string): Template {
  const open: { path: string; inverted: boolean; parts: Part[] }[] = [
    { path: "", inverted: false, parts: [] },
  ];
  let from = 0;
  for (const match of source.matchAll(tag)) {
    const [whole, raw, sign = "", inner = ""] = match;
    const here = open.at(-1);
    if (here === undefined) break;
    if (match.index > from) here.parts.push({ kind: "text", text: source.slice(from, match.index) });
    from = match.index + whole.length;
    if (sign === "#" || sign === "^") {
      open.push({ path: checkPath(inner, source), inverted: sign === "^", parts: [] });
    } else if (sign === "/") {
      if (here.path !== inner || open.length === 1)
        throw new Error(`${JSON.stringify(source)} closes {{/${inner}}}, which is not open`);
      open.pop();
      open.at(-1)?.parts.push({ kind: "section", ...here });
    } else {
      const expression = parseExpression(raw ?? inner, source);
      here.parts.push({ kind: "value", expression, raw: raw !== undefined });
    }
  }
  const [root, unclosed] = open;
  if (unclosed !== undefined || root === undefined)
    throw new Error(`${JSON.stringify(source)} never closes {{#${unclosed?.path ?? ""}}}`);
  if (from < source.length) root.parts.push({ kind: "text", text: source.slice(from) });
  return { source, parts: root.parts };
}

/** Fills a template. What is missing is an empty text; values cannot bring markup of their own. */
export function renderTemplate({ parts }: Template, scope: Scope, language = "en"): string {
  return parts.map((part) => renderPart(part, scope, language)).join("");
}

/**
 * The value itself where a template is nothing but one `{{path}}`, so that numbers and lists stay what they are;
 * else the text. Undefined where the value is missing.
 */
export function evaluateTemplate(template: Template, scope: Scope): unknown {
  const [only, ...more] = template.parts;
  if (only?.kind === "value" && more.length === 0 && only.expression.filter === undefined)
    return evaluate(only.expression, scope);
  return renderParts(template.parts, scope, "en", true);
}

/** The first names of all paths of a template: what it depends on. */
export function namesIn({ parts }: Template): string[] {
  const names = parts.flatMap((part) => {
    if (part.kind === "text") return [];
    if (part.kind === "value") return part.expression.paths;
    return [part.path, ...namesIn({ source: "", parts: part.parts })];
  });
  return [...new Set(names.map((path) => path.split(".")[0] ?? "").filter((name) => name !== ""))];
}

/** What stands at a dotted path, or undefined; `seats.label` of a list gives each one's. Own properties only. */
export function lookUp(scope: unknown, path: string): unknown {
  if (path === ".") return typeof scope === "object" && scope !== null ? (scope as Scope)["."] : scope;
  return path.split(".").reduce<unknown>((value, name) => {
    if (typeof value !== "object" || value === null) return undefined;
    if (!Object.hasOwn(value, name))
      return Array.isArray(value) ? value.map((each: unknown) => lookUp(each, name)) : undefined;
    return (value as Readonly<Record<string, unknown>>)[name];
  }, scope);
}

function parseExpression(text: string, source: string): Expression {
  const [product = "", filter = ""] = text.split("|").map((piece) => piece.trim());
  const paths = product.split("*").map((path) => checkPath(path.trim(), source));
  const [name, ...words] = filter.split(/\s+/u);
  if (name === undefined || name === "") return { paths, filter: undefined, words: [] };
  if (!Object.hasOwn(filters, name))
    throw new Error(
      `${JSON.stringify(source)} uses the filter ${name}; there are ${Object.keys(filters).join(", ")}`,
    );
  return { paths, filter: name, words };
}

function checkPath(path: string, source: string): string {
  if (!aPath.test(path))
    throw new Error(
      `${JSON.stringify(source)} has ${JSON.stringify(path)}, which is no path such as show.price`,
    );
  return path;
}

function renderParts(parts: readonly Part[], scope: Scope, language: string, raw: boolean): string {
  return parts.map((part) => renderPart(part, scope, language, raw)).join("");
}

function renderPart(part: Part, scope: Scope, language: string, raw = false): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "value":
      return renderValue(part.expression, scope, { language, raw: raw || part.raw });
    case "section":
      return renderSection(part, scope, { language, raw });
    default:
      throw new Error(`unknown part: ${JSON.stringify(part satisfies never)}`);
  }
}

function renderValue(
  expression: Expression,
  scope: Scope,
  { language, raw }: { readonly language: string; readonly raw: boolean },
): string {
  const value = evaluate(expression, scope);
  const filter = expression.filter === undefined ? undefined : filters[expression.filter];
  const text = filter === undefined ? toText(value) : filter(value, expression.words, language);
  return raw ? text : toPlain(text);
}

function renderSection(
  { path, inverted, parts }: Extract<Part, { kind: "section" }>,
  scope: Scope,
  { language, raw }: { readonly language: string; readonly raw: boolean },
): string {
  const value = lookUp(scope, path);
  const isThere = Array.isArray(value) ? value.length > 0 : isSomething(value);
  if (inverted) return isThere ? "" : renderParts(parts, scope, language, raw);
  if (!isThere) return "";
  if (!Array.isArray(value)) return renderParts(parts, withItem(scope, value), language, raw);
  return value
    .map((item: unknown, index) =>
      renderParts(parts, { ...withItem(scope, item), n: index + 1 }, language, raw),
    )
    .join("");
}

/** Inside a section the item's own names come first. */
function withItem(scope: Scope, item: unknown): Scope {
  const own = typeof item === "object" && item !== null && !Array.isArray(item) ? item : {};
  return { ...scope, ...own, ".": item };
}

function evaluate({ paths }: Expression, scope: Scope): unknown {
  const values = paths.map((path) => lookUp(scope, path));
  if (values.length === 1) return values[0];
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length === values.length
    ? numbers.reduce((product, value) => product * value, 1)
    : undefined;
}

/** Neither nothing nor false; zero is something. */
export function isSomething(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}

function toText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(toText).join(", ");
  if (typeof value === "object") return "";
  return String(value as string | number | boolean);
}

/** CommonMark that shows exactly this text. */
function toPlain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>|~]/g, String.raw`\$&`);
}

type Filter = (value: unknown, words: readonly string[], language: string) => string;

const filters: Readonly<Record<string, Filter>> = {
  money: (value, [currency = "USD"], language) =>
    typeof value === "number"
      ? new Intl.NumberFormat(language, {
          style: "currency",
          currency,
          currencyDisplay: "narrowSymbol",
          minimumFractionDigits: Number.isInteger(value) ? 0 : 2,
        }).format(value)
      : toText(value),
  time: (value, _words, language) => formatTime(toText(value), language),
  date: (value, _words, language) => formatDay(toText(value), language),
  plural: (value, [one = "", many = one]) => (value === 1 ? one : many),
  and: (value, [word = "and"]) => joinWith(Array.isArray(value) ? value.map(toText) : [toText(value)], word),
  // Numbers of other countries stay as they were said.
  phone: (value) => (/^\D*(?:\d\D*){10}$/.test(toText(value)) ? formatPhone(toText(value)) : toText(value)),
  capital: (value) => toText(value).replace(/^\p{L}/u, (letter) => letter.toUpperCase()),
};

/** `19:30`, alone or in a date and time, as people of that language say it. */
function formatTime(text: string, language: string): string {
  const [, hour, minute] = /(?:^|T)(\d{2}):(\d{2})(?!\s?[AP]M)/iu.exec(text) ?? [];
  if (hour === undefined || minute === undefined) return text;
  const at = new Date(Date.UTC(2000, 0, 1, Number(hour), Number(minute)));
  const shown = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", timeZone: "UTC" });
  return shown.format(at).replaceAll(/[  ]/g, " ");
}

function formatDay(text: string, language: string): string {
  const [day] = /^\d{4}-\d{2}-\d{2}/.exec(text) ?? [];
  if (day === undefined || Number.isNaN(Date.parse(day))) return text;
  const shown = new Intl.DateTimeFormat(language, {
    weekday: "long",
    month: "long",
    day: "numeric",
    timeZone: "UTC",
  });
  return shown.format(new Date(day));
}

function joinWith(texts: readonly string[], word: string): string {
  const [last = "", ...others] = texts.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} ${word} ${last}`;
}

import { reportViews } from "./report-views.ts";
import { functions, nodes, types, valueFunctions } from "./sql-allowed.ts";
import { isRecord } from "../../src/core/is-record.ts";

/**
 * Says in words for a model why this SQL may not be asked; nothing for one SELECT over the views of reports with
 * functions that only compute. PostgreSQL's own parser reads it, so it means here what it means there.
 */
export async function checkSql(sql: string): Promise<string | undefined> {
  const { loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  try {
    const { stmts = [] } = parseSync(sql);
    if (stmts.length !== 1) return "Ask one SELECT at a time.";
    checkStatement(stmts[0]?.stmt);
    return undefined;
  } catch (cause) {
    if (cause instanceof Refusal) return cause.message;
    if (cause instanceof RangeError) return "The query is nested too deeply.";
    return `The query cannot be read: ${cause instanceof Error ? cause.message : "it is no SQL"}`;
  }
}

class Refusal extends Error {
  override readonly name = "Refusal";
}

function checkStatement(statement: unknown): void {
  if (!isRecord(statement) || !("SelectStmt" in statement))
    throw new Refusal("Only SELECT is possible here.");
  const known = new Set(reportViews.map(({ name }) => name));
  for (const name of namesOfCtes(statement)) known.add(name);
  visit(statement, known);
}

/** A tree of the parser: `{ NodeType: { field: … } }`, where a field's name begins with a small letter. */
function visit(value: unknown, known: ReadonlySet<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, known);
    return;
  }
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "intoClause") throw new Refusal("SELECT INTO is not possible: nothing can be written.");
    if (key === "lockingClause")
      throw new Refusal("FOR UPDATE and its like are not possible: nothing is locked.");
    if (key === "typeName") checkType(inner);
    if (/^[A-Z]/.test(key)) checkNode(key, inner, known);
    visit(inner, known);
  }
}

function checkNode(type: string, node: unknown, known: ReadonlySet<string>): void {
  if (!nodes.has(type)) throw new Refusal(`${type} is not possible here: a plain SELECT is.`);
  if (!isRecord(node)) return;
  if (type === "RangeVar") checkRelation(node, known);
  if (type === "FuncCall") checkFunction(node);
  if (type === "TypeName") checkType(node);
  if (type === "SQLValueFunction" && !valueFunctions.has(String(node["op"])))
    throw new Refusal("Who asks cannot be asked: of such values only the date and the time are there.");
  if (type === "SubLink" && node["subLinkType"] === "ARRAY_SUBLINK")
    throw new Refusal("ARRAY(SELECT …) is not possible here. Give rows instead.");
}

function checkRelation(node: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): void {
  const { catalogname, schemaname, relname } = node;
  const isInReach = catalogname === undefined && (schemaname === undefined || schemaname === "reports");
  if (isInReach && typeof relname === "string" && known.has(relname)) return;
  const name = [schemaname, relname].filter((part) => typeof part === "string").join(".");
  throw new Refusal(
    `There is no view ${name}. The views are: ${reportViews.map((one) => one.name).join(", ")}.`,
  );
}

function checkFunction(node: Readonly<Record<string, unknown>>): void {
  const path = wordsOf(node["funcname"]);
  const name = path.at(-1) ?? "";
  const isBuiltIn = path.length === 1 || (path.length === 2 && path[0] === "pg_catalog");
  if (!isBuiltIn || !functions.has(name))
    throw new Refusal(
      `The function ${path.join(".")} is not possible here. Aggregates, window functions, dates, rounding and simple text functions are.`,
    );
}

function checkType(node: unknown): void {
  const path = isRecord(node) ? wordsOf(node["names"]) : [];
  const name = path.at(-1) ?? "";
  const isBuiltIn = path.length === 1 || (path.length === 2 && path[0] === "pg_catalog");
  if (!isBuiltIn || !types.has(name)) throw new Refusal(`The type ${path.join(".")} is not possible here.`);
}

function namesOfCtes(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesOfCtes);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = key === "CommonTableExpr" && isRecord(inner) ? inner["ctename"] : undefined;
    return [...(typeof name === "string" ? [name] : []), ...namesOfCtes(inner)];
  });
}

/** The strings of a list of String nodes, such as a qualified name. */
function wordsOf(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown) => {
    const word = isRecord(item) && isRecord(item["String"]) ? item["String"]["sval"] : undefined;
    return typeof word === "string" ? [word] : [];
  });
}

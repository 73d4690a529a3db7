import { parseAst } from "vitest/node";

/** One place where a file reaches for another. `specifier` is absent when it is computed while running. */
export interface Import {
  readonly specifier: string | undefined;
  readonly dynamic: boolean;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/** Every import of a TypeScript source, whatever its form. Throws when the source does not parse. */
export function findImports(file: string, source: string): Import[] {
  const found: Import[] = [];
  const program: unknown = parseAst(source, { lang: file.endsWith("x") ? "tsx" : "ts" });
  visit(program, (node) => {
    const reach = toReach(node);
    if (reach !== undefined) found.push({ ...reach, line: lineOf(source, node.start) });
  });
  return found;
}

function toReach(node: Node): Omit<Import, "line"> | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return { specifier: textOf(node["source"]), dynamic: false };
    case "ExportNamedDeclaration":
      return isNode(node["source"]) ? { specifier: textOf(node["source"]), dynamic: false } : undefined;
    case "TSImportType":
      return { specifier: textOf(node["source"] ?? node["argument"]), dynamic: false };
    case "TSExternalModuleReference":
      return { specifier: textOf(node["expression"]), dynamic: false };
    case "ImportExpression":
      return { specifier: textOf(node["source"]), dynamic: true };
    case "CallExpression":
      return isNamed(node["callee"], "require")
        ? { specifier: textOf(firstOf(node["arguments"])), dynamic: true }
        : undefined;
    case "NewExpression":
      return toModuleUrl(node);
    default:
      return undefined;
  }
}

/** `new URL("./worker.ts", import.meta.url)` starts another module as surely as an import does. */
function toModuleUrl(node: Node): Omit<Import, "line"> | undefined {
  const specifier = isNamed(node["callee"], "URL") ? textOf(firstOf(node["arguments"])) : undefined;
  return specifier !== undefined && /^\.\.?\/.*\.tsx?$/.test(specifier)
    ? { specifier, dynamic: true }
    : undefined;
}

function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return textOf(node["literal"]);
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"]) || node["quasis"].length !== 1)
    return undefined;
  const [only] = node["quasis"] as readonly { readonly value?: { readonly cooked?: string } }[];
  return only?.value?.cooked;
}

function isNamed(node: unknown, name: string): boolean {
  return isNode(node) && node.type === "Identifier" && node["name"] === name;
}

function firstOf(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined;
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, see);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) see(value);
  for (const child of Object.values(value)) visit(child, see);
}

function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}

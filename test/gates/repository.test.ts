import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { settingNames } from "../../src/settings/names.ts";
import { findImports } from "./find-imports.ts";
import { listFiles, root } from "./read-tree.ts";

function foldersOf(house: string): string[] {
  const at = join(root, house);
  if (!existsSync(at)) return [];
  const entries = readdirSync(at, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function registeredIn(house: string): string[] {
  const file = join(root, house, "registry.ts");
  if (!existsSync(file)) return [];
  return findImports(file, readFileSync(file, "utf8")).map(({ specifier }) => specifier ?? "");
}

describe("repository", () => {
  test.each(["channels", "tools"])("every folder in %s is in its registry", (house) => {
    const registered = registeredIn(house);
    const shared = "kit"; // what all channels use; no channel itself
    const missing = foldersOf(house)
      .filter((folder) => folder !== shared)
      .filter((folder) => !registered.some((specifier) => specifier.startsWith(`./${folder}/`)));
    expect(missing).toEqual([]);
  });

  test("no check is switched off without a reason on the same line", () => {
    const offenders: string[] = [];
    const silencer = /(oxlint|eslint)-disable|@ts-(expect-error|ignore|nocheck)|prettier-ignore/;
    for (const path of listFiles().filter(
      (name) => /\.(ts|tsx)$/.test(name) && !name.startsWith("test/gates/"),
    )) {
      readFileSync(join(root, path), "utf8")
        .split("\n")
        .forEach((line, index) => {
          if (silencer.test(line) && !/(--|:) \S+ \S+/.test(line)) offenders.push(`${path}:${index + 1}`);
        });
    }
    expect(offenders).toEqual([]);
  });

  test("no file has two versions of a line that were to become one", () => {
    const offenders = listFiles().filter(
      (path) =>
        /\.(ts|js|md|ya?ml|json|css|html|sql)$/.test(path) &&
        /^ *<{7} /m.test(readFileSync(join(root, path), "utf8")),
    );
    expect(offenders).toEqual([]);
  });

  test("no secret and no path of the machine it was written on is in a tracked file", () => {
    const forbidden = [
      /xox[bp]-\d{9,}-\d{9,}-[A-Za-z0-9]{20,}/,
      /sk-[A-Za-z0-9]{40,}/,
      /-----BEGIN [A-Z ]*PRIVATE KEY/,
      /(?<![\w.:/-])\/(?:home|Users|root|work|workspace)\/\w/,
    ];
    const offenders = listFiles().filter((path) => {
      if (/^(package-lock\.json|test\/gates\/)/.test(path) || /\.(png|jpg|gz|woff2?)$/.test(path))
        return false;
      const text = readFileSync(join(root, path), "utf8");
      return forbidden.some((secret) => secret.test(text));
    });
    expect(offenders).toEqual([]);
  });

  test("the container starts what npm start does, with the same flags", () => {
    const container = readFileSync(join(root, "Dockerfile"), "utf8");
    const words: readonly string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(container)?.[1] ?? "[]");
    const manifest: { readonly scripts: { readonly start: string } } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    const { start } = manifest.scripts;
    expect(words.join(" ")).toBe(start.slice(start.indexOf("node ")));
    const usual = [...start.matchAll(/(\w+)=\$\{\1:-(\w+)\}/g)];
    expect(usual).not.toEqual([]);
    for (const [, name, value] of usual) expect(container).toContain(` ${name}=${value} \\\n`);
  });

  test("the container, the example settings and the pages an operator needs are there", () => {
    const needed = [
      "Dockerfile",
      "compose.yaml",
      ".env.example",
      "README.md",
      "ARCHITECTURE.md",
      "CHANGELOG.md",
      "LICENSE",
    ];
    expect(needed.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test.each([".env.example", "README.md"])("%s has every setting there is", (file) => {
    const text = readFileSync(join(root, file), "utf8");
    const missing = Object.keys(settingNames.shape).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(missing).toEqual([]);
  });
});

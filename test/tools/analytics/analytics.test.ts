import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseToolInput, runTool, toolOutcome, type ToolOutcome } from "../../../src/agent/run-tool.ts";
import type { TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { Tool, ToolFile } from "../../../src/core/tool.ts";
import { createAnalyticsTools } from "../../../tools/analytics/analytics.ts";
import { findFonts } from "../../../tools/analytics/find-fonts.ts";
import { reportViews } from "../../../tools/analytics/report-views.ts";
import { aRequest } from "../../agent/agent-stand.ts";
import { toolContract } from "../../contract/tool.ts";
import { openFiguresStand, secretWords, type FiguresStand } from "./figures-stand.ts";

let stand: FiguresStand;
let attached: ToolFile[] = [];
beforeAll(async () => {
  stand = await openFiguresStand();
});
afterAll(() => stand?.stop());
beforeEach(() => {
  attached = [];
  fontFolders = [];
});

const dejaVu = path.join(import.meta.dirname, "../../../node_modules/dejavu-fonts-ttf/ttf");
/** Where fonts are looked for: nowhere, unless a test says so, because machines differ. */
let fontFolders: readonly string[] = [];

const tool = (name: string): Tool => {
  const found = createAnalyticsTools(stand.reports, { fontFolders }).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no tool ${name}`);
  return found;
};

/** The contract calls without a place for files; here is one. */
const withFiles = (name: string): Tool => {
  const { run, ...rest } = tool(name);
  return { ...rest, run: (input, context) => run(input, { ...context, attach: async () => {} }) };
};

toolContract("query_data", {
  create: () => tool("query_data"),
  good: { sql: "SELECT count(*) FROM conversations" },
  bad: { "no query": {}, "an empty one": { sql: "" }, "a book": { sql: `SELECT ${"1,".repeat(3_000)}1` } },
});
toolContract("make_chart", {
  create: () => withFiles("make_chart"),
  good: { kind: "bar", title: "Two", data: { columns: ["a", "n"], rows: [["x", 1]] } },
  bad: {
    "another kind": { kind: "radar", title: "T", sql: "SELECT 1" },
    "no title": { kind: "bar", sql: "SELECT 1" },
  },
});
toolContract("export_csv", {
  create: () => withFiles("export_csv"),
  good: { sql: "SELECT count(*) FROM tickets", title: "Tickets" },
  bad: { "no title": { sql: "SELECT 1" } },
});

/** Calls a tool as a turn of an analyst does. */
async function call(name: string, args: object, tenantId: TenantId = stand.acme): Promise<ToolOutcome> {
  const parsed = parseToolInput(tool(name), JSON.stringify(args));
  if (!parsed.ok) return { kind: "error", text: parsed.problem };
  const never = new AbortController().signal;
  const step = await runTool({
    tool: tool(name),
    input: parsed.input,
    context: { ...aRequest("").request.context, tenantId, role: "analytics" },
    idempotencyKey: "key",
    files: { attach: async (_, file) => void attached.push(file), discard: async () => {} },
    maxResultBytes: 20_000,
    mayCall: undefined,
    log: silentLog,
    stopped: never,
    expired: never,
  });
  return toolOutcome.parse(step.output);
}

describe("query_data", () => {
  it("gives rows of the caller's company alone, as data (R143)", async () => {
    const sql = "SELECT channel, count(*) AS conversations FROM conversations GROUP BY 1 ORDER BY 1";
    expect(JSON.parse((await call("query_data", { sql })).text)).toEqual({
      columns: ["channel", "conversations"],
      rows: [
        ["slack", 1],
        ["web", 2],
      ],
      rowCount: 2,
    });
    expect(JSON.parse((await call("query_data", { sql }, stand.rival)).text)).toMatchObject({
      rows: [["teams", 1]],
    });
  });

  it("tells a model of exactly the views and columns there are", async () => {
    const { description } = tool("query_data");
    for (const { name, columns } of reportViews) {
      expect(description).toContain(`${name}(${columns.join(", ")})`);
      const there = await stand.reports.ask(stand.acme, {
        sql: `SELECT column_name FROM information_schema.columns WHERE table_schema = 'reports' AND table_name = '${name}' ORDER BY ordinal_position`,
        maxRows: 50,
        maxBytes: 5_000,
      });
      expect([name, there.rows.flat()]).toEqual([name, [...columns]]);
      expect((await call("query_data", { sql: `SELECT ${columns.join(", ")} FROM ${name}` })).kind).toBe(
        "result",
      );
    }
    const all = await stand.reports.ask(stand.acme, {
      sql: "SELECT viewname FROM pg_views WHERE schemaname = 'reports' ORDER BY 1",
      maxRows: 50,
      maxBytes: 5_000,
    });
    expect(all.rows.flat()).toEqual(reportViews.map(({ name }) => name).toSorted());
  });

  it("gives a model what is wrong as data, in words to go on with", async () => {
    const ask = async (sql: string) => call("query_data", { sql });
    expect(await ask("SELECT chanel FROM conversations")).toMatchObject({
      kind: "error",
      text: expect.stringMatching(/column "chanel" does not exist/),
    });
    expect(await ask("SELECT * FROM customers")).toMatchObject({
      kind: "error",
      text: expect.stringContaining("The views are: conversations"),
    });
    expect(await ask("DROP TABLE messages")).toMatchObject({
      kind: "error",
      text: "Only SELECT is possible here.",
    });
    expect(await ask("SELECT repeat('x', 99)")).toMatchObject({ kind: "error" });
  });

  it("shows a hundred rows and says that there are more", async () => {
    const outcome = await call("query_data", {
      sql: "SELECT n, n * 2 AS twice FROM generate_series(1, 5000) n",
    });
    const { rowCount, note } = JSON.parse(outcome.text) as { rowCount: number; note: string };
    expect(rowCount).toBe(100);
    expect(note).toContain("more rows");
    expect(Buffer.byteLength(outcome.text)).toBeLessThan(20_000);
  });

  it("has nothing of what people wrote in any row it gives", async () => {
    for (const { name } of reportViews) {
      const { text } = await call("query_data", { sql: `SELECT * FROM ${name}` }, stand.rival);
      expect(text).not.toContain(secretWords);
      expect(text).not.toContain(Buffer.from(secretWords).toString("hex"));
      expect(text).not.toContain(Buffer.from(secretWords).toString("base64"));
    }
  });
});

describe("make_chart", () => {
  const sql =
    "SELECT channel, count(*) AS conversations, count(closed_at) AS closed FROM conversations GROUP BY 1 ORDER BY 1";

  it.each(["bar", "line", "pie"] as const)(
    "draws a query as a %s, as a picture every chat shows",
    async (kind) => {
      const query = kind === "pie" ? "SELECT channel, count(*) FROM conversations GROUP BY 1" : sql;
      const outcome = await call("make_chart", { kind, title: "Conversations: by channel!", sql: query });
      expect(outcome).toMatchObject({ kind: "result" });
      expect(JSON.parse(outcome.text)).toMatchObject({ attached: "conversations-by-channel.png", labels: 2 });
      const [file] = attached;
      const bytes = Buffer.from(file?.bytes ?? []);
      expect(file).toMatchObject({ name: "conversations-by-channel.png", mimeType: "image/png" });
      expect(bytes.subarray(1, 4).toString()).toBe("PNG");
      expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1350, 780]);
      expect(bytes.length).toBeGreaterThan(5_000);
    },
  );

  it("writes what it was given into an SVG, and nothing of it as markup", async () => {
    const data = {
      columns: ["who", "<script>alert(1)</script>", "b"],
      rows: [
        ['<img src=x onerror="alert(1)">', 3, 4],
        ["day", 5, null],
      ],
    };
    await call("make_chart", { kind: "bar", title: "A & <b>", data, format: "svg" });
    const svg = Buffer.from(attached[0]?.bytes ?? []).toString();
    expect(attached[0]).toMatchObject({ name: "a-b.svg", mimeType: "image/svg+xml" });
    expect(svg).toMatch(/^<svg[^>]+width="900"/);
    expect(svg).toContain("A &amp; &lt;b&gt;");
    expect(svg).not.toMatch(/<script|<img|onerror=(?!&)"|<b>/);
  });

  it("leaves a text its font has no letters for to a program that has", async () => {
    const data = { columns: ["曜日", "件数"], rows: [["月曜", 3]] };
    await call("make_chart", { kind: "bar", title: "チケット", data });
    expect(attached[0]?.name).toBe("チケット.svg");
  });

  it("draws it where the machine has a font for it", async () => {
    fontFolders = ["/nowhere/at/all", dejaVu];
    // Lao, which the built-in face is not used for.
    const data = { columns: ["ວັນ", "n"], rows: [["ຈັນ", 3]] };
    await call("make_chart", { kind: "bar", title: "ປີ້", data });
    expect(attached[0]).toMatchObject({ name: "ປີ້.png", mimeType: "image/png" });
    expect(
      Buffer.from(attached[0]?.bytes ?? [])
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    expect(await findFonts(new Set([0x0e81]), [dejaVu])).toHaveLength(1);
    expect(await findFonts(new Set([0x0e81, 0x6708]), [dejaVu])).toBeUndefined();
    expect(await findFonts(new Set(), ["/nowhere"])).toEqual([]);
  });

  it.each([
    ["neither rows nor a query", {}, "either sql or data"],
    ["no rows", { sql: "SELECT channel, 1 AS n FROM conversations WHERE false" }, "no rows"],
    ["labels alone", { sql: "SELECT channel FROM conversations" }, "at least one column"],
    [
      "words for numbers",
      { sql: "SELECT channel, status FROM conversations" },
      "status has something that is no number: active",
    ],
    ["rows of another width", { data: { columns: ["a", "b"], rows: [["x"]] } }, "one cell for each column"],
    [
      "too many bars",
      { sql: "SELECT n, n AS m FROM generate_series(1, 100) n" },
      "60 rows at most, and there are 100",
    ],
    ["another's table", { sql: "SELECT id, 1 FROM public.messages" }, "no view public.messages"],
  ])("refuses %s in words for a model", async (_, args, problem) => {
    const outcome = await call("make_chart", { kind: "bar", title: "T", ...args });
    expect(outcome).toMatchObject({ kind: "error", text: expect.stringContaining(problem) });
    expect(attached).toEqual([]);
  });

  it("refuses a pie of less than nothing", async () => {
    const data = { columns: ["a", "n"], rows: [["x", -1]] };
    expect((await call("make_chart", { kind: "pie", title: "T", data })).text).toContain("0 or more");
  });
});

describe("export_csv", () => {
  it("attaches all rows as a file that a spreadsheet opens and runs nothing of", async () => {
    const sql = "SELECT n, '=HYPERLINK(1)' AS \"@name\", 'a,\"b\"' AS text FROM generate_series(1, 2500) n";
    const outcome = await call("export_csv", { sql, title: "All of it" });
    expect(JSON.parse(outcome.text)).toEqual({ attached: "all-of-it.csv", rows: 2500 });
    const lines = Buffer.from(attached[0]?.bytes ?? [])
      .toString()
      .split("\r\n");
    expect(lines.slice(0, 2)).toEqual(["\uFEFFn,'@name,text", `1,'=HYPERLINK(1),"a,""b"""`]);
    expect(lines).toHaveLength(2502);
  });

  it("stops at ten thousand rows and says so", async () => {
    const outcome = await call("export_csv", {
      sql: "SELECT n FROM generate_series(1, 20000) n",
      title: "Many",
    });
    expect(JSON.parse(outcome.text)).toMatchObject({
      rows: 10_000,
      note: expect.stringContaining("more rows"),
    });
  });

  it("attaches nothing where there is nothing", async () => {
    const outcome = await call("export_csv", { sql: "SELECT id FROM leads", title: "Leads" });
    expect(outcome).toMatchObject({ kind: "error", text: expect.stringContaining("nothing to export") });
    expect(attached).toEqual([]);
  });
});

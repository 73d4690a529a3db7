import type { Work } from "../baton-work.ts";

/** As the company's file names a colleague. */
export async function staffNameOf({ sql, subject }: Work, staff: string): Promise<string> {
  const [row] = await sql.query<{ name: string }>({
    text: "SELECT name FROM staff WHERE company_id = $1 AND id = $2",
    values: [subject.tenantId, staff],
  });
  return row?.name ?? "Support";
}

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { createRoomReader } from "../../src/settings/edit-rooms.ts";

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "baton-rooms-"));
  file = path.join(folder, "config/tenants/acme.yaml");
  await mkdir(path.dirname(file), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const company = "name: Acme\nknowledge:\n  - room: slack:T0123:C0123\n";

describe("the rooms a company's file opens", () => {
  it("are read as they are now", async () => {
    const rooms = createRoomReader(folder);
    await writeFile(file, company);
    expect((await rooms("acme")).map(({ at }) => at)).toEqual(["slack:T0123:C0123"]);
    await writeFile(file, "name: Acme\n");
    expect(await rooms("acme")).toEqual([]);
    expect(await rooms("another")).toEqual([]);
  });

  it("are not taken for closed while the file is saved: empty, or away, for a moment", async () => {
    const rooms = createRoomReader(folder);
    await writeFile(file, company);
    await rooms("acme");
    await writeFile(file, "");
    await expect(rooms("acme")).rejects.toThrow(SettingsError);
    await rm(file);
    await expect(rooms("acme")).rejects.toThrow(SettingsError);
    await writeFile(file, company);
    expect(await rooms("acme")).toHaveLength(1);
  });
});

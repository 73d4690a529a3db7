import { inflateSync } from "node:zlib";
import { strFromU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { createTeamsPackage } from "../../../channels/teams/app-package.ts";
import { sniffType } from "../../../channels/kit/sniff-type.ts";
import { recordedAppId } from "./teams-harness.ts";

const options = { appId: recordedAppId, publicUrl: "https://baton.example.com" };

describe("The app package for Teams", () => {
  const files = unzipSync(createTeamsPackage(options));

  it("holds the manifest and the two icons it names, and nothing else", () => {
    expect(Object.keys(files).toSorted()).toEqual(["color.png", "manifest.json", "outline.png"]);
    expect(createTeamsPackage(options)).toEqual(createTeamsPackage(options));
  });

  it("names the bot in all three scopes with its commands, and asks for what it needs to hear", () => {
    const manifest: unknown = JSON.parse(strFromU8(files["manifest.json"] ?? new Uint8Array()));
    expect(manifest).toMatchObject({
      manifestVersion: "1.19",
      id: recordedAppId,
      bots: [
        {
          botId: recordedAppId,
          scopes: ["personal", "team", "groupChat"],
          supportsFiles: true,
          commandLists: [{ commands: [{ title: "human" }, { title: "help" }, { title: "privacy" }] }],
        },
      ],
      validDomains: ["baton.example.com"],
      webApplicationInfo: { id: recordedAppId },
      authorization: {
        permissions: {
          resourceSpecific: [
            { name: "ChannelMessage.Read.Group", type: "Application" },
            { name: "ChatMessage.Read.Chat", type: "Application" },
          ],
        },
      },
    });
  });

  it("keeps to the lengths Teams allows", () => {
    const manifest: unknown = JSON.parse(strFromU8(files["manifest.json"] ?? new Uint8Array()));
    const { name, description, developer } = Object(manifest);
    expect(name.short.length).toBeLessThanOrEqual(30);
    expect(name.full.length).toBeLessThanOrEqual(100);
    expect(description.short.length).toBeLessThanOrEqual(80);
    expect(description.full.length).toBeLessThanOrEqual(4_000);
    expect(developer.name.length).toBeLessThanOrEqual(32);
  });

  it("draws icons of the sizes Teams asks for, the outline white on nothing", async () => {
    for (const [file, size] of [
      ["color.png", 192],
      ["outline.png", 32],
    ] as const) {
      const png = Buffer.from(files[file] ?? []);
      expect(await sniffType(png, "image/png")).toBe("image/png");
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
      const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
      expect(pixels).toHaveLength(size * (1 + 4 * size));
      const colours = new Set<string>();
      const alphas = new Set<number>();
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const at = y * (1 + 4 * size) + 1 + 4 * x;
          colours.add(pixels.subarray(at, at + 3).toString("hex"));
          alphas.add(pixels[at + 3] ?? -1);
        }
      if (file === "outline.png") {
        expect([...colours]).toEqual(["ffffff"]);
        expect(alphas.has(0) && alphas.has(255)).toBe(true);
      } else {
        expect(colours.has("ffffff") && colours.has("1f6f78")).toBe(true);
        expect([...alphas]).toEqual([255]);
      }
    }
  });
});

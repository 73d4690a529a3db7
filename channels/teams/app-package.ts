import { strToU8, zipSync } from "fflate";
import { accentColor, createColorIcon, createOutlineIcon } from "./icons.ts";

/** What Baton asks of a team or chat it is added to, each with its reason. Its owner agrees by adding the app. */
export const consents = {
  "ChannelMessage.Read.Group": "hear follow-ups in a channel thread without a new mention",
  "ChatMessage.Read.Chat": "hear follow-ups in a group chat without a new mention",
} as const;

/** What Teams offers when somebody begins to write to the bot. */
const commands = [
  { title: "human", description: "Talk to a person" },
  { title: "help", description: "What you can ask" },
  { title: "privacy", description: "What is kept of what you write" },
];

interface PackageOptions {
  readonly appId: string;
  /** Where people reach Baton, e.g. `https://baton.example.com`. */
  readonly publicUrl: string;
  /** Who offers the app; shown in Teams. */
  readonly company?: string | undefined;
  /** Raised with each change, or Teams keeps the old one. */
  readonly version?: string | undefined;
}

/** The app's manifest, schema 1.19. */
export function createTeamsManifest({ appId, publicUrl, company, version }: PackageOptions): object {
  const at = (path: string): string => new URL(path, publicUrl).href;
  return {
    $schema: "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json",
    manifestVersion: "1.19",
    version: version ?? "1.0.0",
    id: appId,
    developer: {
      name: (company ?? "Baton").slice(0, 32),
      websiteUrl: at("/"),
      privacyUrl: at("/privacy"),
      termsOfUseUrl: at("/terms"),
    },
    name: { short: "Baton", full: "Baton: answers, and a way to a person" },
    description: {
      short: "Answers from your company's knowledge, and passes the baton to your staff",
      full: "Ask in a personal chat, or mention Baton in a channel or group chat. It answers from your company's own knowledge and names its sources. Where it cannot help, or when you ask for a person, your staff take over in the same conversation.",
    },
    icons: { color: "color.png", outline: "outline.png" },
    accentColor,
    bots: [
      {
        botId: appId,
        scopes: ["personal", "team", "groupChat"],
        isNotificationOnly: false,
        supportsFiles: true,
        commandLists: [{ scopes: ["personal", "team", "groupChat"], commands }],
      },
    ],
    validDomains: [new URL(publicUrl).host],
    webApplicationInfo: { id: appId, resource: "https://RscBasedStoreApp" },
    authorization: {
      permissions: {
        resourceSpecific: Object.keys(consents).map((name) => ({ name, type: "Application" })),
      },
    },
  };
}

/** The app as Teams takes it: a zip of the manifest and the two icons. The same options give the same bytes. */
export function createTeamsPackage(options: PackageOptions): Uint8Array {
  const manifest = `${JSON.stringify(createTeamsManifest(options), null, 2)}\n`;
  const files = {
    "manifest.json": strToU8(manifest),
    "color.png": new Uint8Array(createColorIcon()),
    "outline.png": new Uint8Array(createOutlineIcon()),
  };
  return zipSync(files, { mtime: new Date(2000, 0, 1) });
}

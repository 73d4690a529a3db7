import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { AnswerRule } from "../core/answer-rule.ts";
import { channelNames, type ChannelName } from "../core/envelope.ts";
import type { StaffGroup, StaffMember } from "../core/staff.ts";
import type { OpeningHours } from "../core/business-time.ts";
import type { WebSite } from "../../channels/web/settings.ts";
import { listFiles, readYaml } from "./config-files.ts";
import { knowledgeSource, toKnowledgeSources, type KnowledgeSource } from "./knowledge-sources.ts";
import { openingHoursFile, slaFile, toOpeningHours, type SlaFile } from "./opening-hours.ts";
import { answersFile, draftsFile, needsRoom } from "./answer-rules.ts";
import { handoffFile } from "./handoff-files.ts";
import { checkStaffAccounts, staffFile, staffFromFile, staffRoomFile, toStaffGroups } from "./staff-files.ts";
import { toWaitChain, waitChainFile, type WaitChainStep } from "./wait-chain.ts";
import { toWebhookFiles, webhookFile, type WebhookFile } from "./webhook-files.ts";
import { findDoubles, findForeignGroups, tenantFolder } from "./workspace-owners.ts";

const demos = ["cinema", "catering", "support"] as const;
const brainKinds = ["intents", "flows", "faq", "templates"] as const;

/** A company using this deployment, as its file in `config/tenants` describes it. The slug is the file's name. */
export interface TenantFile {
  readonly slug: string;
  readonly name: string;
  readonly tier: "free" | "pro" | "enterprise";
  /** Whose people come first when there is more to do than can be done; `low` ones may be asked to wait. */
  readonly priority?: "high" | "normal" | "low" | undefined;
  /** The text of the prompt the file names, empty when it names none. */
  readonly persona: string;
  /** Takes workspaces that install themselves and belong to no tenant yet. At most one tenant is. */
  readonly isDefault: boolean;
  /** `rules`: no model ever answers; `hybrid` asks one and falls back on rules. */
  readonly mode: "hybrid" | "rules";
  /** What reads the messages: rules of Baton's own, or a cheap model before them, at one short call a turn. */
  readonly understanding?: "offline" | "model" | undefined;
  /** US dollars its models and tools may cost a day; as much as the deployment's limit leaves when left out. */
  readonly maxCostPerDay?: number | undefined;
  /** Families and names of the tools its agents may offer; all of them when left out. */
  readonly tools?: readonly string[] | undefined;
  /** ISO 639-1 and IANA names, for whoever tells none. */
  readonly language?: string | undefined;
  readonly timeZone?: string | undefined;
  /** Filled with example data at the start. */
  readonly demo?: (typeof demos)[number] | undefined;
  /** What stands in `config/<kind>/<slug>.yaml`, by kind; as it was read, for those who know what it means. */
  readonly brain: ReadonlyMap<(typeof brainKinds)[number], unknown>;
  /** Where its documents come from. */
  readonly knowledge: readonly KnowledgeSource[];
  /** Workspaces that belong to this tenant, by the platform's own ids. */
  readonly installations: readonly { readonly channel: ChannelName; readonly id: string }[];
  /** Web sites whose visitors may talk to this tenant; each is an installation, too. */
  readonly sites: readonly WebSite[];
  /** Colleagues who may take conversations over, by their accounts on the platforms. */
  readonly staff: readonly StaffMember[];
  /** Groups on the platforms whose members are colleagues, too. */
  readonly staffFrom?: readonly StaffGroup[] | undefined;
  /** A room on a platform that colleagues read and the people they help do not. */
  readonly staffRoom?:
    { readonly channel: ChannelName; readonly workspace: string; readonly id: string } | undefined;
  /** As whom colleagues speak to people out of a room of theirs: their first name, the team, or nobody. */
  readonly staffIdentity?: "named" | "role" | "anonymous" | undefined;
  /** Who is told in the staff room when nobody answers somebody, and after how long. */
  readonly waitChain?: readonly WaitChainStep[] | undefined;
  /** What colleagues send by a name, in lower case. */
  readonly snippets?: ReadonlyMap<string, string> | undefined;
  /** Who answers what; the first that fits counts, and an empty one fits everything. Baton alone where none does. */
  readonly drafts?: readonly AnswerRule[] | undefined;
  /** What people of this company agreed to have used for training may leave by `npm run export:conversations`. */
  readonly training?: boolean | undefined;
  /** Colleagues may approve what they asked for themselves. */
  readonly approveOwn?: boolean | undefined;
  /** People are asked what the help was like once a colleague resolved their conversation; they are unless this is false. */
  readonly askSatisfaction?: boolean | undefined;
  /** How many days an answer is told that a colleague gave in the place of the bot's. */
  readonly reviewedDays?: number | undefined;
  /** When colleagues are there; always when left out. */
  readonly openingHours?: OpeningHours | undefined;
  /** What people are told who ask for somebody while nobody is there, behind from when on somebody is. */
  readonly closedText?: string | undefined;
  /** How soon colleagues promise to answer and to solve, by how urgent a ticket is. */
  readonly sla?: SlaFile | undefined;
  /** When its conversations go to people by themselves; as usual where it says nothing. */
  readonly handoff?: z.output<typeof handoffFile> | undefined;
  /** Systems outside that are told what becomes of conversations. */
  readonly webhooks?: readonly WebhookFile[] | undefined;
}

const site = z.strictObject({
  key: z
    .string("must be the site's key in quotes")
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,63}$/, "must be 3 to 64 letters, digits, dashes or underscores"),
  name: z.string().min(1).max(200).optional(),
  origins: z
    .array(
      z
        .string()
        .refine(isOrigin, "must be an origin such as https://www.example.com, without a path, or self"),
    )
    .min(1, "must name at least one origin"),
  userTokenSecret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable that has the secret")
    .optional(),
  allowApps: z.boolean("must be true or false").default(false),
});

const tenantFile = z.strictObject({
  name: z.string("must be the company's name").min(1).max(200),
  tier: z.enum(["free", "pro", "enterprise"], "must be free, pro or enterprise").default("free"),
  priority: z.enum(["high", "normal", "low"], "must be high, normal or low").optional(),
  persona: z
    .string()
    .regex(/^[a-z0-9-]+\.md$/, "must be a file name in config/prompts, such as customer.md")
    .optional(),
  default: z.boolean("must be true or false").default(false),
  tools: z.array(z.string("must be names of tools or their families")).optional(),
  mode: z.enum(["hybrid", "rules"], "must be hybrid or rules").default("hybrid"),
  understanding: z.enum(["offline", "model"], "must be offline or model").optional(),
  maxCostPerDay: z.number("must be US dollars, such as 20").min(0).optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, "must be a language such as de")
    .optional(),
  timeZone: z.string().refine(isTimeZone, "must be a time zone such as Europe/Berlin").optional(),
  demo: z.enum(demos, `must be one of ${demos.join(", ")}`).optional(),
  installations: z
    .array(
      z.strictObject({
        channel: z.enum(channelNames, `must be one of ${channelNames.join(", ")}`),
        id: z.string("must be the workspace's id in quotes").min(1),
      }),
    )
    .default([]),
  sites: z.array(site).default([]),
  knowledge: z.array(knowledgeSource).default([]),
  staff: staffFile.default([]),
  staffFrom: staffFromFile.default([]),
  staffRoom: staffRoomFile.optional(),
  staffIdentity: z.enum(["named", "role", "anonymous"], "must be named, role or anonymous").default("named"),
  waitAlertMinutes: z.number("must be minutes, such as 10").min(0).max(10_000).default(10),
  waitAlerts: waitChainFile.optional(),
  snippets: z
    .record(
      z.string().regex(/^[a-z0-9_-]{1,40}$/, "must be named by a-z, 0-9, - and _"),
      z.string("must be the words to send").min(1).max(4_000),
    )
    .default({}),
  drafts: draftsFile.default([]),
  answers: answersFile.default([]),
  training: z.boolean("must be true or false").optional(),
  approveOwn: z.boolean("must be true or false").default(false),
  askSatisfaction: z.boolean("must be true or false").default(true),
  reviewedDays: z.number("must be days, such as 180").int().min(1).max(3_650).default(180),
  openingHours: openingHoursFile.optional(),
  sla: slaFile.optional(),
  handoff: handoffFile.optional(),
  webhooks: z.array(webhookFile).max(20, "must be at most 20").default([]),
});

/**
 * Reads every tenant. Adds to `problems`: files that do not parse, prompts that are missing, a workspace that
 * belongs to two tenants, two defaults. The first tenant is the default where no file says otherwise.
 */
export function readTenantFiles(
  folder: string,
  problems: string[],
  values: Readonly<Record<string, string>>,
): readonly TenantFile[] {
  const tenants = listFiles(folder, tenantFolder, ".yaml").flatMap((name) =>
    readTenant(folder, name, { problems, values }),
  );
  problems.push(...findDoubles(tenants), ...findForeignGroups(tenants));
  if (tenants.some(({ isDefault }) => isDefault)) return tenants;
  return tenants.map((tenant, index) => ({ ...tenant, isDefault: index === 0 }));
}

interface Reading {
  readonly problems: string[];
  /** Names in the environment with their values. */
  readonly values: Readonly<Record<string, string>>;
}

function readTenant(folder: string, name: string, { problems, values }: Reading): TenantFile[] {
  const path = `${tenantFolder}/${name}`;
  const slug = name.replace(/\.yaml$/, "");
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(slug)) {
    problems.push(`${path}: the file's name becomes the tenant's: use a-z, 0-9 and dashes`);
    return [];
  }
  const file = readYaml(folder, path, tenantFile, problems);
  if (file === undefined) return [];
  const persona = file.persona === undefined ? "" : readPrompt(folder, file.persona, path, problems);
  checkStaffAccounts(file, { path, problems });
  const drafts: readonly AnswerRule[] = [...file.answers, ...file.drafts];
  if (drafts.some(needsRoom) && file.staffRoom === undefined)
    problems.push(
      `${path}: drafts need a room in which colleagues see them. Add staffRoom, or take drafts out`,
    );
  return [
    {
      slug,
      name: file.name,
      tier: file.tier,
      priority: file.priority,
      persona,
      isDefault: file.default,
      mode: file.mode,
      understanding: file.understanding,
      maxCostPerDay: file.maxCostPerDay,
      tools: file.tools,
      language: file.language,
      timeZone: file.timeZone,
      demo: file.demo,
      brain: readBrain(folder, slug, problems),
      knowledge: toKnowledgeSources(folder, slug, file.knowledge),
      installations: [
        ...file.installations,
        ...file.sites.map(({ key }) => ({ channel: "web" as const, id: key })),
      ],
      sites: file.sites.map((one) => toSite(one, { path, problems, values })),
      staff: file.staff,
      staffFrom: toStaffGroups(file, { path, problems }),
      staffRoom: file.staffRoom,
      staffIdentity: file.staffIdentity,
      waitChain: toWaitChain(file, { path, problems }),
      snippets: new Map(Object.entries(file.snippets)),
      drafts,
      training: file.training,
      approveOwn: file.approveOwn,
      askSatisfaction: file.askSatisfaction,
      reviewedDays: file.reviewedDays,
      openingHours: file.openingHours && toOpeningHours(file.openingHours, file.timeZone),
      closedText: file.openingHours?.closedText,
      sla: file.sla,
      handoff: file.handoff,
      webhooks: toWebhookFiles(file.webhooks, { path, problems, values }),
    },
  ];
}

/** Files that are not there are not missed: a company says as much as it likes. */
function readBrain(folder: string, slug: string, problems: string[]): TenantFile["brain"] {
  const names = brainKinds.map((kind) => [kind, `config/${kind}/${slug}.yaml`] as const);
  const there = names.filter(([, name]) => existsSync(join(folder, name)));
  return new Map(there.map(([kind, name]) => [kind, readYaml(folder, name, z.unknown(), problems)]));
}

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

function isOrigin(origin: string): boolean {
  return origin === "self" || (/^https?:/.test(origin) && URL.parse(origin)?.origin === origin);
}

const shortestSecret = 32;

/** The file names the secret; the secret itself stands where secrets do. */
function toSite(
  { key, name = key, origins, userTokenSecret: secretName, allowApps }: z.output<typeof site>,
  { path, problems, values }: Reading & { readonly path: string },
): WebSite {
  const secret = secretName === undefined ? undefined : values[secretName];
  if (secretName !== undefined && (secret?.length ?? 0) < shortestSecret) {
    problems.push(
      `${secretName}: ${path} names it as the secret of the site ${key}: set it to ${shortestSecret} or more random characters`,
    );
  }
  return { key, name, origins, userTokenSecret: secret, allowApps };
}

function readPrompt(folder: string, name: string, askedBy: string, problems: string[]): string {
  try {
    return readFileSync(join(folder, "config/prompts", name), "utf8").trim();
  } catch {
    problems.push(`${askedBy}: config/prompts/${name} cannot be read. Write it, or name another persona`);
    return "";
  }
}

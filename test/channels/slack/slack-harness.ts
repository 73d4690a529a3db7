import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import type {
  Channel,
  ChannelRequest,
  ChannelResponse,
  InstallationRecord,
  Installations,
} from "../../../src/core/channel.ts";
import type { Accept, Envelope, Parsed } from "../../../src/core/envelope.ts";
import type { Fields } from "../../../channels/kit/fields.ts";
import type { SlackContext } from "../../../channels/slack/parse-context.ts";
import { readSlackSettings, type SlackSettings } from "../../../channels/slack/settings.ts";

export const signingSecret = "0123456789abcdef0123456789abcdef";
export const nowMs = 1_770_000_000_000;

/** A recorded file of the shared data, as it is. */
export function recorded(name: string): Record<string, Fields> {
  const url = new URL(`../../../../shared/data/recorded/slack/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

/** The context a delivery to the recorded workspace is read in. */
export function aContext(overrides: Partial<SlackContext> = {}): SlackContext {
  return {
    installation: "T00FAKE00AA",
    botUserId: "U00FAKEBOT01",
    botId: "B00FAKEBOT01",
    appId: "A00FAKEAPP01",
    allowedBots: new Set(),
    receivedAt: new Date(nowMs),
    correlationId: "test",
    ...overrides,
  };
}

/** An Events API delivery of `event` to the recorded workspace. */
export function anEvent(event: Fields, body: Fields = {}): Fields {
  return {
    token: "scrubbed",
    team_id: "T00FAKE00AA",
    context_team_id: "T00FAKE00AA",
    api_app_id: "A00FAKEAPP01",
    type: "event_callback",
    event_id: "Ev0000000001",
    event_time: 1_770_000_000,
    event: { event_ts: "1770000000.000100", ...event },
    ...body,
  };
}

/** A person's message in a public channel. */
export function aMessage(overrides: Fields = {}): Fields {
  return {
    type: "message",
    channel: "C1",
    channel_type: "channel",
    user: "U1",
    team: "T00FAKE00AA",
    ts: "1770000000.000100",
    text: "hello",
    ...overrides,
  };
}

/** The envelope, or a failed test. */
export function envelopeOf(parsed: Parsed): Envelope {
  if (parsed.kind !== "envelope") throw new Error(`ignored: ${parsed.reason}`);
  return parsed.envelope;
}

/** Installations in memory, with the promises of the real ones: save replaces, remove destroys. */
export function createInstallations(
  ...records: InstallationRecord[]
): Installations & { readonly tenants: Map<string, string | undefined> } {
  const all = new Map(records.map((record) => [record.externalId, record]));
  const tenants = new Map<string, string | undefined>();
  return {
    tenants,
    find: async (id) => all.get(id),
    list: async () => [...all.values()],
    save: async (record, tenant) => {
      all.set(record.externalId, record);
      if (!tenants.has(record.externalId)) tenants.set(record.externalId, tenant);
    },
    remove: async (id) => void all.delete(id),
  };
}

export function anInstallation(overrides: Partial<InstallationRecord> = {}): InstallationRecord {
  return {
    externalId: "T00FAKE00AA",
    name: "Recorded",
    credentials: {
      botToken: "xoxb-test",
      botUserId: "U00FAKEBOT01",
      botId: "B00FAKEBOT01",
      appId: "A00FAKEAPP01",
      scopes: [],
    },
    ...overrides,
  };
}

/** An inbox in memory: takes each message once, and fails while told to. */
export function createInbox() {
  const seen = new Set<string>();
  const envelopes: Envelope[] = [];
  const state = { failing: false, calls: 0 };
  const accept: Accept = async (envelope) => {
    state.calls += 1;
    if (state.failing) throw new Error("database down");
    const key = JSON.stringify([envelope.installation, envelope.place.space, envelope.id]);
    if (seen.has(key)) return { kind: "duplicate" };
    // What cannot be stored must not come through.
    JSON.stringify(envelope);
    seen.add(key);
    envelopes.push(envelope);
    return { kind: "accepted" };
  };
  return { accept, envelopes, state };
}

/** Settings of a deployment that serves the recorded workspace over HTTP, without calling Slack at start. */
export function someSettings(env: Record<string, string> = {}): SlackSettings {
  return readSlackSettings({
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_CLIENT_ID: "100.200",
    SLACK_CLIENT_SECRET: "client-secret",
    SLACK_STATE_SECRET: "state-secret-0123456789",
    ...env,
  });
}

interface PostOptions {
  readonly path?: string;
  readonly secret?: string;
  readonly atMs?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly contentType?: string;
}

/** Signs as Slack does. */
export function sign(secret: string, timestamp: string, body: string | Buffer): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex")}`;
}

/** Posts to one of the channel's doors as Slack would, signed unless the headers say otherwise. */
export function post(
  channel: Channel,
  body: string | Buffer | object,
  options: PostOptions = {},
): Promise<ChannelResponse> {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const timestamp = String(Math.floor((options.atMs ?? nowMs) / 1000));
  const request: ChannelRequest = {
    headers: {
      "content-type": options.contentType ?? "application/json",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": sign(options.secret ?? signingSecret, timestamp, bytes),
      ...options.headers,
    },
    query: {},
    body: bytes,
    correlationId: "test",
  };
  const path = options.path ?? "/slack/events";
  const route = channel.routes.find((door) => door.method === "POST" && door.path === path);
  if (route === undefined) throw new Error(`no door at ${path}`);
  return route.handle(request);
}

/** A form as Slack posts interactions: everything in one field. */
export function payloadForm(payload: object): string {
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

export const form = "application/x-www-form-urlencoded";

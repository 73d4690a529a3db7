import { readFileSync } from "node:fs";
import type { Attempt, InstallationRecord, Installations, Target } from "../../../src/core/channel.ts";
import type { Accept, Envelope, Parsed } from "../../../src/core/envelope.ts";
import type { DeliveryId } from "../../../src/core/ids.ts";
import type { Fields } from "../../../channels/kit/fields.ts";
import type { TeamsContext } from "../../../channels/teams/parse-context.ts";

export const recordedAppId = "11111111-2222-3333-4444-555555555555";
export const tenantId = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
export const serviceUrl = `https://smba.trafficmanager.net/amer/${tenantId}/`;
export const nowMs = 1_770_000_000_000;

/** A recorded file of the shared data, as it is. */
export function recorded(name: string): Record<string, Fields> {
  const url = new URL(`../../../../shared/data/recorded/teams/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8"));
}

/** The context a recorded activity is read in. */
export function aContext(overrides: Partial<TeamsContext> = {}): TeamsContext {
  return {
    appId: recordedAppId,
    allowedBots: new Set(),
    receivedAt: new Date(nowMs),
    correlationId: "test",
    ...overrides,
  };
}

/** An activity of a personal chat with the recorded app. */
export function anActivity(overrides: Fields = {}): Fields {
  return {
    type: "message",
    id: "1767224924615",
    timestamp: "2026-01-01T10:00:00.000Z",
    channelId: "msteams",
    serviceUrl,
    from: { id: "29:ana", name: "Ana", aadObjectId: "00000000-1111-2222-3333-444444444444" },
    conversation: { conversationType: "personal", tenantId, id: "a:chat-of-ana" },
    recipient: { id: `28:${recordedAppId}`, name: "Baton" },
    text: "hello",
    textFormat: "plain",
    channelData: { tenant: { id: tenantId } },
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
): Installations & { readonly saves: InstallationRecord[] } {
  const all = new Map(records.map((record) => [record.externalId, record]));
  const saves: InstallationRecord[] = [];
  return {
    saves,
    find: async (id) => all.get(id),
    list: async () => [...all.values()],
    save: async (record) => {
      saves.push(record);
      all.set(record.externalId, record);
    },
    remove: async (id) => void all.delete(id),
  };
}

/** An inbox in memory: takes each message once, and fails while told to. */
export function createInbox() {
  const seen = new Set<string>();
  const envelopes: Envelope[] = [];
  const state = { failing: false, calls: 0, delayMs: 0 };
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

/** One try to deliver; `id` tells deliveries apart. */
export function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    deliveryId: "00000000-0000-4000-8000-000000000001" as DeliveryId,
    correlationId: "test",
    signal: new AbortController().signal,
    checkpoint: () => {},
    ...overrides,
  };
}

/** Where the answer to an envelope goes. */
export function targetOf(envelope: Envelope): Target {
  const { installation, place, sender, returnPath } = envelope;
  return { installation, place, recipient: sender.id, returnPath };
}

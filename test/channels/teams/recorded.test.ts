import { describe, expect, it } from "vitest";
import { isFields, type Fields } from "../../../channels/kit/fields.ts";
import { parseTeams } from "../../../channels/teams/parse.ts";
import { aContext, envelopeOf, recorded, serviceUrl, tenantId } from "./teams-harness.ts";

const user = {
  id: "29:1xXxFakeUserBase64IdStringForTeamsPlatformAbcDeFgHiJkLmNoPqRsTuVwXyZ012345ABCDEF",
  kind: "user",
};
const space = "19:d441d38c655c47a085215b2726e76927@thread.tacv2";

function inThread(root: string, id: string) {
  return { id: `${root}/${id}`, place: { space, thread: root, audience: "public" } };
}

/** Every recorded activity, and the envelope it must become. */
const expected: Record<string, Record<string, object>> = {
  "actions-reactions": {
    mention: {
      ...inThread("1767326091220", "1767326091220"),
      kind: "message",
      text: "Test",
      addressed: "mention",
      inThread: false,
      sentAt: new Date(1_767_326_091_220),
      sender: { ...user, name: "Test User" },
    },
    action: {
      ...inThread("1767326091220", "f:975cac46-e795-f39b-0c0d-491c14495a9b"),
      kind: "action",
      action: "info",
      value: "",
    },
    reaction: {
      kind: "reaction",
      id: `1767326091220/1767326111492:like:${user.id}:added:1767326118953`,
      emoji: "like",
      added: true,
      targetId: "1767326091220/1767326111492",
      sender: user,
      place: { space, thread: "1767326091220", audience: "public" },
    },
  },
  channel: {
    mention: {
      ...inThread("1771290107407", "1771290107407"),
      kind: "message",
      text: "Hey",
      addressed: "mention",
      mentionsOthers: false,
      attachments: [],
      sentAt: new Date("2026-02-17T01:01:47.451Z"),
      sender: { ...user, name: "Test User", locale: "en-US", timeZone: "America/Los_Angeles" },
      returnPath: JSON.stringify({ serviceUrl }),
    },
    channel_post_action: {
      ...inThread("1771290107407", "f:56006e85-7a67-25c7-704d-7f0a1e45eeec"),
      kind: "action",
      action: "channel-post",
      targetId: "1771290107407/1771290108656",
    },
  },
  mention: {
    mention: {
      ...inThread("1767224924615", "1767224924615"),
      kind: "message",
      text: "Hey",
      addressed: "mention",
      installation: tenantId,
    },
    followUp: {
      ...inThread("1767224924615", "1767224937245"),
      kind: "message",
      text: "Hi",
      addressed: "none",
      mentionsOthers: false,
      inThread: true,
    },
  },
};

function activitiesIn(file: string): Record<string, Fields> {
  return Object.fromEntries(Object.entries(recorded(file)).filter(([, payload]) => isFields(payload)));
}

describe("recorded Teams activities", () => {
  for (const [file, wanted] of Object.entries(expected)) {
    for (const [name, want] of Object.entries(wanted)) {
      it(`reads ${file}: ${name}`, () => {
        const activity = activitiesIn(file)[name] ?? {};
        expect(envelopeOf(parseTeams(activity, aContext()))).toMatchObject(want);
      });
    }
    it(`leaves no activity of ${file} out`, () => {
      expect(Object.keys(wanted).toSorted()).toEqual(Object.keys(activitiesIn(file)).toSorted());
    });
  }

  it("keeps the activity for replay as it came", () => {
    const activity = activitiesIn("channel")["mention"] ?? {};
    const said = envelopeOf(parseTeams(activity, aContext()));
    expect(said.raw).toEqual(activity);
    expect(envelopeOf(parseTeams(activity, aContext()))).toEqual(said);
  });
});

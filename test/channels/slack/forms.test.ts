import { expect, it } from "vitest";
import { opensForm, toFormView } from "../../../channels/slack/forms.ts";
import { parseSlack } from "../../../channels/slack/parse.ts";
import { createTake } from "../../../channels/slack/take.ts";
import { deckButton, deckFormOf, formField, wordForms } from "../../../src/core/deck.ts";
import { PermanentError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { until } from "../../support/talk.ts";
import { aContext, anInstallation, createInbox, createInstallations, envelopeOf } from "./slack-harness.ts";

const note = deckFormOf(deckButton("note", "", { conversationId: "c" }).action);
if (note === undefined) throw new Error("no form");
const colleagues = (many: number) =>
  Array.from({ length: many }, (_, index) => ({ value: `s${index}`, label: `Colleague ${index}` }));
const conversationId = "00000000-0000-4000-8000-000000000001";
const button = deckButton("note", "Note", { conversationId });

/** Mia's press on a card in the thread of a room. */
const press = {
  type: "block_actions",
  team: { id: "T00FAKE00AA" },
  user: { id: "U0MIA", name: "mia", team_id: "T00FAKE00AA" },
  api_app_id: "A00FAKEAPP01",
  trigger_id: "1.2.abc",
  channel: { id: "G1", name: "privategroup" },
  container: {
    type: "message",
    message_ts: "1770000001.000100",
    channel_id: "G1",
    thread_ts: "1770000000.000100",
  },
  message: { ts: "1770000001.000100", thread_ts: "1770000000.000100" },
  actions: [
    { action_id: button.action, value: button.value, action_ts: "1770000002.000100", type: "button" },
  ],
};

const submitted = (view: object) => ({
  type: "view_submission",
  team: press.team,
  user: press.user,
  api_app_id: press.api_app_id,
  view: {
    ...view,
    id: "V1",
    hash: "h",
    state: { values: { [formField]: { [formField]: { type: "plain_text_input", value: "she called" } } } },
  },
});

it("a button that needs words opens a form, and what is written into it comes from where the button stands", () => {
  const pressed = envelopeOf(parseSlack(press, aContext()));
  if (!opensForm(pressed)) throw new Error("no form");
  const written = envelopeOf(parseSlack(submitted(toFormView(pressed, note)), aContext()));
  expect(written).toMatchObject({
    kind: "action",
    action: button.action,
    value: conversationId,
    fields: { [formField]: "she called" },
    sender: pressed.sender,
    place: pressed.place,
  });
  expect(opensForm(written)).toBe(false);
});

it("what there is to choose is a list, up to the hundred Slack shows; of more, words are asked for", () => {
  const pressed = envelopeOf(parseSlack(press, aContext()));
  if (!opensForm(pressed)) throw new Error("no form");
  const elementWith = (many: number) =>
    JSON.stringify(toFormView(pressed, { ...note, options: colleagues(many) }).blocks);
  expect(elementWith(100)).toContain('"static_select"');
  expect(elementWith(100)).toContain('{"value":"s99","text":{"type":"plain_text","text":"Colleague 99"}}');
  expect(elementWith(101)).toContain('"plain_text_input"');
  expect(elementWith(0)).toContain('"plain_text_input"');
});

it("a form of somebody else's making keeps its own origin", () => {
  const view = { type: "modal", callback_id: "feedback", private_metadata: '{"order":7}' };
  const written = envelopeOf(parseSlack(submitted(view), aContext()));
  expect(written).toMatchObject({ value: '{"order":7}', place: { space: "U0MIA", audience: "direct" } });
});

function setUp(openForm: () => Promise<void>) {
  const inbox = createInbox();
  const record = anInstallation();
  const credentials = {
    botToken: "xoxb-test",
    botUserId: "U00FAKEBOT01",
    botId: "B1",
    appId: "A00FAKEAPP01",
  };
  const take = createTake({
    settings: { allowedBots: new Set(), appId: undefined },
    tokens: {
      known: async () => ({ ...credentials, scopes: [], enterpriseId: undefined }),
      fresh: async () => ({ ...credentials, scopes: [], enterpriseId: undefined }),
    } as unknown as Parameters<typeof createTake>[0]["tokens"],
    installations: createInstallations(record),
    log: silentLog,
    now: Date.now,
    accept: inbox.accept,
    isUnsettled: () => false,
    publishHome: async () => {},
    formOf: wordForms,
    openForm,
  });
  return { inbox, press: () => take({ body: press, correlationId: "c" }) };
}

it("nothing is taken in while a form is open; where none can be opened the press comes without words", async () => {
  const shown = setUp(async () => {});
  await shown.press();
  expect(shown.inbox.envelopes).toEqual([]);
  const twice = setUp(() =>
    Promise.reject(new PermanentError("slack: open a form", { code: "exchanged_trigger_id" })),
  );
  await twice.press();
  const failing = setUp(() =>
    Promise.reject(new PermanentError("slack: open a form", { code: "expired_trigger_id" })),
  );
  await failing.press();
  const [envelope] = await until(async () => failing.inbox.envelopes.length > 0 && failing.inbox.envelopes);
  expect(envelope).toMatchObject({ kind: "action", action: button.action, value: conversationId });
  expect(envelope).not.toHaveProperty("fields");
  expect(twice.inbox.envelopes).toEqual([]);
});

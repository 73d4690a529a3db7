import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackSimulator } from "../../../simulators/slack/simulator.ts";
import { startSlackSimulator } from "../../../simulators/slack/start-slack-simulator.ts";
import { isSigned, startReceiver } from "./receiver.ts";

let slack: SlackSimulator;
let client: WebClient;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let answer = "";
const plain = (text: string) => ({ type: "plain_text" as const, text });

beforeEach(async () => {
  answer = "";
  receiver = await startReceiver(() => ({ status: 200, body: answer }));
  slack = await startSlackSimulator({ interactivityUrl: receiver.url, commandUrl: receiver.url });
  client = new WebClient(slack.installation.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
  });
});
afterEach(async () => {
  await slack.stop();
  await receiver.stop();
});

async function postCard(): Promise<string> {
  const { ts = "" } = await client.chat.postMessage({
    channel: "C0SUPPORT01",
    text: "card",
    blocks: [
      {
        type: "actions",
        block_id: "row",
        elements: [
          { type: "button", action_id: "go", text: plain("Go"), value: "1" },
          { type: "overflow", action_id: "more", options: [{ text: plain("A"), value: "a" }] },
          { type: "static_select", action_id: "pick", options: [{ text: plain("B"), value: "b" }] },
        ],
      },
      {
        type: "context_actions",
        block_id: "fb",
        elements: [
          {
            type: "feedback_buttons",
            action_id: "rate",
            positive_button: { text: plain("Good"), value: "good" },
            negative_button: { text: plain("Bad"), value: "bad" },
          },
        ],
      },
    ],
  });
  return ts;
}

test("buttons, menus, selects and feedback buttons send signed block actions in their own shapes", async () => {
  const messageTs = await postCard();
  const place = { user: "Ana", channel: "#support", messageTs };
  await slack.clicks({ ...place, actionId: "go" }).done;
  await slack.clicks({ ...place, actionId: "more", value: "a" }).done;
  await slack.clicks({ ...place, actionId: "pick", value: "b" }).done;
  await slack.clicks({ ...place, value: "bad" }).done;
  expect(
    receiver.received.every(
      (one) => isSigned(one, slack.app.signingSecret) && one.body.startsWith("payload="),
    ),
  ).toBe(true);
  expect(receiver.received.map((one) => (one.json["actions"] as unknown[])[0])).toMatchObject([
    { type: "button", action_id: "go", block_id: "row", value: "1" },
    { type: "overflow", selected_option: { value: "a" } },
    { type: "static_select", selected_option: { value: "b" } },
    { type: "feedback_buttons", action_id: "rate", value: "bad", text: { text: "Bad" } },
  ]);
  expect(receiver.received[0]?.json).toMatchObject({
    type: "block_actions",
    user: { id: "U0ANA000001" },
    container: { type: "message", message_ts: messageTs },
    channel: { id: "C0SUPPORT01" },
    message: { text: "card" },
  });
});

test("a response URL answers the clicker, the channel, replaces and deletes the message, five times at most", async () => {
  const messageTs = await postCard();
  await slack.clicks({ user: "Ana", channel: "#support", messageTs, actionId: "go" }).done;
  const url = String(receiver.received[0]?.json["response_url"]);
  const post = async (body: object) =>
    (await fetch(url, { method: "POST", body: JSON.stringify(body) })).status;
  expect(await post({ text: "only you" })).toBe(200);
  expect(await post({ response_type: "in_channel", text: "all of you" })).toBe(200);
  expect(await post({ replace_original: true, text: "replaced" })).toBe(200);
  expect(slack.thread("#support", messageTs)[0]?.text).toBe("replaced");
  expect(await post({ delete_original: true })).toBe(200);
  expect(await post({ texxt: "wrong" })).toBe(400);
  expect(await post({ text: "sixth" })).toBe(404);
  expect(slack.ephemerals("#support").map((message) => message.text)).toEqual(["only you"]);
  expect(
    slack
      .messages("#support")
      .filter((message) => !message.deleted)
      .map((message) => message.text),
  ).toEqual(["all of you"]);
});

test("a trigger opens one modal, whose submission carries its state; errors keep it open, an empty answer closes it", async () => {
  const messageTs = await postCard();
  const { triggerId, done } = slack.clicks({ user: "Ana", channel: "#support", messageTs, actionId: "go" });
  await done;
  const view = {
    type: "modal" as const,
    title: plain("Tell us"),
    submit: plain("Send"),
    notify_on_close: true,
    blocks: [
      {
        type: "input",
        block_id: "why",
        label: plain("Why"),
        element: { type: "plain_text_input", action_id: "text" },
      },
    ],
  };
  const opened = await client.views.open({ trigger_id: triggerId, view });
  await expect(client.views.open({ trigger_id: triggerId, view })).rejects.toMatchObject({
    data: { error: "exchanged_trigger_id" },
  });
  await expect(client.views.open({ trigger_id: "1.2.3", view })).rejects.toMatchObject({
    data: { error: "invalid_trigger_id" },
  });
  const viewId = opened.view?.id ?? "";
  answer = JSON.stringify({ response_action: "errors", errors: { why: "too short" } });
  await slack.submitsView({ user: "Ana", viewId, values: { why: "because" } }).done;
  expect(slack.views()[0]?.open).toBe(true);
  expect(receiver.received.at(-1)?.json).toMatchObject({
    type: "view_submission",
    view: {
      id: viewId,
      state: { values: { why: { text: { type: "plain_text_input", value: "because" } } } },
    },
  });
  answer = "not json";
  expect((await slack.submitsView({ user: "Ana", viewId, values: {} }).done).error).toBe("invalid_response");
  answer = "";
  await slack.submitsView({ user: "Ana", viewId, values: { why: "because it is" } }).done;
  expect(slack.views()[0]?.open).toBe(false);
});

test("a Home tab is published, shown and clicked in", async () => {
  await client.views.publish({
    user_id: "U0ANA000001",
    view: {
      type: "home",
      blocks: [{ type: "actions", elements: [{ type: "button", action_id: "hi", text: plain("Hi") }] }],
    },
  });
  await slack.clicks({ user: "Ana", viewId: slack.home("Ana")?.id ?? "", actionId: "hi" }).done;
  expect(receiver.received[0]?.json).toMatchObject({
    type: "block_actions",
    container: { type: "view" },
    view: { type: "home" },
  });
});

test("a slash command is a signed form, and its answer is shown to the one who asked", async () => {
  answer = JSON.stringify({ text: "at your service" });
  await slack.slash({ user: "Ana", channel: "#support", command: "/baton", text: "help me" }).done;
  expect(receiver.received[0]?.json).toMatchObject({
    command: "/baton",
    text: "help me",
    team_id: "T0BATON0001",
    channel_name: "support",
    is_enterprise_install: "false",
  });
  expect(slack.ephemerals()).toMatchObject([{ text: "at your service", ephemeralTo: "U0ANA000001" }]);
});

test("a message shortcut carries the message", async () => {
  const { ts } = slack.userSays({ user: "Ben", channel: "#support", text: "broken printer" });
  await slack.shortcut({ user: "Mia", channel: "#support", messageTs: ts, callbackId: "to_ticket" }).done;
  expect(receiver.received[0]?.json).toMatchObject({
    type: "message_action",
    callback_id: "to_ticket",
    message: { text: "broken printer", ts },
  });
});

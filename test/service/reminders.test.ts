import { afterAll, beforeAll, expect, it } from "vitest";
import { openTalk, until, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
}, 60_000);
afterAll(() => talk?.stop());

const asksToBeReminded = async (about: string, args: object) => {
  const remove = talk.model.addRule(({ unanswered, toolResults }) => {
    if (!unanswered.some((text) => text.includes(about))) return undefined;
    return toolResults.length > 0
      ? { text: `Noted down: ${toolResults.at(-1)?.content ?? ""}` }
      : { toolCalls: [{ name: "remind_me", arguments: { about, ...args } }] };
  });
  const root = await talk.say(`@baton please remind me of ${about}`);
  const [heard] = await talk.answers(root);
  await talk.settled();
  remove();
  return { root, heard: heard ?? "" };
};
const makeDue = () => talk.rows("UPDATE later_words SET due_at = now() WHERE state = 'waiting'");

it("a reminder is said where it was asked for, once, however many processes look, and after a restart (R358)", async () => {
  const { root, heard } = await asksToBeReminded("the dentist", { in_minutes: 30 });
  expect(heard).toContain("kept");
  await talk.house.restart();
  await talk.house.join();
  await makeDue();
  const said = await talk.answers(root, 2);
  expect(said[1]).toContain("⏰ the dentist");
  await until(async () => {
    const rows = await talk.rows<{ state: string }>("SELECT state FROM later_words");
    return rows.every(({ state }) => state === "told");
  });
  await talk.settled();
  expect(talk.heard(root)).toHaveLength(2);
}, 60_000);

it("a reminder waits while people have the conversation", async () => {
  const { root } = await asksToBeReminded("the parcel", { in_minutes: 30 });
  await talk.rows(
    `UPDATE conversations SET owner_kind = 'queue', owner_queue = 'general_support', status = 'escalated', epoch = epoch + 1
     WHERE id = (SELECT conversation_id FROM later_words WHERE state = 'waiting')`,
  );
  await makeDue();
  await until(async () => {
    const [row] = await talk.rows<{ later: boolean }>(
      "SELECT due_at > now() + interval '5 minutes' AS later FROM later_words WHERE state = 'waiting'",
    );
    return row?.later;
  });
  expect(JSON.stringify(talk.heard(root))).not.toContain("⏰");
  await talk.rows(
    "UPDATE conversations SET owner_kind = 'bot', owner_queue = NULL, status = 'active', epoch = epoch + 1 WHERE owner_kind = 'queue'",
  );
  await makeDue();
  await until(async () => JSON.stringify(talk.heard(root)).includes("⏰ the parcel"));
}, 60_000);

it("a time that is over, or too far away, is refused with the reason", async () => {
  const { heard } = await asksToBeReminded("the past", { at: "2020-01-01T00:00:00Z" });
  expect(heard).toContain("already over");
  const { heard: far } = await asksToBeReminded("the far future", { at: "2099-01-01T00:00:00Z" });
  expect(far).toContain("90 days");
  expect(await talk.rows("SELECT id FROM later_words WHERE state = 'waiting'")).toEqual([]);
}, 60_000);

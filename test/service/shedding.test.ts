import { setImmediate as nextTick, setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { holdModel, openTalk, until, type Talk } from "../support/talk.ts";

/** Several times as long as the event loop is watched before it is judged. */
const seenAsBusyMs = 400;

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    pace: { lowPatienceMs: 300, askAgainMs: 1_000 },
    files: { "config/tenants/acme.yaml": "name: Acme\ndefault: true\npriority: low\n" },
  });
}, 60_000);
afterAll(() => talk?.stop());

/** Keeps the event loop busy until told otherwise, giving way after each of its slices. */
function keepBusy(): { stop(): Promise<void> } {
  let isBusy = true;
  const work = (async () => {
    while (isBusy) {
      const until = performance.now() + 8;
      while (performance.now() < until);
      await nextTick();
    }
  })();
  return {
    stop: () => {
      isBusy = false;
      return work;
    },
  };
}

it("people of a company of low priority are told so by a process that is too busy, and answered when it is not (R232)", async () => {
  const held = holdModel(talk, "[[hold");
  for (let count = 0; count < 8; count += 1) await talk.say(`@baton wait here [[hold${count}]]`);
  await until(
    async () => (await talk.rows("SELECT id FROM turns WHERE state = 'running'")).length === 8,
    30_000,
  );
  const busy = keepBusy();
  await sleep(seenAsBusyMs);
  const root = await talk.say("@baton what is new [[id:late]]");
  const [heard] = await talk.answers(root, 1, 30_000).finally(() => busy.stop());
  expect(heard).toContain("A lot of people are writing to us right now");
  held.release();
  const [, answer] = await talk.answers(root, 2, 30_000);
  expect(answer).toContain("answer:late");
  await talk.settled();
  expect(talk.heard(root)).toHaveLength(2);
  const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
  expect(page).toContain('baton_shed_total{what="questions"} 1');
}, 90_000);

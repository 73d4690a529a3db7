import { expect, test } from "vitest";
import { PermanentError } from "../../../src/core/errors.ts";
import { getTime } from "../../../tools/clock/get-time.ts";
import { aRequest } from "../../agent/agent-stand.ts";
import { toolContract } from "../../contract/tool.ts";

toolContract("get_time", {
  create: () => getTime,
  good: {},
  bad: { "a zone that is no text": { timeZone: 42 }, "a zone too long": { timeZone: "x".repeat(65) } },
});

const { context } = aRequest("").request;
const told = {
  ...context,
  idempotencyKey: "key",
  signal: new AbortController().signal,
  attach: async () => {},
};

test("tells the time where the person is", async () => {
  expect(await getTime.run({}, told)).toEqual({
    iso: "2026-03-01T12:00:00.000Z",
    local: "Sunday, 2026-03-01 13:00:00",
    timeZone: "Europe/Berlin",
    utcOffset: "+01:00",
  });
});

test("tells the time of a zone asked for, across midnight", async () => {
  expect(await getTime.run({ timeZone: "Pacific/Auckland" }, told)).toMatchObject({
    local: "Monday, 2026-03-02 01:00:00",
    utcOffset: "+13:00",
  });
});

test("falls back to UTC when nobody knows where the person is", async () => {
  expect(await getTime.run({}, { ...told, timeZone: undefined })).toMatchObject({
    local: "Sunday, 2026-03-01 12:00:00",
    timeZone: "UTC",
    utcOffset: "+00:00",
  });
});

test("says which zone it does not know", async () => {
  const asked = getTime.run({ timeZone: "Mars/Base" }, told);
  await expect(asked).rejects.toThrow(PermanentError);
  await expect(asked).rejects.toThrow('"Mars/Base" is not an IANA time zone');
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHouse, type House } from "../support/house.ts";
import { createLogger } from "../../src/logger.ts";

describe("a mention in a Slack channel", () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(
      process.env["BATON_TEST_LOG"] === undefined
        ? {}
        : { log: createLogger({ level: "debug", write: (l) => process.stderr.write(l) }) },
    );
  });
  afterAll(() => house.stop());

  it("is answered once, in its thread", async () => {
    const { slack } = house;
    const said = slack.userSays({ user: "Ana", channel: "#support", text: "@baton hello [[id:one]]" });
    await said.delivered;
    const replies = await slack.waitFor(() => {
      const found = slack.botReplies("#support", said.ts);
      return found.length > 0 && !found[0]?.streaming ? found : undefined;
    }, 8_000);
    expect(replies).toHaveLength(1);
    expect(JSON.stringify(replies[0])).toContain("answer:one");
    expect(slack.complaints()).toEqual([]);
  });
});

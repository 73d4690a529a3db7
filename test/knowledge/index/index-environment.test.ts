import { expect, it } from "vitest";
import { toIndexEnvironment } from "../../../src/knowledge/index/index-environment.ts";

it("the process of an index knows object storage's credentials and nothing secret of Baton's own", () => {
  const env = toIndexEnvironment({
    PATH: "/bin",
    HOME: "/srv/baton",
    AWS_SECRET_ACCESS_KEY: "storage",
    GOOGLE_APPLICATION_CREDENTIALS: "/keys/storage.json",
    https_proxy: "http://proxy:3128",
    MALLOC_ARENA_MAX: "8",
    BATON_MASTER_KEY: "secret",
    DATABASE_URL: "postgres://secret",
    SLACK_BOT_TOKEN: "secret",
    OPENAI_API_KEY: "secret",
    DISCORD_BOT_TOKEN: "secret",
    TEAMS_APP_PASSWORD: "secret",
    REDIS_URL: "redis://secret",
    NODE_OPTIONS: "--inspect",
  });
  expect(env).toMatchObject({
    PATH: "/bin",
    HOME: "/srv/baton",
    AWS_SECRET_ACCESS_KEY: "storage",
    GOOGLE_APPLICATION_CREDENTIALS: "/keys/storage.json",
    https_proxy: "http://proxy:3128",
    MALLOC_ARENA_MAX: "2",
  });
  expect(JSON.stringify(env)).not.toContain("secret");
  expect(env).not.toHaveProperty("NODE_OPTIONS");
});

it("a table is read a little at a time unless an operator says otherwise", () => {
  const usual = toIndexEnvironment({});
  expect(usual["LANCE_DEFAULT_BATCH_SIZE"]).toBe("512");
  const own = toIndexEnvironment({ LANCE_DEFAULT_BATCH_SIZE: "8192" });
  expect(own).toEqual({ ...usual, LANCE_DEFAULT_BATCH_SIZE: "8192" });
});

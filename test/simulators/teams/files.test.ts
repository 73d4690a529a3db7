import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TeamsSimulator } from "../../../simulators/teams/simulator.ts";
import { startTeamsSimulator } from "../../../simulators/teams/start-teams-simulator.ts";
import { createBotClient } from "./bot-client.ts";
import { startReceiver } from "./receiver.ts";

type Fields = Record<string, unknown>;

let teams: TeamsSimulator;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let bot: Awaited<ReturnType<typeof createBotClient>>;

beforeEach(async () => {
  receiver = await startReceiver();
  teams = await startTeamsSimulator({ endpoint: receiver.url, timeScale: 0.01 });
  bot = await createBotClient(teams);
});
afterEach(async () => {
  await teams.stop();
  await receiver.stop();
});

async function askConsent(sizeInBytes: number): Promise<string> {
  const chat = teams.state.personalChat(teams.state.findPerson("Ana")).id;
  const { body } = await bot.post(chat, {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.teams.card.file.consent",
        name: "report.txt",
        content: { description: "a report", sizeInBytes, acceptContext: { n: 1 }, declineContext: { n: 2 } },
      },
    ],
  });
  return String(body["id"]);
}

function lastReceived(): Fields {
  return receiver.received.at(-1)?.json ?? {};
}

function put(url: string, part: Buffer, range: string): Promise<Response> {
  return fetch(url, { method: "PUT", headers: { "content-range": range }, body: new Uint8Array(part) });
}

test("a consented upload takes its bytes in order, however they are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40 }),
      async (bytes, step) => {
        const messageId = await askConsent(bytes.length);
        await teams.consents({ user: "Ana", messageId, action: "accept" }).done;
        const { value } = lastReceived() as { value: Fields };
        expect(value).toMatchObject({ type: "fileUpload", action: "accept", context: { n: 1 } });
        const { uploadUrl } = value["uploadInfo"] as { uploadUrl: string };
        const content = Buffer.from(bytes);
        for (let start = 0; start < content.length; start += step) {
          const part = content.subarray(start, start + step);
          const range = `bytes ${start}-${start + part.length - 1}/${content.length}`;
          const { status } = await put(uploadUrl, part, range);
          expect(status).toBe(start + step >= content.length ? 201 : 202);
        }
        expect(teams.files().at(-1)).toMatchObject({ name: "report.txt", complete: true, content });
      },
    ),
    { numRuns: 5 },
  );
});

test("a part out of order or of the wrong length is refused", async () => {
  const messageId = await askConsent(4);
  await teams.consents({ user: "Ana", messageId, action: "accept" }).done;
  const { value } = lastReceived() as { value: { uploadInfo: { uploadUrl: string } } };
  const { uploadUrl } = value.uploadInfo;
  const part = Buffer.from("ab");
  expect((await put(uploadUrl, part, "bytes 2-3/4")).status).toBe(416);
  expect((await put(uploadUrl, part, "bytes 0-3/4")).status).toBe(400);
  expect((await put(uploadUrl, part, "")).status).toBe(400);
  expect((await put(uploadUrl, part, "bytes 0-1/4")).status).toBe(202);
  expect(teams.files()).toMatchObject([{ complete: false }]);
});

test("a declined consent opens no upload", async () => {
  const messageId = await askConsent(4);
  await teams.consents({ user: "Ana", messageId, action: "decline" }).done;
  const { name, value } = lastReceived() as { name: string; value: Fields };
  expect([name, value]).toEqual([
    "fileConsent/invoke",
    { type: "fileUpload", action: "decline", context: { n: 2 } },
  ]);
  expect(teams.files()).toEqual([]);
});

test("a file downloads from its own address, a pasted picture with the bot's token only", async () => {
  const said = teams.userSays({
    user: "Ana",
    conversation: "personal",
    text: "see this",
    files: [
      { name: "log.txt", content: "boom" },
      { name: "shot.png", content: Buffer.from([1, 2, 3]), contentType: "image/png", inline: true },
    ],
  });
  const [file, picture] = said.activity["attachments"] as [Fields, Fields];
  expect(file["contentType"]).toBe("application/vnd.microsoft.teams.file.download.info");
  const { downloadUrl } = file["content"] as { downloadUrl: string };
  expect(await (await fetch(downloadUrl)).text()).toBe("boom");
  const contentUrl = String(picture["contentUrl"]);
  expect((await fetch(contentUrl)).status).toBe(401);
  const shown = await fetch(contentUrl, { headers: { authorization: bot.authorization } });
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(Buffer.from([1, 2, 3]));
});

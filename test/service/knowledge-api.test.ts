import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadOfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { slowlyMs, takenIn } from "../support/taken-in.ts";
import { addStaff, openTalk, until, type Talk } from "../support/talk.ts";

const apiKey = "k".repeat(40);

describe("the API of documents", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      model: "none",
      env: { BATON_API_KEY: apiKey },
      files: { "config/tenants/acme.yaml": "name: Acme\ndefault: true\n" },
    });
  }, 120_000);
  afterAll(() => talk?.stop());

  const call = async (path: string, options: RequestInit = {}, key = apiKey) => {
    const response = await fetch(`${talk.house.service.url()}/api/v1/companies/${path}`, {
      ...options,
      headers: { authorization: `Bearer ${key}`, ...options.headers },
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>[] & Record<string, unknown>,
    };
  };
  const documents = "acme/knowledge/documents";

  it("is closed to who has no key, and to whoever tries many", async () => {
    expect((await call(documents, {}, "wrong")).status).toBe(401);
    expect((await call(documents)).status).toBe(200);
    expect((await call("nobody/knowledge/documents")).status).toBe(404);
    for (let times = 0; times < 12; times += 1) await call(documents, {}, `wrong${times}`);
    expect((await call(documents, {}, "wrong again")).status).toBe(429);
    expect((await call(documents)).status).toBe(200);
  });

  it("takes a document in, which answers at once, restricts it and removes it", async () => {
    const sent = await call(`${documents}?name=warranty.md`, {
      method: "POST",
      headers: { "content-type": "text/markdown" },
      body: "# Warranty\n\nThe warranty on lamps lasts three years.",
    });
    expect(sent).toMatchObject({ status: 201, body: { outcome: "added" } });
    const asked = await talk.say("@baton how long does the warranty on lamps last");
    const [words] = await talk.answers(asked, 1, slowlyMs);
    expect(words).toContain("three years");
    const [listed] = (await call(documents)).body;
    expect(listed).toMatchObject({ title: "Warranty", findable: true, chunks: 1 });
    const path = `${documents}/${String(listed?.["id"])}`;
    const restricted = await call(path, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ audience: ["colleagues"] }),
    });
    expect(restricted.status).toBe(200);
    const again = await talk.say("@baton how long does the warranty on lamps last please");
    expect((await talk.answers(again, 1, slowlyMs))[0]).not.toContain("three years");
    expect((await call(path, { method: "DELETE" })).status).toBe(200);
    expect((await call(path, { method: "DELETE" })).status).toBe(404);
  }, 120_000);

  it("G6: gives nobody the vectors that a document's words could be guessed from, at any address", async () => {
    const body = "# Parking\n\nColleagues park in the courtyard behind the blue gate.";
    expect((await call(`${documents}?name=parking.md`, { method: "POST", body })).status).toBe(201);
    const listed = (await call(documents)).body.find(({ title }) => title === "Parking");
    const [vector] = await (await loadOfflineEmbedder()).embed([body]);
    const own = `${documents}/${String(listed?.["id"])}`;
    const paths = [documents, own, `${own}/vectors`, `${own}/chunks`, "acme/knowledge/sources"];
    const queries = ["?include=vectors", "?fields=vector,embedding", ""];
    for (const path of [...paths, "acme/knowledge/gaps", "acme/knowledge/vectors", "acme/knowledge/search"])
      for (const query of queries) {
        const told = JSON.stringify((await call(`${path}${query}`)).body);
        expect(told).not.toMatch(/vector|embedding|similarity/i);
        // Neither as an array of numbers nor as its bytes.
        expect(told).not.toMatch(/(?:-?\d*\.\d+(?:e-?\d+)?,){4}/i);
        expect(told).not.toContain(
          Buffer.from(vector?.buffer ?? new ArrayBuffer(0), 0, 30).toString("base64"),
        );
      }
    expect((await call(own, { method: "DELETE" })).status).toBe(200);
  }, 120_000);

  it("tells what cannot be read, and refuses what is no request", async () => {
    const empty = await call(`${documents}?name=empty.pdf`, {
      method: "POST",
      body: new Uint8Array([1, 0, 2]),
    });
    expect(empty.status).toBe(422);
    expect(String(empty.body["problem"])).not.toBe("");
    expect((await call(documents, { method: "POST", body: "x" })).status).toBe(400);
    const strangers = await call(`${documents}?name=a.md&audience=everyone`, { method: "POST", body: "x" });
    expect(strangers.status).toBe(400);
  });
});

describe("a company's sources", () => {
  it("tell how far they have come", async () => {
    const talk = await openTalk({
      model: "none",
      env: { BATON_API_KEY: apiKey },
      files: {
        "config/tenants/acme.yaml":
          "name: Acme\ndefault: true\nknowledge:\n  - folder: handbook\n    audience: [colleagues]\n    everyHours: 6\n    owner: people@acme.example\n    language: en\n",
        "handbook/holidays.md": "# Holidays\n\nThirty days a year.\n",
      },
    });
    try {
      const ask = async () => {
        const response = await fetch(`${talk.house.service.url()}/api/v1/companies/acme/knowledge/sources`, {
          headers: { authorization: `Bearer ${apiKey}` },
        });
        return (await response.json()) as { state: string; percent: number }[];
      };
      const sources = await until(async () => {
        const told = await ask();
        return told[0]?.state === "done" && told;
      }, slowlyMs);
      expect(sources).toMatchObject([
        {
          name: "handbook",
          kind: "folder",
          audience: ["colleagues"],
          owner: "people@acme.example",
          language: "en",
          everyHours: 6,
          percent: 100,
          done: 1,
          of: 1,
        },
      ]);
      const rows = await talk.rows<{ audience: string[] }>("SELECT audience FROM knowledge_documents");
      expect(rows).toEqual([{ audience: ["colleagues"] }]);
    } finally {
      await talk.stop();
    }
  }, 120_000);
});

describe("what the documents miss", () => {
  it("is told with how often and how long people were busy with it, and closes when a checked answer is published", async () => {
    const talk = await openTalk({
      model: "none",
      env: { BATON_API_KEY: apiKey },
      files: {
        "config/tenants/acme.yaml": "name: Acme\ndefault: true\n",
        "config/knowledge/acme/fees.md": "# Fees\n\nTransfers between accounts are free.\n",
      },
      pace: { knowledgeCalmMs: 500 },
    });
    const call = async (path: string, body?: unknown) => {
      const response = await fetch(`${talk.house.service.url()}/api/v1/companies/acme/knowledge/${path}`, {
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const listed = async () => (await call("gaps")).body as Record<string, unknown>[];
    try {
      await addStaff(talk, "U0MIA000001", "Mia");
      await takenIn(talk);
      const root = await talk.say("@baton do you ship parcels to Iceland?");
      await talk.answers(root, 1, slowlyMs);
      const [reply] = talk.heard(root);
      const value = /down:[0-9a-f-]{36}/.exec(JSON.stringify(reply?.blocks))?.[0] ?? "";
      const press = {
        user: "Ana",
        channel: root.channel,
        messageTs: reply?.ts ?? "",
        actionId: "baton.feedback",
      };
      if (value !== "") await talk.slack.clicks({ ...press, value }).done;
      // What Baton is told is no answer, though it stands in the thread before it.
      const note = await talk.say("!note Ana complains every week.", { thread: root.ts, user: "Mia" });
      const noted = "SELECT 1 FROM messages WHERE external_id = $1 AND reason LIKE 'command %'";
      await until(async () => (await talk.rows(noted, [note.ts])).length > 0, slowlyMs);
      await talk.say(
        "Hi Ana, yes, we ship parcels to Iceland for 12 euros. Ask mia@acme.example or 0170 1234567.",
        {
          thread: root.ts,
          user: "Mia",
        },
      );
      const other = await talk.say("@baton do you ship parcels to Iceland", { user: "Ben" });
      await talk.answers(other, 1, slowlyMs);
      const [gap] = await until(async () => {
        const gaps = await listed();
        return gaps[0]?.["draft"] !== undefined && Number(gaps[0]["times"]) >= 3 && gaps;
      }, slowlyMs);
      expect(gap).toMatchObject({
        closed: false,
        draft: "yes, we ship parcels to Iceland for 12 euros. Ask [email] or [number].",
      });
      expect(JSON.stringify(gap)).not.toContain("acme.example");
      expect(JSON.stringify(gap)).not.toContain("complains");
      const again = await listed();
      expect(again[0]?.["times"]).toBe(gap?.["times"]);

      const approved = await call(`gaps/${String(gap?.["id"])}/answer`, {
        question: "Do you ship parcels to Iceland?",
        answer: "Yes, we ship parcels to Iceland for 12 euros.",
      });
      expect(approved).toMatchObject({ status: 200, body: { closed: true } });
      const last = await talk.say("@baton do you ship parcels to Iceland please", { user: "Ben" });
      expect((await talk.answers(last, 1, slowlyMs))[0]).toContain("12 euros");
      expect((await call("gaps/none/answer", { question: "What?", answer: "That." })).status).toBe(404);

      // A document that tells it closes a gap as well, and nobody has to say so.
      const sofa = await talk.say("@baton who repairs sofas in Tromso?", { user: "Ben" });
      await talk.answers(sofa, 1, slowlyMs);
      const ofSofas = async () =>
        (await listed()).find(({ question }) => String(question).includes("sofas")) ?? {};
      await until(async () => (await ofSofas())["closed"] === false, slowlyMs);
      await fetch(`${talk.house.service.url()}/api/v1/companies/acme/knowledge/documents?name=sofas.md`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "text/markdown" },
        body: "# Sofas\n\nOur workshop in Tromso repairs sofas.",
      });
      await until(async () => (await ofSofas())["closed"] === true, slowlyMs);

      // What colleagues alone may read answers colleagues, and leaves open what customers have asked.
      await talk.rows(
        "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, 'staff' FROM staff WHERE name = 'Mia'",
      );
      for (const [user, thing, closed] of [
        ["Mia", "the espresso machine", true],
        ["Ben", "the vending robot", false],
      ] as const) {
        await talk.say(`who descales ${thing}?`, { user, channel: "dm" });
        const open = await until(
          async () => (await listed()).find(({ question }) => String(question).includes(thing)),
          slowlyMs,
        );
        expect(
          await call(`gaps/${String(open["id"])}/answer`, {
            question: `Who descales ${thing}?`,
            answer: `Facilities descale ${thing} on Mondays.`,
            audience: ["colleagues"],
          }),
        ).toMatchObject({ status: 200, body: { closed } });
      }
    } finally {
      await talk.stop();
    }
  }, 120_000);
});

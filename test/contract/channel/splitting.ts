import fc from "fast-check";
import { expect } from "vitest";
import type { Reply } from "../../../src/core/reply.ts";
import { numberedDocuments, numbersIn, withoutRepeats, type NumberedDocument } from "./documents.ts";
import type { Subject } from "./subject.ts";

/** Longer than one message, as far as that can be; where there is no limit, as long as answers get. */
const long = ({ limit }: Subject): number => (Number.isFinite(limit) ? 1.5 * limit : 20_000);

/** The longer, the fewer: about as much text for every channel. */
const runs = (channel: Subject) => ({
  numRuns: Math.max(1, Math.min(12, Math.floor(40_000 / long(channel)))),
  endOnFailure: true,
});

const familyEmoji = "👨‍👩‍👧‍👦";

/** How a channel cuts what is too long for one message. */
export const splitting = {
  "splits a long answer into several messages": (channel: Subject) => {
    const body = Array.from({ length: 8_000 }, (_, at) => `word${at}`).join(" ");
    const parts = channel.split({ body });
    expect(parts.length).toBeGreaterThan(1);
    const words = parts.flatMap((part) => part.body.split(/\s+/)).filter((word) => word !== "");
    expect(words).toEqual(body.split(" "));
  },
  "loses nothing, doubles nothing and keeps the order, whatever the answer is made of": (
    channel: Subject,
  ) => {
    fc.assert(
      fc.property(numberedDocuments(long(channel)), (document) => expectWhole(channel, document)),
      runs(channel),
    );
  },
  "gives pieces that each fit, and cuts none of them again": (channel: Subject) => {
    fc.assert(
      fc.property(numberedDocuments(long(channel)), ({ markdown }) => {
        for (const part of channel.split({ body: markdown })) {
          expectToFit(channel, part);
          expectStable(channel, part);
        }
      }),
      runs(channel),
    );
  },
  "fits whatever noise a model writes": (channel: Subject) => {
    const noise = fc.string({
      unit: fc.oneof(
        fc.constantFrom(..."`*_[]()<>|#-~&\\\n 1.:!@\u0001\u200d"),
        fc.constantFrom("](https://a.example/", "```", "\n\n", "| a | b |\n", ...channel.forgeries),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
      ),
      minLength: 50,
      maxLength: 300,
    });
    const times = Math.ceil(long(channel) / 400);
    fc.assert(
      fc.property(noise, (body) => {
        for (const part of channel.split({ body: body.repeat(times) })) expectToFit(channel, part);
      }),
      runs(channel),
    );
  },
  "closes code at a cut and opens it again in the same language": (channel: Subject) => {
    const lines = Array.from({ length: 1_000 }, (_, at) => `  const line${at} = "${at}"; // <- ${at}`);
    const parts = channel.split({ body: `Look:\n\n\`\`\`ts\n${lines.join("\n")}\n\`\`\`\n\nDone.` });
    for (const { body } of parts.slice(1, -1)) expect(body).toMatch(/^```ts\n[^]*\n```$/);
    const shown = parts.map((part) => channel.shown(part).text).join("\n");
    const read = shown.split("\n").filter((line) => line.includes("const line"));
    expect(read).toEqual(lines);
  },
  "repeats the header of a table that goes on": (channel: Subject) => {
    const rows = Array.from({ length: 1_200 }, (_, at) => `| item ${at} | ${at * 10} € | in stock |`);
    const parts = channel.split({ body: ["| thing | price | state |", "|:--|--:|---|", ...rows].join("\n") });
    for (const { body } of parts) expect(body).toMatch(/^\| thing \| price \| state \|\n.*\n\| item /);
  },
  "counts a list on where it was cut": (channel: Subject) => {
    const items = Array.from({ length: 900 }, (_, at) => `${at + 1}. step number ${at + 1} of the long way`);
    const parts = channel.split({ body: items.join("\n") });
    const markers = parts.flatMap(({ body }) => Array.from(body.matchAll(/^(\d+)\. step number (\d+)/gm)));
    expect(markers).toHaveLength(items.length);
    for (const [, marker, number] of markers) expect(marker).toBe(number);
  },
  "never cuts inside a link or what a reader sees as one character": (channel: Subject) => {
    const some = `[see the guide](https://docs.example/a) ${familyEmoji.repeat(7)} e\u0301e\u0301 🇩🇪🇹🇭 `;
    const times = Math.ceil(60_000 / some.length);
    const shown = channel.split({ body: some.repeat(times) }).map((part) => channel.shown(part));
    const links = shown.flatMap((part) => part.links);
    expect(links).toEqual(links.map(() => ({ label: "see the guide", url: "https://docs.example/a" })));
    expect(links).toHaveLength(times);
    const text = shown.map((part) => part.text).join("");
    for (const [character, count] of [
      [familyEmoji, 7],
      ["e\u0301", 2],
      ["🇩🇪", 1],
      ["🇹🇭", 1],
    ] as const) {
      expect(text.split(character).length - 1).toBe(times * count);
    }
  },
  "hangs buttons, citations and thumbs on the last piece, and whispers all of them": (channel: Subject) => {
    const reply: Reply = {
      body: "A sentence that is repeated. ".repeat(3_000),
      citations: [{ title: "Guide", url: "https://docs.example/guide" }],
      buttons: [{ action: "baton.human", label: "Talk to a human", value: "1" }],
      suggestions: ["More"],
      feedback: "turn-1",
      onlyFor: "U1",
    };
    const parts = channel.split(reply);
    const { body, onlyFor } = reply;
    expect(parts.at(-1)).toEqual({ ...reply, body: parts.at(-1)?.body });
    for (const part of parts.slice(0, -1)) expect(part).toEqual({ body: part.body, onlyFor });
    expect(
      parts
        .map((part) => part.body)
        .join(" ")
        .match(/repeated/g),
    ).toHaveLength(body.match(/repeated/g)?.length ?? 0);
  },
};

function expectWhole(channel: Subject, document: NumberedDocument): void {
  const shown = channel.split({ body: document.markdown }).map((part) => channel.shown(part));
  const text = shown.map((part) => part.text).join("\n");
  const numbers = withoutRepeats(numbersIn(text), document);
  const wrongAt = numbers.findIndex((number, at) => number !== at);
  expect(numbers.slice(wrongAt === -1 ? numbers.length : wrongAt, wrongAt + 5), "out of order").toEqual([]);
  expect(numbers).toHaveLength(document.words);
  expect(shown.flatMap(({ links }) => links.map(({ url }) => url))).toEqual(document.urls);
  const lines = text.split("\n").filter((line) => /call\d+z\(/.test(line));
  expect(lines).toEqual(document.code);
}

function expectToFit(channel: Subject, part: Reply): void {
  expect(channel.measure(part)).toBeLessThanOrEqual(channel.limit);
  expect(part.body.isWellFormed()).toBe(true);
}

function expectStable(channel: Subject, part: Reply): void {
  expect(channel.split(part)).toEqual([part]);
}

import fc from "fast-check";
import { expect } from "vitest";
import type { Reply } from "../../../src/core/reply.ts";
import type { Shown, Subject } from "./subject.ts";

/** Each construct, and what a person must be able to read of it, in this order. */
const constructs: Readonly<Record<string, { readonly markdown: string; readonly reads: readonly string[] }>> =
  {
    headings: {
      markdown: "# One\n\nbelow\n\n## Two\n\n### Three\n\n###### Six\n\nend",
      reads: ["One\n", "below\n", "Two\n", "Three\n", "Six\n", "end"],
    },
    "nested lists": {
      markdown: "- fruit\n  - apple\n    1. red\n    2. green\n- bread\n\n3. third\n4. fourth",
      reads: ["fruit\n", "apple\n", "red\n", "green\n", "bread\n", "third\n", "fourth"],
    },
    "task lists": { markdown: "- [x] done\n- [ ] open", reads: ["done\n", "open"] },
    tables: {
      markdown: "| plan | price |\n| :-- | --: |\n| Basic | 10 € |\n| **Pro** | 25.50 € |\n\nafter",
      reads: ["plan", "price", "Basic", "10 €", "Pro", "25.50 €", "after"],
    },
    "code blocks": {
      markdown: 'Run:\n\n```ts\nif (a < b && c["x"]) {\n  return `<${a}> **no**`;\n}\n```\n\nDone.',
      reads: ["Run:\n", 'if (a < b && c["x"]) {\n  return `<${a}> **no**`;\n}\n', "Done."],
    },
    "code spans": { markdown: "call `a_b(*c*)` and ``x`y``", reads: ["call ", "a_b(*c*)", " and ", "x`y"] },
    links: {
      markdown: "See [the guide](https://docs.example/a_b?x=1&y=2#z) or https://docs.example/bare.",
      reads: ["See ", "the guide", " or ", "https://docs.example/bare"],
    },
    images: {
      markdown: "![a floor plan](https://docs.example/plan.png) shows it",
      reads: ["a floor plan", "shows it"],
    },
    quotes: { markdown: "> said **she**\n>\n> > said he\n\nso", reads: ["said she\n", "said he\n", "so"] },
    emphasis: {
      markdown: "**bold**, _slanted_, ***both***, ~~gone~~, **bold _in_ bold**",
      reads: ["bold, slanted, both, gone, bold in bold"],
    },
    "emphasis inside words": {
      markdown: "un**frigging**believable, in*ter*national, snake_case_name, 2*3*4=24",
      reads: ["unfriggingbelievable, international, snake_case_name"],
    },
    "escaped markup": {
      markdown: "5 \\* 3, \\_not slanted\\_, \\# no head, a \\| b",
      reads: ["5 * 3, _not slanted_, # no head, a | b"],
    },
    "breaks and rules": { markdown: "one\\\ntwo\n\n---\n\nthree", reads: ["one\n", "two\n", "three"] },
    Chinese: {
      markdown: "这是**重要的**信息：请在 9:00 前到达。",
      reads: ["这是重要的信息：请在 9:00 前到达。"],
    },
    Japanese: { markdown: "これは**大切な**お知らせです。", reads: ["これは大切なお知らせです。"] },
    Korean: { markdown: "**중요한** 안내입니다.", reads: ["중요한 안내입니다."] },
    Thai: { markdown: "กรุณา**ติดต่อ**เรา ก่อน 17.00 น.", reads: ["กรุณาติดต่อเรา ก่อน 17.00 น."] },
    "Arabic and Hebrew": {
      markdown: "**مرحبا** بالعالم 123, **שלום** עולם",
      reads: ["مرحبا بالعالم 123, שלום עולם"],
    },
    emoji: { markdown: "👨‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️ e\u0301", reads: ["👨‍👩‍👧‍👦 🇩🇪 👍🏽 ❤️ e\u0301"] },
    "signs of other markups": {
      markdown: "a < b > c & d, AT&T, 50%, $5, C#, me@mail.example",
      reads: ["a < b > c & d, AT&T, 50%, $5, C#, me@mail.example"],
    },
  };

const invisible = /[\u2060\u200B\uFEFF]/g;

/** Spaces at line ends and how many lines lie between are the platform's own matter. */
const normal = (text: string): string =>
  `${text
    .replaceAll(invisible, "")
    .replaceAll(/[ \t]+\n/g, "\n")
    .replaceAll(/\n{2,}/g, "\n")}\n`;

function expectInOrder(shown: Shown, reads: readonly string[]): void {
  const text = normal(shown.text);
  let at = 0;
  for (const part of reads) {
    const found = text.indexOf(part, at);
    if (found === -1) expect(text.slice(at)).toContain(part);
    at = found + part.length;
  }
}

/** What a model may write to fool people on any platform. */
const disguises: readonly string[] = [
  "[bank.com](https://evil.example)",
  "[https://bank.com/login](https://evil.example/x)",
  "[**bank.com**](https://evil.example)",
  "[bank\u200b.com](https://evil.example)",
  "[bank。com](https://evil.example)",
  "[sign in](https://bank.com@evil.example/)",
  "https://bank.com@evil.example/",
  "<https://bank.com@evil.example/>",
  "[bank.com]\n\n[bank.com]: https://evil.example\n",
  "![bank.com](https://evil.example/a.png)",
  '<a href="https://evil.example">bank.com</a>',
  "[x](javascript:alert(1))",
  "[x](data:text/html,hi)",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "\u202Emoc.knab",
  `${"[".repeat(9)}bank.com${"](javascript:x)".repeat(9)}`,
];

/** What once was not seen through. */
const onceMissed: readonly string[] = [
  '| a | b |\n| - | - |\n[<span itemtype="http://schema.skype.com/Mention" itemid="0">Ana</span>',
  "<at>Ana</at>```\n<script>alert(1)</script>```\n",
  "&lt;discord://-/channels/@me>",
];

const fragments: readonly string[] = [
  ..."`*_~[]()<>|#-&\\!:@ \n",
  "```",
  "```\n",
  "~~~\n",
  "\n",
  "\n\n",
  "[^",
  "[^x]: ",
  "]: ",
  "www.",
  "https://",
  "    ",
  "> ",
  "- ",
  "1. ",
  "](",
  "word",
  "&lt;",
  "&#64;",
  "| a | b |\n| - | - |\n",
];

const hidden = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** No link says it leads elsewhere than it does, and nothing but the web, mail and phone can be reached. */
function expectHonest({ links, alive }: Shown): void {
  expect(alive).toEqual([]);
  for (const { label, url } of links) {
    expect(url).toMatch(/^(?:https?:|mailto:|tel:)/);
    const host = URL.canParse(url) ? new URL(url) : undefined;
    expect(host?.username ?? "").toBe("");
    const named = label.replaceAll(hidden, "").normalize("NFKC").replaceAll("。", ".");
    // An address that is its own label may well say more behind its host.
    const said = named.indexOf("bank.com");
    if (host?.hostname.endsWith("evil.example") !== true || said === -1) continue;
    expect(named.slice(0, said)).toContain("evil.example");
  }
}

/** What people get to see of a reply. */
export const showing = {
  "renders every construct so that it can be read": (channel: Subject) => {
    for (const [name, { markdown, reads }] of Object.entries(constructs)) {
      try {
        expectInOrder(channel.shown({ body: markdown }), reads);
      } catch (cause) {
        throw new Error(`${name}: ${cause instanceof Error ? cause.message : ""}`, { cause });
      }
    }
  },
  "leaves no marks of CommonMark for people to read": (channel: Subject) => {
    for (const name of [
      "headings",
      "tables",
      "links",
      "images",
      "emphasis",
      "emphasis inside words",
      "Thai",
    ]) {
      const { text } = channel.shown({ body: constructs[name]?.markdown ?? "" });
      expect(text).not.toMatch(/\*\*|\]\(|^#{1,6} |~~|:--/m);
    }
  },
  "keeps where every link and picture leads": (channel: Subject) => {
    const { links } = channel.shown({
      body: `${constructs["links"]?.markdown} ${constructs["images"]?.markdown}`,
    });
    expect(links.map(({ url }) => url)).toEqual([
      "https://docs.example/a_b?x=1&y=2#z",
      "https://docs.example/bare",
      "https://docs.example/plan.png",
    ]);
    expect(links[0]?.label).toBe("the guide");
  },
  "shows citations, buttons and suggestions beneath the answer": (channel: Subject) => {
    const shown = channel.shown({
      body: "The badge is at reception.",
      citations: [{ title: "Badge guide", url: "https://docs.example/badge?a=1&b=2", locator: "p. 3" }],
      buttons: [{ action: "baton.human", label: "Talk to a human", value: "human" }],
      suggestions: ["How much is it?"],
      feedback: "turn-1",
    });
    expectInOrder(shown, ["The badge is at reception.", "Badge guide", "p. 3"]);
    for (const label of ["Talk to a human", "How much is it?"]) expect(shown.text).toContain(label);
    expect(shown.links.map(({ url }) => url)).toEqual(["https://docs.example/badge?a=1&b=2"]);
  },
  "brings nothing to life that a model forged, and disguises no link (F10)": (channel: Subject) => {
    for (const forgery of [...channel.forgeries, ...disguises]) {
      for (const body of [forgery, `\`${forgery}\``, `> - **${forgery}**`, `| a |\n| - |\n| ${forgery} |`]) {
        expectHonest(channel.shown({ body }));
      }
    }
    const parts = fc.constantFrom(...channel.forgeries, ...disguises, ...fragments);
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 25 }), (some) => {
        for (const part of channel.split({ body: some.join("") })) expectHonest(channel.shown(part));
      }),
      { numRuns: 100, examples: onceMissed.map((body) => [[body]]) },
    );
  },
  "brings nothing to life around the answer either": (channel: Subject) => {
    for (const text of [...channel.forgeries, ...disguises]) {
      const reply: Reply = {
        body: "see",
        citations: [
          { title: text, locator: text, url: "https://evil.example/x" },
          { title: text },
          { title: "t", url: "javascript:alert(1)" },
        ],
        buttons: [{ action: "baton.human", label: text, value: "v" }],
        suggestions: [text],
      };
      expectHonest(channel.shown(reply));
    }
  },
};

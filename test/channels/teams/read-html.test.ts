import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSpoken } from "../../../channels/teams/mentions.ts";
import { readHtml } from "../../../channels/teams/read-html.ts";
import { anActivity, recordedAppId } from "./teams-harness.ts";

const botId = `28:${recordedAppId}`;
const read = (html: string): string => readHtml(html, { mention: (_, name) => `@${name}` });

function spoken(text: string, mentions: readonly (readonly [string, string])[], html?: string) {
  const entities = mentions.map(([id, name]) => ({
    type: "mention",
    text: `<at>${name}</at>`,
    mentioned: { id, name },
  }));
  const attachments = html === undefined ? [] : [{ contentType: "text/html", content: html }];
  return readSpoken(anActivity({ text, entities, attachments }), botId);
}

describe("The HTML of a Teams message", () => {
  it("becomes the CommonMark that says the same", () => {
    const pairs: readonly (readonly [string, string])[] = [
      ["<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"],
      [
        "<div>a <strong>bold </strong>word, <em>slanted</em>, <s>gone</s></div>",
        "a **bold** word, _slanted_, ~~gone~~",
      ],
      ['<ul><li>a</li><li>b<ol start="3"><li>c</li></ol></li></ul>', "- a\n- b\n  3. c"],
      ["<p>run <code>a_b*</code></p><pre>x &lt; y\n  z</pre>", "run `a_b*`\n\n```\nx < y\n  z\n```"],
      ['<codeblock class="ts"><code>let a;<br>let b;</code></codeblock>', "```\nlet a;\nlet b;\n```"],
      ["<blockquote><p>said</p></blockquote><p>so</p>", "> said\n\nso"],
      ['<a href="https://a.example/x">the guide</a>', "[the guide](https://a.example/x)"],
      ['<a href="javascript:alert(1)">click</a>', "click"],
      ['<p>ok <emoji id="smile" alt="🙂" title="Smile"></emoji></p>', "ok 🙂"],
      ['<p><img alt="floor plan" src="https://x/y"> here</p>', "floor plan here"],
      ["<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>", "a | b\n\n1 | 2"],
      ["<h2>Head</h2>text", "## Head\n\ntext"],
      ["2 &lt; 3 &amp;&amp; *not bold*", "2 < 3 && \\*not bold\\*"],
      ["<script>alert(1)</script><!-- x --><p>y</p>", "y"],
    ];
    for (const [html, markdown] of pairs) expect([html, read(html)]).toEqual([html, markdown]);
  });

  it("never throws, and never comes out with NUL or half a character", () => {
    const bits = fc.constantFrom(
      "<p>",
      "</p>",
      "<ul><li>",
      "</li>",
      "<",
      ">",
      "&#0;",
      "&#55357;",
      "&lt;",
      '<a href="',
      "\0",
      "text",
      "<pre>",
      "<at>",
      "<br/>",
      "<!--",
      "'",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 60 }), (some) => {
        const text = read(some.join(""));
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain("\0");
      }),
      { numRuns: 300 },
    );
  });

  it("survives nesting and numbers no editor makes", () => {
    expect(read("<blockquote>".repeat(10_000) + "x")).toContain("x");
    expect(read("<b>a</b> ".repeat(30_000)).length).toBeGreaterThan(1_000);
  });
});

describe("Mentions in a Teams message", () => {
  it("of the bot go, of others stay as names, found by their entities", () => {
    const said = spoken("<at>Baton</at> ask <at>Ben</at> please", [
      [botId, "Baton"],
      ["29:ben", "Ben"],
    ]);
    expect(said).toMatchObject({ text: "ask @Ben please", mentionsUs: true, mentionsOthers: true });
  });

  it("keep what somebody typed that only looks like one", () => {
    const said = spoken("<at>Baton</at> why does <at>X</at> stand here?", [[botId, "Baton"]]);
    expect(said.text).toBe("why does <at>X</at> stand here?");
  });

  it("tell a person of the bot's own name from the bot", () => {
    const html =
      '<p><span itemtype="http://schema.skype.com/Mention" itemid="0">Baton</span> and <span itemtype="http://schema.skype.com/Mention" itemid="1">Baton</span></p>';
    const mentions = [
      ["29:mr-baton", "Baton"],
      [botId, "Baton"],
    ] as const;
    expect(spoken("<at>Baton</at> and <at>Baton</at>", mentions).text).toBe("@Baton and");
    expect(spoken("", mentions, html).text).toBe("@Baton and");
  });
});

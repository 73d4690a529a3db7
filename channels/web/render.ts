import type { Citation, Reply } from "../../src/core/reply.ts";
import type { TranscriptContent } from "../../src/core/transcript.ts";
import { judgeLink } from "../kit/safe-link.ts";
import { splitReply } from "../kit/split.ts";
import { withoutOverrides } from "../kit/safe-markdown.ts";
import { mayForge, toSafeMarkdown } from "./safe-markdown.ts";

/** Longest message in the transcript, characters: no platform's limit, a bound. */
export const messageLimit = 50_000;

/** Cuts a reply that is longer than one message may be. */
export function splitForWeb(reply: Reply): readonly Reply[] {
  const { body } = reply;
  if (body.length <= messageLimit && !mayForge(body)) return [reply];
  return splitReply(reply, { limit: messageLimit, measure: (piece) => toSafeMarkdown(piece).length });
}

/** A reply that fits one message, as it stands in the transcript. */
export function renderReply(reply: Reply): TranscriptContent {
  const { citations = [], buttons = [], suggestions = [], files = [], feedback, repliesTo } = reply;
  return {
    text: toSafeMarkdown(reply.body),
    ...(citations.length > 0 && { citations: citations.map(toHarmless) }),
    ...(buttons.length > 0 && { buttons }),
    ...(suggestions.length > 0 && { suggestions }),
    // The server reads them itself, so there is nothing to fetch them with.
    ...(files.length > 0 && { attachments: files.map((file) => ({ ...file, handle: "" })) }),
    ...(feedback !== undefined && { feedback }),
    ...(repliesTo !== undefined && { repliesTo }),
  };
}

/** A title that names another host than its address leads to says first where that is. */
function toHarmless({ title: given, url, locator }: Citation): Citation {
  const title = withoutOverrides(given);
  const verdict = judgeLink(title, url ?? "");
  const where = locator === undefined ? {} : { locator: withoutOverrides(locator) };
  if (verdict.kind === "inert") return { title, ...where };
  const shown = verdict.kind === "disguised" ? `${verdict.host}: ${title}` : title;
  return { title: shown, url: verdict.url, ...where };
}

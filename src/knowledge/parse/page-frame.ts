import { DomUtils } from "htmlparser2";
import type { MarkupElement, MarkupNode } from "./markup-node.ts";

const leftOut = new Set(
  "script style noscript template svg head nav header footer aside form iframe object button select dialog".split(
    " ",
  ),
);
// What makers of pages call the parts that lead around and stand on every one of them.
const frame =
  /^(?:nav|navbar|navigation|navheader|navfooter|docnav|site-?nav|nav-?links|breadcrumbs?|pagination|pager|prev-?next|skip-?(?:link|nav|to-content)|headerlink|permalink|footer|site-?(?:header|footer)|cookie-?(?:banner|notice|consent))$/i;
// So called are also menus of restaurants and notes in the margin: those alone that are made of links lead around.
const frameOfLinks =
  /^(?:toc|table-of-contents|contents|menu|sidebar|side-?bar|side-?nav|banner|related|tags|share)$/i;
const frameRole = /^(?:navigation|banner|contentinfo|search)$/i;
const mostlyLinks = 0.5;

/** Tells what of a page is not its content: what is hidden, and what frames every page. */
export function createFrameFinder(page: readonly MarkupNode[]): (element: MarkupElement) => boolean {
  const whole = lengthOf(page);
  const isSmallPart = (element: MarkupElement) => lengthOf([element]) * 2 <= whole;
  return (element) =>
    isHidden(element) ||
    ((isNamed(element, frame) || frameRole.test(element.attribs["role"] ?? "")) && isSmallPart(element)) ||
    (isNamed(element, frameOfLinks) && shareOfLinks(element) >= mostlyLinks);
}

/** What the page does not show, a document does not say. */
function isHidden({ name, attribs }: MarkupElement): boolean {
  return (
    leftOut.has(name) ||
    "hidden" in attribs ||
    attribs["aria-hidden"] === "true" ||
    /display:\s*none|visibility:\s*hidden|font-size:\s*0/i.test(attribs["style"] ?? "")
  );
}

function isNamed({ attribs }: MarkupElement, names: RegExp): boolean {
  return `${attribs["class"] ?? ""} ${attribs["id"] ?? ""}`.split(/\s+/u).some((name) => names.test(name));
}

function shareOfLinks(element: MarkupElement): number {
  const whole = lengthOf([element]);
  return whole === 0 ? 1 : lengthOf(DomUtils.getElementsByTagName("a", element.children)) / whole;
}

function lengthOf(nodes: readonly MarkupNode[]): number {
  return nodes.reduce((sum, node) => sum + DomUtils.textContent(node).replace(/\s+/gu, "").length, 0);
}

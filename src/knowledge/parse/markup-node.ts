import type { parseDocument } from "htmlparser2";

/** A node of a tree that htmlparser2 made, from HTML or XML. */
export type MarkupNode = ReturnType<typeof parseDocument>["children"][number];

/** An element of such a tree. */
export type MarkupElement = Extract<MarkupNode, { readonly attribs: unknown }>;

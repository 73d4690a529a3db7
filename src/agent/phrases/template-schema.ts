import { z } from "zod";
import { parseTemplate } from "./template.ts";

/** A template in a file: parsed at once, so that a slip in it is found at the start. */
export const template = z
  .string("must be a text")
  .trim()
  .min(1, "must not be empty")
  .transform((source, context) => {
    try {
      return parseTemplate(source);
    } catch (cause) {
      context.addIssue({ code: "custom", message: cause instanceof Error ? cause.message : "unreadable" });
      return z.NEVER;
    }
  });

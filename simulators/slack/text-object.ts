import { isRecord } from "../kit/is-record.ts";

/** Collects what is wrong with a surface's blocks, each with its place. */
export type Report = (problem: string, pointer: string) => void;

/** A text object of the right kind and length. */
export function checkText(
  text: unknown,
  options: { at: string; max: number; plain?: boolean },
  report: Report,
): void {
  if (!isRecord(text)) return report("missing required field: text", options.at);
  const { type } = text;
  if (type !== "plain_text" && (options.plain === true || type !== "mrkdwn"))
    report(`unsupported type: ${String(type)}`, `${options.at}/type`);
  if (typeof text["text"] !== "string" || text["text"] === "")
    report("must be more than 0 characters", `${options.at}/text`);
  else if (text["text"].length > options.max)
    report(`must be less than ${options.max + 1} characters`, `${options.at}/text`);
  const allowed = type === "plain_text" ? ["type", "text", "emoji"] : ["type", "text", "verbatim"];
  for (const key of Object.keys(text))
    if (!allowed.includes(key)) report(`invalid additional property: ${key}`, options.at);
}

import { badRequest } from "./api-error.ts";
import { type ChatMessage, type ResponseFormat, toText } from "./chat-request.ts";
import { checkName, checkObject, checkOneOf, requireField } from "./field-check.ts";
import { findStrictFault } from "./parse-tools.ts";

/** Checks the demanded shape of the answer; without a demand it is text. */
export function parseResponseFormat(value: unknown, messages: readonly ChatMessage[]): ResponseFormat {
  if (value === undefined || value === null) return { kind: "text" };
  const format = checkObject(value, "response_format");
  const type = requireField(format, "type", "response_format.type");
  const kind = checkOneOf(type, ["json_object", "json_schema", "text"], "response_format.type");
  if (kind === "json_schema") return parseJsonSchema(format["json_schema"]);
  if (kind === "json_object") checkJsonIsAskedFor(messages);
  return { kind };
}

function parseJsonSchema(value: unknown): ResponseFormat {
  const path = "response_format.json_schema";
  const wrapper = checkObject(requireField({ value }, "value", path), path);
  const name = checkName(requireField(wrapper, "name", `${path}.name`), `${path}.name`);
  const schema = checkObject(wrapper["schema"] ?? {}, `${path}.schema`);
  const fault = wrapper["strict"] === true ? findStrictFault(schema) : undefined;
  if (fault !== undefined) {
    throw badRequest("response_format", null, `Invalid schema for response_format '${name}': ${fault}`);
  }
  return { kind: "json_schema", name, schema };
}

function checkJsonIsAskedFor(messages: readonly ChatMessage[]): void {
  if (messages.some((message) => /json/i.test(toText(message)))) return;
  throw badRequest(
    "messages",
    null,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  );
}

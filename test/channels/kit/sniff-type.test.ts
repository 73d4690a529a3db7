import { expect, it } from "vitest";
import { sniffType } from "../../../channels/kit/sniff-type.ts";

const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

it.each([
  ["a picture that says it is text", png, "text/plain", "image/png"],
  ["a picture that says what it is", png, "image/png", "image/png"],
  [
    "a program that says it is a picture",
    Buffer.from("MZ\u0090\0\u0003\0", "latin1"),
    "image/png",
    "application/x-msdownload",
  ],
  ["text that says it is a picture", Buffer.from("<script>alert(1)</script>"), "image/png", "text/plain"],
  ["a table", Buffer.from("a,b\n1,2\n"), "text/csv; charset=utf-8", "text/csv"],
  ["JSON", Buffer.from('{"a":1}'), "application/json", "application/json"],
  ["Thai notes of no type", Buffer.from("สวัสดี"), "", "text/plain"],
  [
    "a PDF under another name",
    Buffer.from("%PDF-1.7\n%âãÏÓ\n"),
    "application/octet-stream",
    "application/pdf",
  ],
  [
    "an SVG",
    Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
    "image/svg+xml",
    "image/svg+xml",
  ],
  [
    "noise that says it is text",
    Buffer.from([0xc3, 0x28, 0xff, 0xfe, 1, 2]),
    "text/plain",
    "application/octet-stream",
  ],
  ["nothing at all", Buffer.alloc(0), "text/plain", "text/plain"],
])("calls %s what it is", async (_, bytes, declared, type) => {
  expect(await sniffType(bytes, declared)).toBe(type);
});

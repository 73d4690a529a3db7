import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkUrl, findAddressFault } from "../../../src/guard/addresses/check-address.ts";

const nobody = new Set<string>();

// The usual spellings of "this machine", "the network behind it" and "the cloud's metadata" (FAULTS E).
const tricks = [
  "http://127.0.0.1/",
  "http://127.1/",
  "http://127.0.1/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.0.0.1/",
  "http://0177.0.0.1/",
  "http://017700000001/",
  "http://127.0.0.1./",
  "http://0/",
  "http://0.0.0.0/",
  "http://127.255.255.254/",
  "http://１２７.０.０.１/",
  "http://127。0。0。1/",
  "http://①②⑦.⓪.⓪.①/",
  "http://localhost/",
  "http://LOCALHOST/",
  "http://localhost./",
  "http://anything.localhost/",
  "http://localhost.localdomain.localhost/",
  "http://[::1]/",
  "http://[::]/",
  "http://[0:0:0:0:0:0:0:1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://[::127.0.0.1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[64:ff9b:1::10.0.0.1]/",
  "http://[2002:7f00:1::]/",
  "http://[2001:0:7f00:1::]/",
  "http://[fe80::1]/",
  "http://[fc00::1]/",
  "http://[fd00:ec2::254]/",
  "http://[fec0::1]/",
  "http://[ff02::1]/",
  "http://10.0.0.1/",
  "http://172.16.0.1/",
  "http://192.168.1.1/",
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/latest/meta-data/",
  "http://0xa9fea9fe/",
  "http://100.64.0.1/",
  "http://100.100.100.200/",
  "http://168.63.129.16/",
  "http://192.0.0.192/",
  "http://198.18.0.1/",
  "http://224.0.0.1/",
  "http://255.255.255.255/",
  "http://240.0.0.1/",
  "http://metadata.google.internal/",
  "http://redis/",
  "http://postgres.local/",
  "http://db.corp/",
  "http://router.home.arpa/",
  "http://shop.example.com.:80/",
  "http://shop.example.com:22/",
  "http://shop.example.com:5432/",
  "http://shop.example.com:6379/",
  "http://shop.example.com:11211/",
  "http://shop.example.com:443/",
  "http://user:secret@shop.example.com/",
  "http://shop.example.com@127.0.0.1/",
  "http://127.0.0.1#@shop.example.com/",
  "http://shop.example.com\\@127.0.0.1/",
  "http:\\\\127.0.0.1/",
  "http:127.0.0.1/",
  "//127.0.0.1/",
  "http://shop.example.com/%0d%0aX-Injected:%201",
  "http://shop.example.com%0d%0aHost:%20inner/",
  "http://shop.example.com/\r\nX: 1",
  "http://127.0.0.1​/",
  " http://shop.example.com/",
  "file:///etc/passwd",
  "ftp://shop.example.com/",
  "gopher://shop.example.com/",
  "data:text/plain,hello",
  "javascript:alert(1)",
  "dict://127.0.0.1:11211/",
  "https://",
  "",
];

describe("the address filter", () => {
  test.each(tricks)("refuses %j", (url) => {
    expect(checkUrl(url, nobody).ok).toBe(false);
  });

  test.each([
    "https://shop.example.com/",
    "http://shop.example.com/path?q=%20x",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://münchen.de/",
    "https://shop.example.com:443/",
  ])("lets %j through", (url) => {
    expect(checkUrl(url, nobody).ok).toBe(true);
  });

  test("lets an operator's origin through, that one and no other port or scheme of it", () => {
    const allowed = new Set(["http://erp.internal:8080"]);
    expect(checkUrl("http://erp.internal:8080/orders", allowed)).toMatchObject({ ok: true, isAllowed: true });
    for (const other of ["http://erp.internal/", "https://erp.internal:8080/", "http://erp.internal:8081/"])
      expect(checkUrl(other, allowed).ok).toBe(false);
  });

  test("refuses every private IPv4 address in every spelling", () => {
    const inner = fc.constantFrom(
      [127, 0, 0, 0, 8],
      [10, 0, 0, 0, 8],
      [172, 16, 0, 0, 12],
      [192, 168, 0, 0, 16],
      [169, 254, 0, 0, 16],
      [100, 64, 0, 0, 10],
    );
    const address = fc
      .tuple(inner, fc.nat(0xffff_ffff))
      .map(([[a = 0, b = 0, c = 0, d = 0, bits = 0], noise]) => {
        const base = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
        return (base | (noise & (0xffff_ffff >>> bits))) >>> 0;
      });
    const octets = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
    const spell = fc.constantFrom<(n: number) => string>(
      (n) => octets(n).join("."),
      (n) => String(n),
      (n) => `0x${n.toString(16)}`,
      (n) => `0${n.toString(8)}`,
      (n) =>
        octets(n)
          .map((o) => `0x${o.toString(16)}`)
          .join("."),
      (n) =>
        octets(n)
          .map((o) => `0${o.toString(8)}`)
          .join("."),
      (n) => `${n >>> 24}.${n & 0xff_ffff}`,
      (n) => `[::ffff:${octets(n).join(".")}]`,
      (n) => `[::${octets(n).join(".")}]`,
      (n) => `[64:ff9b::${octets(n).join(".")}]`,
    );
    fc.assert(
      fc.property(address, spell, (n, write) => {
        expect(checkUrl(`http://${write(n)}/`, nobody).ok).toBe(false);
        expect(findAddressFault(octets(n).join("."))).toBeDefined();
      }),
    );
  });
});

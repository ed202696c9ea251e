import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatAddress, parseAddress, unmapAddress } from "../../src/base/ip_address.ts";
import { test } from "../support/suite.ts";

/** Text, and what it is read as; `undefined` is no address. */
const ROWS: readonly (readonly [string, string | undefined])[] = [
  ["127.0.0.1", "127.0.0.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["0.0.0.0", "0.0.0.0"],
  ["256.0.0.1", undefined],
  ["1.2.3", undefined],
  ["1.2.3.4.5", undefined],
  ["01.2.3.4", undefined],
  ["1.2.3.0x4", undefined],
  ["1.2.3.4 ", undefined],
  ["", undefined],
  ["example.com", undefined],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["2001:DB8::0:1", "2001:db8::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"],
  ["1:2:3:4:5:6:7:192.0.2.1", undefined],
  ["192.0.2.1::", undefined],
  ["::192.0.2.1:1", undefined],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1:2:3:4::5:6:7:8", undefined],
  ["1::2::3", undefined],
  [":::", undefined],
  [":1:2:3:4:5:6:7", undefined],
  ["12345::", undefined],
  ["g::", undefined],
  ["fe80::1%eth0", undefined],
  ["[::1]", undefined],
  [`::${"0".repeat(50)}`, undefined],
];

test("parseAddress() reads each form and nothing else", () => {
  for (const [text, wanted] of ROWS) {
    const bytes = parseAddress(text);
    assertEquals(bytes === undefined ? undefined : formatAddress(bytes), wanted, text);
  }
});

test("formatAddress() writes what parseAddress() reads as the same bytes", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    // Many zero groups, which is where the forms differ.
    fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }).map((list) => Uint8Array.from(list)),
  );
  fc.assert(fc.property(bytes, (given) => {
    assertEquals(Array.from(parseAddress(formatAddress(given)) ?? []), Array.from(given));
  }));
});

test("formatAddress() agrees with the platform's URL parser", () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(0, 0, 1, 171), { minLength: 16, maxLength: 16 }), (list) => {
    const text = formatAddress(Uint8Array.from(list));
    assertEquals(new URL(`http://[${text}]/`).hostname, `[${text}]`);
  }));
});

test("unmapAddress() takes IPv4 out of ::ffff:0:0/96 only", () => {
  const unmapped = (text: string): string => formatAddress(unmapAddress(parseAddress(text)!));
  assertEquals(unmapped("::ffff:10.0.0.1"), "10.0.0.1");
  assertEquals(unmapped("::fffe:10.0.0.1"), "::fffe:a00:1");
  assertEquals(unmapped("1::ffff:10.0.0.1"), "1::ffff:a00:1");
  assertEquals(unmapped("10.0.0.1"), "10.0.0.1");
});

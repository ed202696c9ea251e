import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type AddressRange, embeddedAddresses, rangeOfAddress } from "../../src/base/address_range.ts";
import { formatAddress, parseAddress } from "../../src/base/ip_address.ts";
import { test } from "../support/suite.ts";

/** First and last address of each block, and the neighbours that are not in it. */
const ROWS: readonly (readonly [address: string, range: AddressRange])[] = [
  ["0.0.0.0", "unspecified"],
  ["0.255.255.255", "unspecified"],
  ["1.0.0.0", "public"],
  ["9.255.255.255", "public"],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", "public"],
  ["100.63.255.255", "public"],
  ["100.64.0.0", "shared"],
  ["100.127.255.255", "shared"],
  ["100.128.0.0", "public"],
  ["126.255.255.255", "public"],
  ["127.0.0.0", "loopback"],
  ["127.255.255.255", "loopback"],
  ["128.0.0.0", "public"],
  ["169.253.255.255", "public"],
  ["169.254.0.0", "link-local"],
  ["169.254.169.254", "metadata"],
  ["169.254.255.255", "link-local"],
  ["169.255.0.0", "public"],
  ["172.15.255.255", "public"],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", "public"],
  ["192.0.0.192", "metadata"],
  ["192.0.0.0", "reserved"],
  ["192.0.1.0", "public"],
  ["192.0.2.255", "documentation"],
  ["192.88.99.1", "tunnel"],
  ["192.167.255.255", "public"],
  ["192.168.0.0", "private"],
  ["192.168.255.255", "private"],
  ["192.169.0.0", "public"],
  ["198.17.255.255", "public"],
  ["198.18.0.0", "benchmarking"],
  ["198.19.255.255", "benchmarking"],
  ["198.20.0.0", "public"],
  ["198.51.100.1", "documentation"],
  ["203.0.113.1", "documentation"],
  ["223.255.255.255", "public"],
  ["224.0.0.0", "multicast"],
  ["239.255.255.255", "multicast"],
  ["240.0.0.0", "reserved"],
  ["255.255.255.255", "reserved"],
  ["168.63.129.15", "public"],
  ["168.63.129.16", "metadata"],
  ["::", "unspecified"],
  ["::1", "loopback"],
  ["::2", "tunnel"],
  ["::127.0.0.1", "tunnel"],
  ["::ffff:8.8.8.8", "public"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:0:8.8.8.8", "tunnel"],
  ["64:ff9b::8.8.8.8", "public"],
  ["64:ff9b::10.0.0.1", "private"],
  ["64:ff9b:0:1::8.8.8.8", "reserved"],
  ["64:ff9b:1::8.8.8.8", "tunnel"],
  ["100::1", "reserved"],
  ["1fff:ffff::1", "reserved"],
  ["2000::1", "public"],
  ["2001::1", "tunnel"],
  ["2001:1::1", "reserved"],
  ["2001:2::1", "benchmarking"],
  ["2001:20::1", "reserved"],
  ["2001:1ff:ffff::1", "reserved"],
  ["2001:200::1", "public"],
  ["2001:db8::1", "documentation"],
  ["2001:db9::1", "public"],
  ["2002:808:808::1", "tunnel"],
  ["2606:4700::1111", "public"],
  ["2606:4700::5efe:10.0.0.1", "tunnel"],
  ["2606:4700::200:5efe:8.8.8.8", "tunnel"],
  ["3ffe::1", "public"],
  ["3fff::1", "documentation"],
  ["3fff:1000::1", "public"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fbff::1", "reserved"],
  ["fc00::1", "private"],
  ["fd00:ec2::254", "metadata"],
  ["fdff::1", "private"],
  ["fe80::1", "link-local"],
  ["febf::1", "link-local"],
  ["fec0::1", "private"],
  ["ff02::1", "multicast"],
];

test("rangeOfAddress() knows the ends of every block", () => {
  const found = ROWS.map(([address]) => [address, rangeOfAddress(parseAddress(address)!)]);
  assertEquals(found, ROWS.map((row) => [...row]));
});

test("rangeOfAddress() judges an IPv4 address the same behind every transparent prefix", () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(bytes, fc.constantFrom("::ffff:", "64:ff9b::"), (v4, prefix) => {
    assertEquals(rangeOfAddress(parseAddress(prefix + formatAddress(v4))!), rangeOfAddress(v4));
  }));
});

test("rangeOfAddress() calls nothing public outside of 2000::/3 but what an IPv4 host stands behind", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (v6) => {
    if (rangeOfAddress(v6) === "public") {
      assert(v6[0]! >> 5 === 1 || embeddedAddresses(v6).length > 0, formatAddress(v6));
    }
  }));
});

test("embeddedAddresses() finds the IPv4 address inside each form", () => {
  const rows: readonly (readonly [address: string, inside: readonly string[]])[] = [
    ["10.0.0.1", []],
    ["2606:4700::1111", []],
    ["::ffff:10.0.0.1", ["10.0.0.1"]],
    ["::10.0.0.1", ["10.0.0.1"]],
    ["::ffff:0:10.0.0.1", ["10.0.0.1"]],
    ["64:ff9b::10.0.0.1", ["10.0.0.1"]],
    ["64:ff9b:1::10.0.0.1", ["10.0.0.1"]],
    ["2002:a00:1::", ["10.0.0.1"]],
    ["2001:0:a00:1:0:0:f5ff:fffe", ["10.0.0.1", "10.0.0.1"]],
    ["2606:4700::5efe:10.0.0.1", ["10.0.0.1"]],
    ["2606:4700::200:5efe:10.0.0.1", ["10.0.0.1"]],
  ];
  const found = rows.map(([address]) => [address, embeddedAddresses(parseAddress(address)!).map(formatAddress)]);
  assertEquals(found, rows.map(([address, inside]) => [address, [...inside]]));
});

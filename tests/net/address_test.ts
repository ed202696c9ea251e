import { assertEquals } from "@std/assert";
import { hostPort, isAddress, printablePath, printableTarget } from "../../src/net/address.ts";
import { test } from "../support/suite.ts";

test("isAddress() tells addresses from names", () => {
  for (const address of ["127.0.0.1", "::1", "2001:db8::1", "255.255.255.255"]) assertEquals(isAddress(address), true);
  for (const name of ["localhost", "1.2.3", "a.1.2.3.4", "1.2.3.4.example", ""]) assertEquals(isAddress(name), false);
});

test("hostPort() puts brackets around IPv6", () => {
  assertEquals([hostPort("a.test", 1), hostPort("::1", 2)], ["a.test:1", "[::1]:2"]);
});

test("printablePath() shows the NUL of the abstract namespace", () => {
  assertEquals([printablePath("/a"), printablePath("\0a")], ["/a", "@a"]);
  assertEquals(printableTarget({ kind: "unix", path: "\0a", tls: null, nestedTls: false }), "@a");
});

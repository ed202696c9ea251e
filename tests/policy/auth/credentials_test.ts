import { assertEquals, assertThrows } from "@std/assert";
import { base64, checkUserPassword, hasCredentials, octets, utf8 } from "../../../src/policy/auth/credentials.ts";
import { requestOf } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

test("hasCredentials() sees a field written by hand", () => {
  assertEquals(hasCredentials(requestOf("GET", "https://a.test/", { AUTHORIZATION: "x" })), true);
  assertEquals(hasCredentials(requestOf("GET", "https://a.test/", { "Proxy-Authorization": "x" })), false);
});

test("checkUserPassword() brings both into Normalization Form C", () => {
  assertEquals(checkUserPassword("Basic", "u\u0308", "e\u0301"), ["\u00fc", "\u00e9"]);
});

const REFUSED: readonly (readonly [user: unknown, password: unknown, message: string])[] = [
  [5, "canary", "not a string"],
  ["canary", undefined, "not a string"],
  ["canary\n", "x", "control character"],
  ["x", "canary\0", "control character"],
  ["x", "canary\x7f", "control character"],
  ["x", "canary\ud800", "surrogate"],
];

for (const [user, password, message] of REFUSED) {
  test(`checkUserPassword() refuses ${JSON.stringify([user, password])} without printing it`, () => {
    const error = assertThrows(
      () => checkUserPassword("Basic", user as string, password as string),
      TypeError,
      message,
    );
    assertEquals(error.message.includes("canary"), false);
  });
}

test("utf8(), octets() and base64() encode", () => {
  assertEquals(utf8("\u00fc"), Uint8Array.of(0xc3, 0xbc));
  assertEquals(octets("\u00fc"), Uint8Array.of(0xfc));
  assertEquals(base64("test:123\u00a3"), "dGVzdDoxMjPCow==");
});

import { assert, assertEquals } from "@std/assert";
import { Cookie, type CookieFields } from "../../../src/policy/cookies/cookie.ts";
import { test } from "../../support/suite.ts";

const FIELDS: CookieFields = {
  name: "sid",
  value: "canary-value",
  domain: "example.com",
  hostOnly: false,
  path: "/x",
  secure: true,
  httpOnly: true,
  sameSite: "lax",
  partitioned: true,
  expires: 100,
  created: 1,
  accessed: 2,
};

test("Cookie gives each of its fields", () => {
  const cookie = new Cookie(FIELDS, 1);
  for (const name of Object.keys(FIELDS) as (keyof CookieFields)[]) assertEquals(cookie[name], FIELDS[name], name);
  assertEquals(cookie.toFields(), FIELDS);
});

test("touch() moves the time of the last use alone", () => {
  const cookie = new Cookie(FIELDS, 1);
  cookie.touch(50);
  assertEquals(cookie.toFields(), { ...FIELDS, accessed: 50 });
});

test("isExpired() counts the instant itself as over, and never for a session cookie", () => {
  assertEquals([99, 100, 101].map((now) => new Cookie(FIELDS, 1).isExpired(now)), [false, true, true]);
  assertEquals(new Cookie({ ...FIELDS, expires: null }, 1).isExpired(Number.MAX_VALUE), false);
});

test("toJSON() masks the value", () => {
  assertEquals(new Cookie(FIELDS, 1).toJSON(), { ...FIELDS, value: "***" });
});

test("Cookie prints, spreads and lists without its value", () => {
  const cookie = new Cookie(FIELDS, 1);
  const printers = ["Deno.customInspect", "nodejs.util.inspect.custom"].map((name) => Symbol.for(name));
  for (const printer of printers) {
    const print = (cookie as unknown as Record<symbol, () => string>)[printer]!;
    assertEquals(print.call(cookie), 'Cookie "sid"=*** for .example.com/x');
  }
  for (
    const text of [
      JSON.stringify(cookie),
      JSON.stringify({ ...cookie }),
      String(cookie),
      JSON.stringify(Object.entries(cookie)),
    ]
  ) {
    assert(!text.includes("canary"), text);
  }
});

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Cookie, type CookieFields } from "../../../src/policy/cookies/cookie.ts";
import {
  CookieShelf,
  cookiesToEvict,
  MAX_COOKIES,
  MAX_PER_DOMAIN,
  type RemovalReason,
} from "../../../src/policy/cookies/cookie_shelf.ts";
import { test } from "../../support/suite.ts";

function fields(change: Partial<CookieFields> = {}): CookieFields {
  return {
    name: "a",
    value: "v",
    domain: "example.com",
    hostOnly: false,
    path: "/",
    secure: false,
    httpOnly: false,
    sameSite: null,
    partitioned: false,
    expires: null,
    created: 0,
    accessed: 0,
    ...change,
  };
}

function shelfWithLog(): { shelf: CookieShelf; log: string[] } {
  const log: string[] = [];
  const listener = (cookie: Cookie, removed: RemovalReason | null): void => {
    log.push(`${removed ?? "set"} ${cookie.name}`);
  };
  return { shelf: new CookieShelf(listener), log };
}

test("put() replaces the cookie of the same identity and keeps its age and place", () => {
  const { shelf, log } = shelfWithLog();
  shelf.put(fields({ created: 1 }), 1);
  shelf.put(fields({ name: "b", created: 1 }), 1);
  const replaced = shelf.put(fields({ value: "new", created: 9, accessed: 9 }), 9);
  assertEquals([replaced.value, replaced.created, replaced.accessed, replaced.order], ["new", 1, 9, 1]);
  assertEquals(shelf.size, 2);
  assertEquals([...shelf].map(({ name }) => name), ["a", "b"]);
  assertEquals(log, ["set a", "set b", "set a"]);
});

test("put() keeps cookies apart that differ in name, domain, path or host-only flag", () => {
  const { shelf } = shelfWithLog();
  for (const change of [{}, { name: "A" }, { domain: "www.example.com" }, { path: "/x" }, { hostOnly: true }]) {
    shelf.put(fields(change), 0);
  }
  assertEquals(shelf.size, 5);
});

test("forHost() gives the cookies of the host and the domains above, without host-only ones of those", () => {
  const { shelf } = shelfWithLog();
  shelf.put(fields({ name: "host", domain: "www.example.com", hostOnly: true }), 0);
  shelf.put(fields({ name: "domain", domain: "www.example.com" }), 0);
  shelf.put(fields({ name: "above" }), 0);
  shelf.put(fields({ name: "above-host", hostOnly: true }), 0);
  shelf.put(fields({ name: "below", domain: "x.www.example.com" }), 0);
  assertEquals(shelf.forHost("www.example.com", 0).map(({ name }) => name), ["host", "domain", "above"]);
  assertEquals(shelf.forHost("example.com", 0).map(({ name }) => name), ["above", "above-host"]);
  assertEquals(shelf.forHost("example.org", 0), []);
});

test("forHost() removes what has expired and says so", () => {
  const { shelf, log } = shelfWithLog();
  shelf.put(fields({ expires: 10 }), 0);
  assertEquals(shelf.forHost("example.com", 9).length, 1);
  assertEquals(shelf.forHost("example.com", 10).length, 0);
  assertEquals([shelf.size, log], [0, ["set a", "expired a"]]);
});

test("remove() says whether there was something to remove", () => {
  const { shelf } = shelfWithLog();
  shelf.put(fields(), 0);
  assertEquals(shelf.remove(fields(), "deleted"), true);
  assertEquals(shelf.remove(fields(), "deleted"), false);
  assertEquals([...shelf], []);
});

test("put() keeps 50 cookies of a domain, the longest unused goes", () => {
  const { shelf, log } = shelfWithLog();
  for (let n = 0; n < MAX_PER_DOMAIN; n++) shelf.put(fields({ name: `c${n}`, accessed: n === 0 ? 99 : n }), 0);
  shelf.put(fields({ name: "new", accessed: 100 }), 100);
  assertEquals(shelf.size, MAX_PER_DOMAIN);
  assertEquals(log.slice(-2), ["set new", "evicted c1"]);
});

test("put() keeps 3000 cookies in all", () => {
  const { shelf, log } = shelfWithLog();
  for (let n = 0; n <= MAX_COOKIES; n++) shelf.put(fields({ domain: `d${n}.example`, name: `c${n}`, accessed: n }), n);
  assertEquals(shelf.size, MAX_COOKIES);
  assertEquals(log.at(-1), "evicted c0");
});

const cookies = (rows: readonly Partial<CookieFields>[]): Cookie[] =>
  rows.map((row, index) => new Cookie(fields({ name: String(index), ...row }), index));

const EVICTIONS:
  readonly (readonly [name: string, rows: Partial<CookieFields>[], secureLast: boolean, gone: string[]])[] = [
    ["nothing while there is room", [{}, {}], true, []],
    ["the first of equals", [{}, {}, {}], true, ["0"]],
    ["the longest unused", [{ accessed: 5 }, { accessed: 1 }, { accessed: 3 }], true, ["1"]],
    ["what is not Secure before what is", [{ secure: true }, { accessed: 9 }, { secure: true }], true, ["1"]],
    [
      "the longest unused of all when Secure does not count",
      [{ secure: true }, { accessed: 9 }, { accessed: 8 }],
      false,
      ["0"],
    ],
    [
      "a Secure one when there are no others",
      [{ secure: true, accessed: 2 }, { secure: true }, { secure: true }],
      true,
      ["1"],
    ],
    ["what has expired before anything else", [{}, { expires: 5, secure: true, accessed: 9 }, {}], true, ["1"]],
    ["all that has expired", [{ expires: 5 }, { expires: 5 }, {}, {}], true, ["0", "1"]],
  ];

for (const [name, rows, secureLast, gone] of EVICTIONS) {
  test(`cookiesToEvict() picks ${name}`, () => {
    assertEquals(cookiesToEvict(cookies(rows), 2, secureLast, 10).map(({ name }) => name), gone);
  });
}

test("CookieShelf keeps its limits and its count whatever is put and removed", () => {
  const change = fc.record({
    name: fc.constantFrom(...Array.from({ length: 60 }, (_, n) => `n${n}`), "__proto__", "constructor"),
    domain: fc.constantFrom("a.test", "b.test", "__proto__"),
    expires: fc.constantFrom(null, 5, 50),
    accessed: fc.nat(100),
    secure: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const live = new Set<string>();
      const shelf = new CookieShelf((cookie, removed) => {
        const key = `${cookie.domain} ${cookie.name}`;
        if (removed === null) live.add(key);
        else assert(live.delete(key), key);
      });
      changes.forEach((change, now) => {
        if (now % 7 === 6) shelf.remove(fields(change), "deleted");
        else shelf.put(fields(change), now);
        for (const domain of ["a.test", "b.test", "__proto__"]) {
          assert([...shelf].filter((cookie) => cookie.domain === domain).length <= MAX_PER_DOMAIN);
        }
        assertEquals(shelf.size, live.size);
        assertEquals([...shelf].length, live.size);
      });
    }),
    { numRuns: 30 },
  );
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { findLogin, type NetrcEntry, parseNetrc } from "../../../src/policy/auth/netrc_file.ts";
import { test } from "../../support/suite.ts";

const entry = (machine: string | null, login?: string, password?: string): NetrcEntry => ({ machine, login, password });

const ROWS: readonly (readonly [name: string, text: string, expected: NetrcEntry[]])[] = [
  ["one line", "machine a.test login l password p", [entry("a.test", "l", "p")]],
  ["one word a line", "machine\na.test\nlogin\r\nl\n\tpassword p\n", [entry("a.test", "l", "p")]],
  ["several entries", "machine a login l password p\nmachine b login m password q", [
    entry("a", "l", "p"),
    entry("b", "m", "q"),
  ]],
  ["names in lower case", "machine A.Test login L password P", [entry("a.test", "L", "P")]],
  ["the default entry", "default login l password p", [entry(null, "l", "p")]],
  ["an account, and drops it", "machine a login l account x password p", [entry("a", "l", "p")]],
  ["user and passwd as other names", "machine a user l passwd p", [entry("a", "l", "p")]],
  ["comments", "# machine x\nmachine a # why\n login l # who\n password p #\n#end", [entry("a", "l", "p")]],
  ["a comment without a blank", "#machine x login y\nmachine a login l password p", [entry("a", "l", "p")]],
  ["a password that begins like a comment", "machine a login l password #p", [entry("a", "l", "#p")]],
  ["values like keywords", "machine login login machine password default", [entry("login", "machine", "default")]],
  ["quotes", 'machine a login "l l" password "p\\"\\\\ #"', [entry("a", "l l", 'p"\\ #')]],
  ["a quote inside a word", 'machine a login l password p"q', [entry("a", "l", 'p"q')]],
  ["an empty password in quotes", 'machine a login l password ""', [entry("a", "l", "")]],
  ["a macro, and drops it", "macdef init\ncd /x\nmachine evil login x\n\nmachine a login l password p", [
    entry("a", "l", "p"),
  ]],
  ["a macro up to the end", "machine a login l password p\nmacdef m\nput x", [entry("a", "l", "p")]],
  ["an entry without password", "machine a login l\nmachine b login m password q", [
    entry("a", "l"),
    entry("b", "m", "q"),
  ]],
  ["nothing", " \n\t", []],
];

for (const [name, text, expected] of ROWS) {
  test(`parseNetrc() reads ${name}`, () => assertEquals(parseNetrc(text), expected));
}

const FAULTS: readonly (readonly [name: string, text: string, message: string])[] = [
  ["a word that is no keyword", "machine a\ncanary x", "line 2 of the netrc file: expected machine"],
  ["a quoted keyword", 'machine a\n\n"login" canary', "line 3 of the netrc file: expected machine"],
  ["a login before any machine", "login canary", "line 1 of the netrc file: login stands before any machine"],
  ["a password before any machine", "password canary", "password stands before any machine"],
  ["a keyword without value", "machine a login", "login has no value"],
  ["a quote that is not closed", 'machine a password "canary', "a quote is not closed"],
];

for (const [name, text, message] of FAULTS) {
  test(`parseNetrc() names the line of ${name}, and not its content`, () => {
    const error = assertThrows(() => parseNetrc(text), TypeError, message);
    assert(!error.message.includes("canary"));
  });
}

test("parseNetrc() reads back what is written with quotes", () => {
  const value = fc.string({ unit: "grapheme-ascii" });
  const entries = fc.array(fc.tuple(value, value, value));
  const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
  fc.assert(fc.property(entries, (entries) => {
    const text = entries.map(([m, l, p]) => `machine ${quote(m)} login ${quote(l)} password ${quote(p)}`).join("\n");
    assertEquals(parseNetrc(text), entries.map(([m, l, p]) => entry(m.toLowerCase(), l, p)));
  }));
});

const FILE = parseNetrc(
  "machine a.test login first password 1\nmachine a.test login second password 2\n" +
    "machine half.test login only\nmachine half.test login x password y\ndefault login d password e",
);

const LOOKUPS: readonly (readonly [host: string, useDefault: boolean, login: string | undefined, why: string])[] = [
  ["a.test", false, "first", "the first entry counts"],
  ["b.test", false, undefined, "default is not asked for"],
  ["b.test", true, "d", "default is asked for"],
  ["x.a.test", false, undefined, "a name below is another host"],
  ["test", false, undefined, "a name above is another host"],
  ["a.test.evil", false, undefined, "a name that begins alike is another host"],
  ["half.test", true, undefined, "an incomplete entry is not completed by another, nor by default"],
];

for (const [host, useDefault, login, why] of LOOKUPS) {
  test(`findLogin() gives ${login} for ${host}${useDefault ? " with default" : ""}: ${why}`, () => {
    assertEquals(findLogin(FILE, host, useDefault)?.login, login);
  });
}

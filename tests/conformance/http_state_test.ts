/**
 * The public cookie cases of abarth/http-state, read in place beside the project. They were written
 * for RFC 6265; where RFC 6265bis decides otherwise, a row of `DIFFERENCES` says what and why.
 */

import { assertEquals } from "@std/assert";
import { parseCookieDate } from "../../src/policy/cookies/cookie_date.ts";
import { CookieJar } from "../../src/policy/cookies/cookie_jar.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { readSharedText } from "../support/shared_cases.ts";
import { test } from "../support/suite.ts";

interface ParserCase {
  readonly test: string;
  readonly received: readonly string[];
  readonly sent: readonly { readonly name: string; readonly value: string }[];
  readonly "sent-to"?: string;
}

interface DateCase {
  readonly test: string;
  readonly expected: string | null;
}

interface Difference {
  /** The Cookie field by RFC 6265bis. */
  readonly sent: string;
  readonly reason: string;
}

const NAMELESS = "§5.6 step 3: a pair without a name is a cookie of its own and sent as its value";
const DISABLED = "disabled in the collection itself; ";

const DIFFERENCES: { readonly [test: string]: Difference } = {
  "0004": { sent: "foo", reason: NAMELESS },
  "0021": { sent: "a=b; x; c=d", reason: NAMELESS },
  "0023": { sent: "foo", reason: NAMELESS },
  "0024": { sent: "foo", reason: NAMELESS },
  "0025": { sent: "foo", reason: NAMELESS },
  "0026": { sent: "foo", reason: NAMELESS },
  "0027": { sent: "bar", reason: NAMELESS },
  "0028": { sent: "foo", reason: NAMELESS },
  "CHROMIUM0009": { sent: "BLAHHH", reason: NAMELESS },
  "CHROMIUM0010": { sent: '"BLA\\"HHH"', reason: NAMELESS },
  "CHROMIUM0012": { sent: "ABC", reason: NAMELESS },
  "MOZILLA0012": { sent: 'test="fubar! = foo; five', reason: NAMELESS },
  "MOZILLA0014": { sent: "six", reason: NAMELESS },
  "MOZILLA0015": { sent: "seven", reason: NAMELESS },
  "MOZILLA0016": { sent: "eight", reason: NAMELESS },
  "MOZILLA0017": { sent: "eight; test=six", reason: NAMELESS },
  "NAME0017": { sent: "a=bar", reason: NAMELESS },
  "NAME0023": { sent: "foo", reason: NAMELESS },
  "NAME0025": { sent: "==a=bar", reason: NAMELESS },
  "NAME0028": { sent: "a", reason: NAMELESS },
  "NAME0031": { sent: '"foo', reason: NAMELESS },
  "NAME0032": { sent: '"foo\\"bar', reason: NAMELESS },
  "NAME0033": { sent: "aaa", reason: NAMELESS },
  "OPTIONAL_DOMAIN0042": {
    sent: "foo=bar",
    reason: "§5.7 step 7: the last Domain counts, also when it is empty: the cookie is host-only",
  },
  "DISABLED_CHROMIUM0022": { sent: "", reason: `${DISABLED}§5.6 step 1: a control character voids the cookie` },
  "DISABLED_CHROMIUM0023": { sent: "", reason: `${DISABLED}§5.6 step 1: a control character voids the cookie` },
  "DISABLED_PATH0029": { sent: "", reason: `${DISABLED}§5.1.4: paths are compared as they are, not decoded` },
};

/** The Expires dates of the cases lie in 2019 and 2027, or in the past of 2011. */
const NOW = Date.UTC(2011, 0, 1);
const FROM = "http://home.example.org:8888/cookie-parser";
const TO = "http://home.example.org:8888/cookie-parser-result";

/** A text as the octets that a server sends. */
function octets(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

async function sentCookies({ test, received, "sent-to": to = TO }: ParserCase): Promise<string> {
  const jar = new CookieJar({ clock: new FakeClock({ wall: NOW }) });
  await jar.ready();
  jar.store(`${FROM}?${test.toLowerCase()}`, received.map(octets));
  return jar.cookieHeader(new URL(to, TO));
}

function expectedCookies({ test, sent }: ParserCase): string {
  const difference = Object.hasOwn(DIFFERENCES, test) ? DIFFERENCES[test] : undefined;
  return difference?.sent ?? sent.map(({ name, value }) => octets(`${name}=${value}`)).join("; ");
}

function readCases<T>(path: string): readonly T[] {
  // One of the files begins with its licence as comment lines.
  const text = readSharedText(`http-state/${path}`)?.replace(/^\/\/.*$/gm, "");
  return text === undefined ? [] : JSON.parse(text) as readonly T[];
}

const parserCases = readCases<ParserCase>("parser.json");
for (const one of parserCases) {
  test(`http-state ${one.test} gives the cookies of RFC 6265bis`, async () => {
    assertEquals(await sentCookies(one), expectedCookies(one));
  });
}

const dateCases = [...readCases<DateCase>("dates/examples.json"), ...readCases<DateCase>("dates/bsd-examples.json")];
dateCases.forEach(({ test: text, expected }, index) => {
  test(`http-state date ${index + 1} is ${expected}: ${JSON.stringify(text)}`, () => {
    assertEquals(parseCookieDate(text), expected === null ? undefined : Date.parse(expected));
  });
});

test("http-state: every difference is one, and belongs to a case", () => {
  const cases = new Map(parserCases.map((one) => [one.test, one]));
  if (cases.size === 0) return;
  for (const [name, { sent }] of Object.entries(DIFFERENCES)) {
    const one = cases.get(name)!;
    const original = one.sent.map(({ name, value }) => octets(`${name}=${value}`)).join("; ");
    assertEquals(original === sent, false, name);
  }
  const differences = Object.keys(DIFFERENCES).length;
  // deno-lint-ignore no-console
  console.log(
    `http-state: ${parserCases.length} cases (${differences} by RFC 6265bis against RFC 6265), ${dateCases.length} dates`,
  );
});

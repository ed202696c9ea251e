/** What cookies are read from: Set-Cookie, its dates, both forms of a file, a jar that is given them. */

import { systemClock } from "../../../src/base/clock.ts";
import { CookieJar } from "../../../src/policy/cookies/cookie_jar.ts";
import { parseCookieDate } from "../../../src/policy/cookies/cookie_date.ts";
import { MAX_COOKIE_FIELD } from "../../../src/policy/cookies/cookie_field.ts";
import { formatCookies, parseCookies } from "../../../src/policy/cookies/cookie_file.ts";
import { MAX_PAIR_LENGTH, parseSetCookie } from "../../../src/policy/cookies/set_cookie.ts";
import { isFieldValue } from "../../../src/http/field_grammar.ts";
import { type FuzzTarget, promise, same, wordsOf } from "../target.ts";

const misuse = (error: unknown): boolean => error instanceof TypeError;
const NOW = Date.UTC(2030, 0, 1);

const SET_TOKENS = [
  "a=b",
  "=",
  ";",
  "; ",
  "Path=/",
  "Path=",
  "Domain=a.test",
  "Domain=.a.test",
  "Domain=test",
  "Domain=",
  "Secure",
  "HttpOnly",
  "SameSite=None",
  "SameSite=Lax",
  "Max-Age=",
  "Max-Age=10",
  "Max-Age=-1",
  "Max-Age=99999999999999999999",
  "Expires=Wed, 21 Oct 2035 07:28:00 GMT",
  "Partitioned",
  "__Host-a=b",
  "__Secure-a=b",
  "__http-",
  '"',
  "\t",
  "\0",
  "\x7f",
  "\xff",
  "\r\n",
  ",",
];

/** One Set-Cookie value. */
export const setCookie: FuzzTarget = {
  name: "set_cookie",
  seeds: [
    "a=b",
    "a=b; Path=/; Domain=a.test; Secure; HttpOnly; SameSite=Lax",
    "a=b; Max-Age=10; Expires=x",
    "__Host-a=b; Secure; Path=/",
    "=b",
    "a",
    "",
    "a=b;;;",
    'a="b c"; path="/x"',
  ],
  tokens: SET_TOKENS,
  run(input) {
    const cookie = parseSetCookie(input);
    if (typeof cookie === "string") {
      promise(cookie !== "", "a refusal without a reason");
      return `refused ${cookie.length}`;
    }
    promise(cookie.name.length + cookie.value.length <= MAX_PAIR_LENGTH, "a pair that is too long");
    // deno-lint-ignore no-control-regex
    promise(!/[\0-\x08\x0a-\x1f\x7f;]/.test(cookie.name + cookie.value), "a control character passes");
    promise(cookie.maxAge === undefined || !Number.isNaN(cookie.maxAge), `Max-Age ${cookie.maxAge}`);
    promise(cookie.expires === undefined || Number.isFinite(cookie.expires), `Expires ${cookie.expires}`);
    return JSON.stringify({ ...cookie, name: cookie.name.length, value: cookie.value.length });
  },
};

/** The date of a cookie. */
export const cookieDate: FuzzTarget = {
  name: "cookie_date",
  seeds: [
    "Wed, 21 Oct 2035 07:28:00 GMT",
    "21-Oct-35 7:8:9",
    "Oct 21 07:28:00 2035",
    "1 jan 1970 0:0:0",
    "31 Feb 2030 10:10:10",
  ],
  tokens: [
    "Jan",
    "feb",
    "Dec",
    "1",
    "31",
    "32",
    "99",
    "1600",
    "2035",
    "70",
    "69",
    "00:00:00",
    "23:59:60",
    "24:00:00",
    ":",
    "-",
    "/",
    ",",
    " ",
    "GMT",
    "\xff",
  ],
  run(input) {
    const time = parseCookieDate(input);
    if (time === undefined) return "none";
    promise(Number.isFinite(time) && Number.isFinite(new Date(time).getTime()), `a time of ${time}`);
    same(parseCookieDate(new Date(time).toUTCString()), Math.floor(time / 1000) * 1000, "the date read again");
    return new Date(time).toISOString();
  },
};

const TXT =
  "# Netscape HTTP Cookie File\n.a.test\tTRUE\t/\tFALSE\t0\tn\tv\n#HttpOnly_a.test\tFALSE\t/x\tTRUE\t2000000000\tn2\tv2\n";

/** Knows the public suffixes, and stands at a time of its own. */
const jarOfFile = new CookieJar({ clock: { ...systemClock, wall: () => NOW } });
await jarOfFile.ready();

/** A file of cookies in either form. */
export const cookieFile: FuzzTarget = {
  name: "cookie_file",
  seeds: [
    TXT,
    TXT.replaceAll("\n", "\r\n"),
    formatCookies(parseCookies(TXT, NOW), "json"),
    '{"version":1,"cookies":[]}',
    "# nothing\n\n",
  ],
  tokens: [
    "\t",
    "\n",
    "\r\n",
    "#HttpOnly_",
    "#",
    "TRUE",
    "FALSE",
    "0",
    "9999999999999",
    "-1",
    "1e3",
    ".a.test",
    "/",
    '{"version":1,"cookies":[',
    "]}",
    '"name":',
    "null",
    "true",
    '"__proto__":{}',
    ",",
    "\0",
    "\xff",
  ],
  proper: misuse,
  run(input) {
    jarOfFile.clear();
    jarOfFile.deserialize(input);
    const json = jarOfFile.serialize("json");
    const { size } = jarOfFile;
    jarOfFile.clear();
    jarOfFile.deserialize(json);
    same(jarOfFile.serialize("json"), json, "the cookies read again");
    return `${"cookie ".repeat(Math.min(size, 9))}${
      wordsOf(json.replace(/"created": "[^"]*"|"accessed": "[^"]*"|"expires": "[^"]*"/g, ""))
    }`;
  },
};

/** A jar that gets a Set-Cookie per line, and what it sends then. */
export const jar: FuzzTarget = {
  name: "cookie_jar",
  seeds: [
    "a=b\nc=d; Path=/x\na=e",
    "__Host-a=b; Secure; Path=/\nx=y; Max-Age=0",
    "a=b; Domain=test\nc=d; Domain=www.a.test",
  ],
  tokens: [...SET_TOKENS, "\n"],
  run(input) {
    const jar = new CookieJar();
    // Without a table of public suffixes a cookie that names a domain cannot be judged.
    const lines = input.split("\n").map((line) => line.replace(/domain/gi, "Domaim"));
    jar.store("https://www.a.test/x/y", lines);
    for (const url of ["https://www.a.test/x/z", "http://www.a.test/", "https://a.test/x/y", "https://evil.test/x/y"]) {
      const field = jar.cookieHeader(url);
      promise(field.length <= MAX_COOKIE_FIELD && isFieldValue(field), `a field that cannot be sent: ${field}`);
      if (!url.includes("www.a.test")) same(field, "", `what ${url} gets`);
      if (url.startsWith("http:")) promise(!/(?:^|; )__(?:Host|Secure)-/i.test(field), "a secure cookie over http");
    }
    return `${"cookie ".repeat(Math.min(jar.size, 9))}${wordsOf(jar.cookieHeader("https://www.a.test/x/z"))}`;
  },
};

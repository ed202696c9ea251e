/** The values of fields that are read: types, names, links, dates, waits, ranges, challenges. */

import { HeaderList } from "../../../src/http/header_list.ts";
import {
  formatContentDisposition,
  parseContentDisposition,
  safeFileName,
} from "../../../src/http/content_disposition.ts";
import { formatHttpDate, parseHttpDate } from "../../../src/http/date.ts";
import { linksByRelation, parseLinks } from "../../../src/http/link.ts";
import { formatMediaType, parseMediaType } from "../../../src/http/media_type.ts";
import { parseChallenges } from "../../../src/policy/auth/challenge.ts";
import { chooseDigest } from "../../../src/policy/auth/digest_challenge.ts";
import { parseContentRange } from "../../../src/policy/download_decision.ts";
import { serverDelay } from "../../../src/policy/server_delay.ts";
import { type FuzzTarget, promise, same, wordsOf } from "../target.ts";

const NOW = Date.UTC(2030, 0, 1);
const QUOTES = ['"', '\\"', "\\", ";", "; ", "=", ",", " ", "\t", "\0", "\x7f", "\xe9", "\u20ac"];

/** A media type. */
export const mediaType: FuzzTarget = {
  name: "media_type",
  seeds: [
    "text/html; charset=utf-8",
    'multipart/form-data; boundary="a b"',
    "a/b;c",
    "a/b; c=d; C=e",
    'a/b; x="\\"\\\\"',
    "*/*",
  ],
  tokens: [...QUOTES, "a/b", "text/html", "charset", "utf-8", "boundary=", "/", '"a"', "x=y"],
  run(input) {
    const type = parseMediaType(input);
    if (type === undefined) return "none";
    promise(/^[^\s/;,"]+\/[^\s/;,"]+$/.test(type.essence), `the type ${type.essence}`);
    const text = formatMediaType(type);
    const again = parseMediaType(text);
    same([again?.essence, ...again?.parameters ?? []], [type.essence, ...type.parameters], "the type read again");
    return `${type.essence} ${[...type.parameters.keys()].join()}`;
  },
};

/** A Content-Disposition and the file name that is made of it. */
export const contentDisposition: FuzzTarget = {
  name: "content_disposition",
  seeds: [
    'attachment; filename="a.txt"',
    "attachment; filename*=UTF-8''%e2%82%ac.txt; filename=x",
    "inline",
    'attachment; filename="../../etc/passwd"',
    "attachment; filename=CON",
    "attachment; filename*=utf-8'en'%2e%2e%2fx",
  ],
  tokens: [
    ...QUOTES,
    "attachment",
    "filename=",
    "filename*=",
    "UTF-8''",
    "iso-8859-1''",
    "%2e",
    "%2f",
    "%00",
    "%ff",
    "..",
    "/",
    "\\",
    "CON",
    "nul.txt",
    ".",
    "\u202e",
    "\ud800",
    "a".repeat(300),
  ],
  run(input) {
    const found = parseContentDisposition(input);
    const name = safeFileName(found?.filename ?? input);
    promise(
      // deno-lint-ignore no-control-regex
      !/[/\\\0-\x1f<>:"|?*]/.test(name) && !/^\.|[. ]$/.test(name) && name !== "",
      `the name ${JSON.stringify(name)}`,
    );
    promise(new TextEncoder().encode(name).length <= 255, "a name that is too long");
    same(safeFileName(name), name, "the safe name made safe again");
    if (found === undefined) return `none ${name.length}`;
    const again = parseContentDisposition(formatContentDisposition("attachment", name));
    same(again?.filename, name, "the name read again");
    return `${found.type} ${found.filename === undefined} ${found.parameters.size}`;
  },
};

/** The value of a Link field. */
export const link: FuzzTarget = {
  name: "link",
  seeds: [
    '</a>; rel="next"',
    "<https://b.test/>; rel=\"prev last\"; title*=UTF-8''x, <c>; rel=up",
    "<>;rel=self",
    "<a",
    "<a>;;rel",
  ],
  tokens: [
    ...QUOTES,
    "<",
    ">",
    "</a>",
    "rel=",
    'rel="next"',
    "anchor=",
    "__proto__",
    "constructor",
    "title*=",
    "http://",
    "<".repeat(20),
  ],
  run(input) {
    const links = parseLinks(input, "https://a.test/x/");
    for (const { url } of links) promise(new URL(url).href === url, `the URL ${url}`);
    const map = linksByRelation(links);
    promise(Object.getPrototypeOf(map) === null, "a map with a prototype");
    return `${links.length} ${Object.keys(map).slice(0, 5).map(wordsOf)}`;
  },
};

/** A date of HTTP. */
export const httpDate: FuzzTarget = {
  name: "http_date",
  seeds: [
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 1994",
    "Sun, 31 Feb 2030 00:00:00 GMT",
  ],
  tokens: [
    "Sun",
    "Sunday",
    ", ",
    "06",
    " 6",
    "Nov",
    "1994",
    "94",
    "08:49:37",
    "24:00:00",
    "23:59:60",
    "GMT",
    "UTC",
    " ",
    "-",
    ":",
  ],
  run(input) {
    const time = parseHttpDate(input, NOW);
    if (time === undefined) return "none";
    promise(Number.isSafeInteger(time), `a time of ${time}`);
    if (time >= 0 && time < Date.UTC(9999, 0)) {
      same(parseHttpDate(formatHttpDate(time), NOW), time, "the date read again");
    }
    return new Date(time).toISOString();
  },
};

/** Retry-After and the fields of rate limits: `name: value` per line. */
export const waits: FuzzTarget = {
  name: "waits",
  seeds: [
    "retry-after: 5",
    "retry-after: Sun, 06 Nov 2033 08:49:37 GMT\ndate: Sun, 06 Nov 2033 08:49:30 GMT",
    'ratelimit: "a";r=0;t=10\nratelimit-policy: "a";q=5;w=60',
    "x-ratelimit-remaining: 0\nx-ratelimit-reset: 1700000000",
    "ratelimit: limit=1, remaining=0, reset=5",
    "x-rate-limit-reset: 1e9",
  ],
  tokens: [
    "retry-after: ",
    "ratelimit: ",
    "ratelimit-policy: ",
    "x-ratelimit-remaining: 0",
    "x-ratelimit-reset: ",
    "ratelimit-reset: ",
    "date: ",
    "\n",
    '"a"',
    ";r=0",
    ";t=",
    ";w=60",
    "0",
    "-1",
    "1.5",
    "1e9",
    "99999999999999",
    "NaN",
    "Infinity",
    ",",
    "0x10",
    '"',
    "\\",
  ],
  run(input) {
    const pairs = input.split("\n").map((line) =>
      /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line)
    )
      .filter((match) => match !== null).map(([, name, value]) => [name!, value!.trim()] as const);
    const delays = [200, 429, 503].map((status) => serverDelay(HeaderList.from(pairs), status, NOW));
    for (const delay of delays) promise(delay === undefined || delay >= 0, `a wait of ${delay}`);
    return JSON.stringify(delays);
  },
};

/** A Content-Range. */
export const contentRange: FuzzTarget = {
  name: "content_range",
  seeds: ["bytes 0-9/10", "bytes 5-9/*", "bytes */10", "BYTES 1-1/2"],
  tokens: ["bytes ", "0", "9", "-", "/", "*", " ", "99999999999999999999", "1e3", "+"],
  run(input) {
    const range = parseContentRange(input);
    if (range === undefined) return "none";
    promise(range.start >= 0 && range.start <= range.end && Number.isSafeInteger(range.end), "a range that cannot be");
    promise(range.total === undefined || range.end < range.total, "a range beyond the end");
    return JSON.stringify(range);
  },
};

/** Challenges of WWW-Authenticate, a field per line. */
export const challenges: FuzzTarget = {
  name: "challenges",
  seeds: [
    'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256',
    "Basic realm=a, Bearer",
    "Negotiate abc==",
    'Basic realm="a\\"b"\nDigest nonce=x, realm=y',
    "x y=z,,, w",
  ],
  tokens: [
    ...QUOTES,
    "Basic",
    "Digest",
    "Bearer",
    "realm=",
    'nonce="b"',
    "algorithm=MD5",
    "algorithm=SHA-256-sess",
    "qop=auth",
    "==",
    "\n",
    "stale=true",
    "__proto__=x",
  ],
  run(input) {
    const lines = input.split("\n");
    const found = parseChallenges(lines);
    promise(found.length <= 32, `${found.length} challenges`);
    for (const { scheme } of found) promise(/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(scheme), `the scheme ${scheme}`);
    const digest = chooseDigest(lines);
    return `${found.map(({ scheme, params }) => `${wordsOf(scheme)} ${params.size}`).join(" | ")} ${
      digest !== undefined
    }`;
  },
};

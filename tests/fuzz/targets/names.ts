/** What names and addresses are read from: DNS messages, URLs, templates, NO_PROXY, proxies' URLs, addresses. */

import { formatAddress, parseAddress } from "../../../src/base/ip_address.ts";
import { embeddedAddresses, rangeOfAddress } from "../../../src/base/address_range.ts";
import { resolveGuard } from "../../../src/client/guard_options.ts";
import { parseProxyUrl } from "../../../src/client/proxy_url.ts";
import { judgeAddress } from "../../../src/engine/guard.ts";
import { DNSError } from "../../../src/errors.ts";
import { bypassesProxy, parseNoProxy } from "../../../src/http/no_proxy.ts";
import { fillTemplate } from "../../../src/http/path_template.ts";
import { RequestUrl } from "../../../src/http/request_url.ts";
import { parseBaseUrl, prepareUrl } from "../../../src/http/url.ts";
import { decodeAnswer, encodeQuery } from "../../../src/protocol/dns/dns_message.ts";
import { textOf } from "../../protocol/h1/transcript.ts";
import { dnsMessage } from "../../protocol/dns/dns_builder.ts";
import { bytesOf, type FuzzTarget, promise, same } from "../target.ts";

const misuse = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

/** The answer of a name server. */
export const dnsAnswer: FuzzTarget = {
  name: "dns_answer",
  seeds: [
    dnsMessage({ answers: [{ name: 12, type: 1, data: [10, 0, 0, 1] }] }),
    dnsMessage({
      answers: [{ name: 12, type: 5, data: "b.test" }, { name: "b.test", type: 1, data: [1, 2, 3, 4], ttl: 0 }],
    }),
    dnsMessage({ flags: 0x8183 }),
    dnsMessage({ flags: 0x8380 }),
    dnsMessage({ answers: [{ name: 12, type: 5, data: [0xc0, 12] }, { name: 12, type: 41, data: [0, 0, 0] }] }),
  ].map(textOf),
  tokens: [
    "\xc0\x0c",
    "\xc0\x00",
    "\xc0\xff",
    "\x00\x01",
    "\x00\x05",
    "\x00\x1c",
    "\x00\x00\x00\x3c",
    "\x00\x04",
    "\x01a\x04test\x00",
    "\xff\xff",
    "\x3f",
    "\x40",
    "\x80",
    "\x81\x80",
    "\x00",
  ],
  longest: 65_535,
  proper: (error) => error instanceof DNSError,
  run(input) {
    const answer = decodeAnswer(bytesOf(input), 7, "a.test", 1);
    if (answer.kind === "addresses") {
      promise(answer.addresses.length > 0, "no address");
      promise(answer.addresses.every((address) => parseAddress(address)?.length === 4), "an address that is none");
      promise(answer.ttl >= 0 && Number.isInteger(answer.ttl), `a TTL of ${answer.ttl}`);
    }
    return JSON.stringify(answer);
  },
};

/** A name that is asked for. */
export const dnsQuery: FuzzTarget = {
  name: "dns_query",
  seeds: ["a.test", "a.test.", "xn--a.b-c.d", "a".repeat(63), `${"a.".repeat(126)}a`, "..", ""],
  tokens: [".", "..", "a", "a".repeat(63), "a".repeat(64), "-", "_", "*", "\0", " ", "\x80", "\u4e00", "xn--"],
  proper: (error) => error instanceof DNSError,
  run(input) {
    const query = encodeQuery(7, input, 1);
    promise(query.length <= 512, "a query too long for a datagram");
    let at = 12;
    const labels: string[] = [];
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(textOf(query.subarray(at + 1, at + 1 + length)));
      at += 1 + length;
    }
    same(labels.join(".").toLowerCase(), input.replace(/\.$/, "").toLowerCase(), "the name");
    return `${labels.length}`;
  },
};

const BASE = parseBaseUrl("https://api.test/v1/dir");

/** A relative URL on a base that it must not leave. */
export const urlJoin: FuzzTarget = {
  name: "url_join",
  seeds: [
    "",
    "a",
    "/a/b?c#d",
    "../x",
    "a/../..",
    "//evil.test",
    "\\\\evil.test",
    "https://api.test/",
    "http:a",
    "%2e%2e/x",
    "a/./b",
    "?q=1",
    "#f",
    "a\tb",
    "user@evil.test",
    "..;/x",
  ],
  tokens: [
    "/",
    "//",
    "\\",
    "..",
    ".",
    "%2e",
    "%2E%2e",
    "%2f",
    "%5c",
    "?",
    "#",
    "@",
    ":",
    "http:",
    "https:",
    "HTTPS://",
    "javascript:",
    "evil.test",
    "api.test",
    "[::1]",
    "\t",
    "\n",
    "\r",
    " ",
    "\0",
    "\u3002",
    "\uff0f",
    "\u2044",
    "%00",
    "%",
    "a",
    "v1/dir",
    ";",
  ],
  proper: misuse,
  run(input) {
    const url = prepareUrl({ base: BASE, url: input });
    same(url.origin, BASE.origin, "the origin");
    const absolute = /^\s*[a-z][a-z0-9+.-]*:/i.test(input);
    if (!absolute) promise(/^\/v1\/dir(?:$|[/?])/.test(url.target), `it leaves the directory: ${url.target}`);
    promise(!/[\0-\x20\x7f]/.test(url.target), "a control character passes");
    same(new RequestUrl(url.href).href, url.href, "the URL read again");
    return `${url.target} ${url.fragment}`;
  },
};

/** An absolute URL. */
export const requestUrl: FuzzTarget = {
  name: "request_url",
  seeds: [
    "http://a.test/",
    "https://u:p@a.test:8443/x?y#z",
    "http://[::1]:80/",
    "http://127.1/",
    "http://a\u3002test/",
    "HTTP://A.TEST",
    "http://a.test:0/",
  ],
  tokens: [
    ...urlJoin.tokens,
    "http://",
    "https://",
    ":80",
    ":443",
    ":65536",
    "[",
    "]",
    "u:p@",
    "%40",
    "xn--",
    "0x7f.1",
    "\xad",
  ],
  proper: misuse,
  run(input) {
    const url = new RequestUrl(input);
    promise(/^https?$/.test(url.scheme) && url.port >= 0 && url.port < 65_536, "scheme and port");
    promise(url.hostname !== "" && !/[/?#@\\\s]/.test(url.hostname), `the host ${url.hostname}`);
    promise(url.target.startsWith("/") && !/[\0-\x20\x7f#]/.test(url.target), `the target ${url.target}`);
    const again = new RequestUrl(url.href);
    same(
      [again.href, again.hostname, again.port, again.target],
      [url.href, url.hostname, url.port, url.target],
      "the URL read again",
    );
    return `${url.scheme} ${url.hostname} ${url.port} ${url.target}`;
  },
};

/** A template, and values for its names; the last line is the value. */
export const pathTemplate: FuzzTarget = {
  name: "path_template",
  seeds: [
    "/users/{id}\nana",
    "/a/{id}/b?x={id}\na/b",
    "https://a.test/{id}\n..",
    "{id}\n%2e%2e",
    "/{id}#{id}\n\u4e00",
    "/{id}\na b",
  ],
  tokens: [
    "{id}",
    "{",
    "}",
    "{}",
    "/",
    "//",
    "\n",
    "..",
    ".",
    "%2e",
    "%2f",
    "\\",
    "?",
    "#",
    "&",
    "@",
    "\ud800",
    "\0",
    "a",
  ],
  proper: misuse,
  run(input) {
    const line = input.lastIndexOf("\n");
    const [template, value] = [input.slice(0, Math.max(line, 0)), input.slice(line + 1, line + 201)];
    const filled = fillTemplate(template, { id: value });
    const pieces = template.split("{id}");
    promise(pieces.length > 1, "a value that is nowhere");
    let rest = filled;
    for (const [index, piece] of pieces.entries()) {
      promise(rest.startsWith(piece), "the template is not kept");
      rest = rest.slice(piece.length);
      if (index === pieces.length - 1) break;
      const encoded = encodeURIComponent(value);
      const length = /^(?:[A-Za-z0-9\-._~!'()*]|%[0-9A-Fa-f]{2})*/.exec(rest)![0].length;
      promise(length > 0, "a value that is empty");
      promise(decodeURIComponent(rest.slice(0, encoded.length)) === value, "the value is not kept");
      rest = rest.slice(encoded.length);
    }
    same(rest, "", "what is left");
    return filled;
  },
};

/** NO_PROXY, and a host behind the last line end. */
export const noProxy: FuzzTarget = {
  name: "no_proxy",
  seeds: [
    "a.test,.b.test *.c.test\na.test",
    "10.0.0.0/8, ::1/128\n10.1.2.3",
    "*\nx",
    "[::1]:80\n::1",
    "127.1:8080\n127.0.0.1",
  ],
  tokens: [
    ",",
    " ",
    "*",
    "*.",
    ".",
    "/",
    "/8",
    "/128",
    "/33",
    ":80",
    ":0",
    "[::1]",
    "::ffff:10.0.0.1",
    "10.0.0.1",
    "a.test",
    "A.TEST.",
    "\n",
    "%eth0",
    "0x7f",
    "xn--",
    "\u3002",
  ],
  run(input) {
    const line = input.lastIndexOf("\n");
    const host = input.slice(line + 1);
    const { rules, refused } = parseNoProxy(input.slice(0, Math.max(line, 0)));
    const hit = bypassesProxy(rules, host, 80);
    if (hit) promise(rules.some((rule) => bypassesProxy([rule], host, 80)), "no rule of its own");
    return `${rules.length} ${refused.length} ${hit}`;
  },
};

/** A proxy's URL. */
export const proxyUrl: FuzzTarget = {
  name: "proxy_url",
  seeds: ["http://p:3128", "socks5h://u:p%40@[::1]", "p.test:80", "https://p", "socks://p:1", "http://p/path"],
  tokens: [
    "http://",
    "https://",
    "socks5://",
    "socks4a://",
    "socks://",
    "ftp://",
    "u:p@",
    "%40",
    "%ff",
    "[::1]",
    ":80",
    ":0",
    ":443",
    "/",
    "\\",
    "?",
    "#",
    "@",
    " ",
    "\t",
    "\u3002",
  ],
  proper: misuse,
  run(input) {
    const url = parseProxyUrl(input, "the option");
    promise(url.port > 0 && url.port < 65_536 && url.hostname !== "", "host and port");
    promise(
      url.password === "" || url.password.length < 4 || !url.label.includes(`:${url.password}@`),
      "the label tells the password",
    );
    promise(!url.label.includes("@"), "the label has user info");
    return `${url.label} ${url.username.length} ${url.password.length}`;
  },
};

/** An address, in its two forms, and what a guard makes of it. */
export const address: FuzzTarget = {
  name: "ip_address",
  seeds: [
    "127.0.0.1",
    "::1",
    "::ffff:10.0.0.1",
    "2001:db8::1",
    "64:ff9b::7f00:1",
    "fe80::1%eth0",
    "1.2.3",
    "2002:a00:1::",
  ],
  tokens: [
    "127.0.0.1",
    "10.0.0.1",
    "255",
    "0",
    "::",
    ":",
    ".",
    "ffff",
    "64:ff9b:",
    "2002:",
    "2001:0:",
    "fe80:",
    "%",
    "5efe",
    "0200",
    "g",
    "00",
  ],
  run(input) {
    const bytes = parseAddress(input);
    const guard = resolveGuard("public")!;
    const verdict = judgeAddress(guard, { host: "a.test", port: 80, role: "origin" }, input);
    if (bytes === undefined) return `none ${verdict?.code}`;
    same([...parseAddress(formatAddress(bytes))!], [...bytes], "the address read again");
    const range = rangeOfAddress(bytes);
    same(verdict === undefined, range === "public", "the verdict");
    if (range === "public") {
      promise(embeddedAddresses(bytes).every((inner) => rangeOfAddress(inner) === "public"), "something inner inside");
    }
    return `${range} ${bytes.length}`;
  },
};

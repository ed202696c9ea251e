import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError } from "../../../src/errors.ts";
import { socks5Refusal } from "../../../src/protocol/socks/reply_codes.ts";
import { Socks5Codec, type Socks5Request } from "../../../src/protocol/socks/socks5.ts";
import { test } from "../../support/suite.ts";
import { converse, hex, singly, splitAt, whole } from "./transcript.ts";

const NAME: Socks5Request = { host: "a.example", port: 443, user: "", password: "" };
const LOGIN: Socks5Request = { ...NAME, user: "me", password: "s3" };
const HELLO = "> 05 01 00";
const HELLO_LOGIN = "> 05 02 02 00";
const SEND_LOGIN = "> 01 02 6d 65 02 73 33";
const ASK = "> 05 01 00 03 09 61 2e 65 78 61 6d 70 6c 65 01 bb";
const GRANTED = "05 00 00 01 7f 00 00 01 1f 90";

type Row = readonly [name: string, request: Socks5Request, replies: readonly string[], outcome: readonly string[]];

/** What a proxy answers, reply by reply, and what comes of it. */
const ROWS: readonly Row[] = [
  ["no login", NAME, ["05 00", GRANTED], [HELLO, ASK, "connected"]],
  ["login", LOGIN, ["05 02", "01 00", GRANTED], [HELLO_LOGIN, SEND_LOGIN, ASK, "connected"]],
  ["login offered, none wanted", LOGIN, ["05 00", GRANTED], [HELLO_LOGIN, ASK, "connected"]],
  ["login refused", LOGIN, ["05 02", "01 01"], [HELLO_LOGIN, SEND_LOGIN, "refused login 1"]],
  ["login refused by another status", LOGIN, ["05 02", "01 ff"], [HELLO_LOGIN, SEND_LOGIN, "refused login 255"]],
  ["no acceptable method", NAME, ["05 ff"], [HELLO, "refused method 255"]],
  ["no acceptable method, with a login", LOGIN, ["05 ff"], [HELLO_LOGIN, "refused method 255"]],
  ["a method that was not offered", LOGIN, ["05 01"], [HELLO_LOGIN, "RemoteProtocolError"]],
  ["a login that was not offered", NAME, ["05 02"], [HELLO, "RemoteProtocolError"]],
  ["SOCKS 4", NAME, ["00 5b"], [HELLO, "RemoteProtocolError"]],
  ["HTTP", NAME, ['"HTTP/1.1 400 Bad Request"'], [HELLO, "RemoteProtocolError"]],
  ["login of another version", LOGIN, ["05 02", "05 00"], [HELLO_LOGIN, SEND_LOGIN, "RemoteProtocolError"]],
  ["a reply before the request", NAME, [`05 00 ${GRANTED}`], [HELLO, "RemoteProtocolError"]],
  ["a reply to a login that was not sent", LOGIN, [`05 02 01 00`], [HELLO_LOGIN, "RemoteProtocolError"]],
  ["IPv6", NAME, ["05 00", "05 00 00 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 50"], [
    HELLO,
    ASK,
    "connected",
  ]],
  ["a name", NAME, ["05 00", '05 00 00 03 05 "proxy" 00 50'], [HELLO, ASK, "connected"]],
  ["an empty name", NAME, ["05 00", "05 00 00 03 00 00 50"], [HELLO, ASK, "connected"]],
  ["an unknown address type", NAME, ["05 00", "05 00 00 02 7f 00 00 01 1f 90"], [HELLO, ASK, "RemoteProtocolError"]],
  ["a reserved byte", NAME, ["05 00", "05 00 01 01 7f 00 00 01 1f 90"], [HELLO, ASK, "RemoteProtocolError"]],
  ["a reply of another version", NAME, ["05 00", "04 00 00 01 7f 00 00 01 1f 90"], [HELLO, ASK, "RemoteProtocolError"]],
  ["refused and closed at once", NAME, ["05 00", "05 02"], [HELLO, ASK, "refused connect 2"]],
  ["an unassigned code", NAME, ["05 00", "05 5a 00 01 00 00 00 00 00 00"], [HELLO, ASK, "refused connect 90"]],
  ["closed at once", NAME, [], [HELLO, "SocketError"]],
  ["closed within the method", NAME, ["05"], [HELLO, "SocketError"]],
  ["closed within the login", LOGIN, ["05 02", "01"], [HELLO_LOGIN, SEND_LOGIN, "SocketError"]],
  ["closed within the reply", NAME, ["05 00", "05 00 00 01 7f 00 00 01 1f"], [HELLO, ASK, "SocketError"]],
  ["closed within a name", NAME, ["05 00", '05 00 00 03 06 "proxy" 00'], [HELLO, ASK, "SocketError"]],
  ["left-over bytes", NAME, ["05 00", `${GRANTED} 16 03`], [HELLO, ASK, "connected", "left 16 03"]],
  ...Array.from({ length: 9 }, (_, index): Row => {
    const code = index + 1;
    const reply = `05 0${code} 00 01 00 00 00 00 00 00`;
    return [`code ${code}`, NAME, ["05 00", reply], [HELLO, ASK, `refused connect ${code}`]];
  }),
];

/** Rows in which a reply comes before it was asked for: cut apart, it is taken for the next one. */
const EARLY = new Set(["a reply before the request", "a reply to a login that was not sent"]);

test("Socks5Codec tells what each reply means, however it is cut", () => {
  for (const [name, request, replies, outcome] of ROWS) {
    assertEquals(converse(new Socks5Codec(request), replies, whole), outcome, name);
    if (EARLY.has(name)) continue;
    assertEquals(converse(new Socks5Codec(request), replies, singly), outcome, `${name}, byte by byte`);
    for (let at = 1; at < 24; at++) {
      assertEquals(converse(new Socks5Codec(request), replies, splitAt(at)), outcome, `${name}, cut at ${at}`);
    }
  }
});

test("Socks5Codec sends names as names and addresses as addresses", () => {
  const ask = (host: string, port = 80): string =>
    converse(new Socks5Codec({ ...NAME, host, port }), ["05 00"], whole)[1]!;
  assertEquals(ask("192.0.2.7"), "> 05 01 00 01 c0 00 02 07 00 50");
  assertEquals(ask("2001:db8::1", 65_535), "> 05 01 00 04 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 ff ff");
  assertEquals(ask("a", 1), "> 05 01 00 03 01 61 00 01");
  assertEquals(ask("a".repeat(255)).length, "> ".length + 3 * (4 + 1 + 255 + 2) - 1);
});

test("Socks5Codec refuses what it cannot carry before a byte leaves", () => {
  const rows: readonly (readonly [Partial<Socks5Request>, string])[] = [
    [{ host: "a".repeat(256) }, "the host name has 256 bytes, expected 1 to 255"],
    [{ host: "a".repeat(300) }, "the host name has 300 bytes"],
    [{ host: "" }, "the host name is empty"],
    [{ host: "a\0b" }, "U+0000 at position 1"],
    [{ host: "\u0130" }, "U+0130 at position 0"],
    [{ host: "[::1]" }, "U+003A"],
    [{ port: -1 }, "the port is -1"],
    [{ port: NaN }, "the port is NaN"],
    [{ user: "u".repeat(256) }, "the user has 256 bytes"],
    [{ user: "u", password: "\u{1f511}".repeat(64) }, "the password has 256 bytes"],
    [{ user: "", password: "p" }, "a password without a user"],
  ];
  for (const [change, text] of rows) {
    const error = assertThrows(() => new Socks5Codec({ ...NAME, ...change }), LocalProtocolError);
    assertStringIncludes(error.message, text);
  }
});

test("Socks5Codec never puts user or password into a message", () => {
  const request = { ...NAME, user: "canary-user", password: "canary-password".repeat(20) };
  const error = assertThrows(() => new Socks5Codec(request), LocalProtocolError);
  assert(!error.message.includes("canary"));
});

test("socks5Refusal() names every code and says when another address or another time may help", () => {
  const reasons = new Set<string>();
  for (let code = 1; code < 256; code++) {
    const { reason, retryable, otherAddress } = socks5Refusal(code);
    reasons.add(reason);
    if (code > 8) assertEquals([reason, retryable, otherAddress], ["unassigned reply code", false, false]);
  }
  assertEquals(reasons.size, 9);
  assertEquals([1, 2, 3, 4, 5, 6, 7, 8].map((code) => socks5Refusal(code).otherAddress), [
    false,
    false,
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
});

test("Socks5Codec never fails but by its own errors, whatever arrives and however it is cut", () => {
  const likely = fc.constantFrom(0, 1, 2, 3, 4, 5, 255);
  const reply = fc.array(fc.oneof(likely, fc.nat(255)), { maxLength: 30 }).map((list) => hex(Uint8Array.from(list)));
  fc.assert(fc.property(fc.constantFrom("05 00", "05 02", "05"), reply, fc.nat(30), (method, text, at) => {
    const once = converse(new Socks5Codec(LOGIN), [method, text], whole);
    assertEquals(converse(new Socks5Codec(LOGIN), [method, text], whole), once);
    const cut = converse(new Socks5Codec(LOGIN), [method, text], splitAt(at));
    // Cut, a proxy that answers too early looks like one that answers in time.
    if (!once.includes("RemoteProtocolError")) assertEquals(cut, once);
  }));
});

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { LocalProtocolError, RemoteProtocolError, SocketError } from "../../../src/errors.ts";
import { Socks4Codec, type Socks4Request } from "../../../src/protocol/socks/socks4.ts";
import { test } from "../../support/suite.ts";
import { converse, hex, singly, splitAt, whole } from "./transcript.ts";

const ADDRESS: Socks4Request = { host: "192.0.2.7", port: 8080, user: "", names: false };
const NAME: Socks4Request = { host: "a.example", port: 443, user: "me", names: true };
const ASK_ADDRESS = "> 04 01 1f 90 c0 00 02 07 00";
const ASK_NAME = "> 04 01 01 bb 00 00 00 01 6d 65 00 61 2e 65 78 61 6d 70 6c 65 00";

/** What a proxy answers, and what comes of it. */
const ROWS: readonly (readonly [name: string, reply: string, outcome: readonly string[]])[] = [
  ["granted", "00 5a 00 00 00 00 00 00", ["connected"]],
  ["granted, with the address it connects from", "00 5a 04 38 c0 00 02 01", ["connected"]],
  ["left-over bytes are kept", "00 5a 00 00 00 00 00 00 48 54 54", ["connected", "left 48 54 54"]],
  ["rejected", "00 5b 00 00 00 00 00 00", ["refused connect 91"]],
  ["rejected and closed at once", "00 5b", ["refused connect 91"]],
  ["identd unreachable", "00 5c 00 00 00 00 00 00", ["refused connect 92"]],
  ["identd names another user", "00 5d 00 00 00 00 00 00", ["refused connect 93"]],
  ["a code below the four", "00 59 00 00 00 00 00 00", ["RemoteProtocolError"]],
  ["a code above the four", "00 5e 00 00 00 00 00 00", ["RemoteProtocolError"]],
  ["code zero", "00 00 00 00 00 00 00 00", ["RemoteProtocolError"]],
  ["the version of a request", "04 5a 00 00 00 00 00 00", ["RemoteProtocolError"]],
  ["SOCKS 5", "05 00", ["RemoteProtocolError"]],
  ["HTTP", '"HTTP/1.1 400 Bad Request"', ["RemoteProtocolError"]],
  ["nothing", "", ["SocketError"]],
  ["one byte", "00", ["SocketError"]],
  ["seven bytes", "00 5a 00 00 00 00 00", ["SocketError"]],
];

test("Socks4Codec tells what each reply means, however it is cut", () => {
  for (const [name, reply, outcome] of ROWS) {
    for (const [request, ask] of [[ADDRESS, ASK_ADDRESS], [NAME, ASK_NAME]] as const) {
      const wanted = [ask, ...outcome];
      assertEquals(converse(new Socks4Codec(request), [reply], whole), wanted, name);
      assertEquals(converse(new Socks4Codec(request), [reply], singly), wanted, `${name}, byte by byte`);
      for (let at = 1; at < 11; at++) {
        assertEquals(converse(new Socks4Codec(request), [reply], splitAt(at)), wanted, `${name}, cut at ${at}`);
      }
    }
  }
});

test("Socks4Codec sends a name only in version 4a, an address in both", () => {
  assertEquals(hex(new Socks4Codec({ ...ADDRESS, names: true }).start()), ASK_ADDRESS.slice(2));
  const error = assertThrows(() => new Socks4Codec({ ...NAME, names: false }), LocalProtocolError);
  assertStringIncludes(error.message, "the host is a name, expected an IPv4 address, or SOCKS 4a");
});

test("Socks4Codec refuses what it cannot carry before a byte leaves", () => {
  const rows: readonly (readonly [Partial<Socks4Request>, string])[] = [
    [{ host: "::1" }, "IPv6 address"],
    [{ host: "a".repeat(256) }, "256 bytes"],
    [{ host: "a".repeat(300) }, "300 bytes"],
    [{ host: "" }, "empty"],
    [{ host: "a b" }, "U+0020 at position 1"],
    [{ host: "a\0b" }, "U+0000 at position 1"],
    [{ host: "b\u00fccher" }, "U+00FC at position 1"],
    [{ host: "::1%eth0" }, "U+003A at position 0"],
    [{ port: 0 }, "the port is 0"],
    [{ port: 65_536 }, "the port is 65536"],
    [{ port: 1.5 }, "the port is 1.5"],
    [{ user: "a\0b" }, "the user holds U+0000"],
    [{ user: "\u00fc".repeat(128) }, "the user has 256 bytes"],
  ];
  for (const [change, text] of rows) {
    const error = assertThrows(() => new Socks4Codec({ ...NAME, ...change }), LocalProtocolError);
    assertStringIncludes(error.message, text);
  }
  assertEquals(new Socks4Codec({ ...NAME, host: "a".repeat(255), user: "u".repeat(255) }).start().length, 520);
});

test("Socks4Codec.nextEvent() repeats its last word or its error", () => {
  const refused = new Socks4Codec(ADDRESS);
  refused.receive(Uint8Array.of(0, 0x5b));
  assertEquals(refused.nextEvent(), refused.nextEvent());
  const broken = new Socks4Codec(ADDRESS);
  broken.receive(Uint8Array.of(9));
  const error = assertThrows(() => broken.nextEvent(), RemoteProtocolError);
  broken.receive(Uint8Array.of(0, 0x5a, 0, 0, 0, 0, 0, 0));
  assertEquals(assertThrows(() => broken.nextEvent(), RemoteProtocolError), error);
  assertThrows(() => broken.takeLeftover(), LocalProtocolError);
  const ended = new Socks4Codec(ADDRESS);
  ended.receiveEof();
  assertThrows(() => ended.receive(Uint8Array.of(0)), LocalProtocolError);
  assertThrows(() => ended.nextEvent(), SocketError);
});

test("Socks4Codec never fails but by its own errors, whatever arrives and however it is cut", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(24), (bytes, at) => {
    const text = hex(bytes);
    const once = converse(new Socks4Codec(ADDRESS), [text], whole);
    assertEquals(converse(new Socks4Codec(ADDRESS), [text], splitAt(at)), once);
    assertEquals(converse(new Socks4Codec(ADDRESS), [text], singly), once);
  }));
});

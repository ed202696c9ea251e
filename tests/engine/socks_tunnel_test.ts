import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import { AbortError, LocalProtocolError, ProxyError } from "../../src/errors.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { test } from "../support/suite.ts";
import { unhex } from "../protocol/socks/transcript.ts";
import { play, type PlayOptions } from "./proxy_play.ts";

const HELLO = 3;
const GRANTED = "05 00 00 01 7f 00 00 01 1f 90";

/** A SOCKS 5 proxy that wants no login and answers the request, which has `length` bytes. */
function socks5(length: number, reply: string, fragment = Infinity): MemoryPlan {
  return {
    script: [{ until: HELLO }, { send: unhex("05 00") }, { until: length }, { send: unhex(reply), fragment }],
  };
}

function socks4(length: number, reply: string): MemoryPlan {
  return { script: [{ until: length }, { send: unhex(reply) }] };
}

function latin1(text: string): string {
  return String.fromCharCode(...unhex(text));
}

const NAME_LENGTH = 4 + 1 + "origin.test".length + 2;
const IPV4_LENGTH = 4 + 4 + 2;
const IPV6_LENGTH = 4 + 16 + 2;

test("socksTunnel() lets the proxy resolve with socks5h and socks4a, and nobody here", async () => {
  const five = await play([socks5(NAME_LENGTH, GRANTED)], { proxy: { scheme: "socks5h" } });
  assert(five.socket);
  assertEquals(five.received, [latin1('05 01 00 05 01 00 03 0b "origin.test" 01 bb')]);
  const four = await play([socks4(9 + 12, "00 5a 00 00 00 00 00 00")], { proxy: { scheme: "socks4a" } });
  assert(four.socket);
  assertEquals(four.received, [latin1('04 01 01 bb 00 00 00 01 00 "origin.test" 00')]);
});

test("socksTunnel() resolves here with socks5 and socks4, and sends no name", async () => {
  const five = await play([socks5(IPV4_LENGTH, GRANTED)], {
    proxy: { scheme: "socks5" },
    addresses: ["192.0.2.1", "2001:db8::1"],
  });
  assert(five.socket);
  assertEquals(five.received, [latin1("05 01 00 05 01 00 01 c0 00 02 01 01 bb")]);
  const four = await play([socks4(9, "00 5a 00 00 00 00 00 00")], {
    proxy: { scheme: "socks4", username: "me" },
    addresses: ["2001:db8::1", "192.0.2.1"],
  });
  assert(four.socket);
  assertEquals(four.received, [latin1('04 01 01 bb c0 00 02 01 "me" 00')]);
});

test("socksTunnel() sends an address as it is, whoever resolves", async () => {
  for (const scheme of ["socks5", "socks5h"] as const) {
    const { socket, received } = await play([socks5(IPV6_LENGTH, GRANTED)], { proxy: { scheme }, host: "::1" });
    assert(socket);
    assertEquals(received, [latin1(`05 01 00 05 01 00 04 ${"00 ".repeat(15)}01 01 bb`)]);
  }
});

test("socksTunnel() logs in with user and password", async () => {
  const plan: MemoryPlan = {
    script: [
      { until: 4 },
      { send: unhex("05 02"), fragment: 1 },
      { until: 7 },
      { send: unhex("01 00"), fragment: 1 },
      { until: NAME_LENGTH },
      { send: unhex(GRANTED), fragment: 1 },
    ],
  };
  const proxy: PlayOptions["proxy"] = { scheme: "socks5h", username: "me", password: "pw" };
  const { socket, received } = await play([plan], { proxy });
  assert(socket);
  assertStringIncludes(received[0]!, latin1('01 02 "me" 02 "pw" 05 01'));
});

test("socksTunnel() tries the next address when the proxy cannot reach one", async () => {
  const unreachable = socks5(IPV6_LENGTH, "05 04 00 01 00 00 00 00 00 00");
  const { socket, received, connector } = await play([unreachable, socks5(IPV4_LENGTH, GRANTED)], {
    proxy: { scheme: "socks5" },
    addresses: ["2001:db8::1", "192.0.2.1"],
  });
  assert(socket);
  assertEquals([received.length, connector.open], [2, 1]);
  const all = Array.from({ length: 9 }, () => socks5(IPV4_LENGTH, "05 05"));
  const failed = await play(all, {
    proxy: { scheme: "socks5" },
    addresses: Array.from({ length: 9 }, (_, n) => `192.0.2.${n}`),
  });
  assertStringIncludes((failed.error as Error).message, "it answered 5 for 192.0.2.3: connection refused");
  assertEquals([failed.received.length, failed.connector.open], [4, 0]);
  const ruled = await play([socks5(IPV4_LENGTH, "05 02"), socks5(IPV4_LENGTH, GRANTED)], {
    proxy: { scheme: "socks5" },
    addresses: ["192.0.2.1", "192.0.2.2"],
  });
  assertEquals(ruled.received.length, 1);
});

/** What the proxy does, and how it is told. */
const FAILURES: readonly (readonly [MemoryPlan, code: string, retryable: boolean, words: string])[] = [
  [socks5(NAME_LENGTH, "05 01"), "PROXY_REFUSED", true, "it answered 1: general SOCKS server failure"],
  [socks5(NAME_LENGTH, "05 02"), "PROXY_REFUSED", false, "it answered 2: connection not allowed by ruleset"],
  [socks5(NAME_LENGTH, "05 05"), "PROXY_REFUSED", true, "it answered 5: connection refused"],
  [{ script: [{ until: HELLO }, { send: unhex("05 ff") }] }, "PROXY_AUTHENTICATION", false, "it wants credentials"],
  [
    { script: [{ until: HELLO }, { send: "HTTP/1.1 400 Bad" }] },
    "PROXY_PROTOCOL",
    false,
    "its version is 0x48, expected 0x05",
  ],
  [{ script: [{ until: HELLO }, { fin: true }] }, "PROXY_CLOSED", true, "the connection ended before it"],
  [{ script: [{ until: HELLO }, { rst: true }] }, "PROXY_CLOSED", true, ""],
  [socks5(NAME_LENGTH, `${GRANTED} 16 03`), "PROXY_PROTOCOL", false, "it sent 2 bytes before it was sent any"],
  [socks5(NAME_LENGTH, "05 00 00 09"), "PROXY_PROTOCOL", false, "its address type is 0x09"],
];

test("socksTunnel() names what the proxy did, and closes", async () => {
  for (const [plan, code, retryable, words] of FAILURES) {
    const { error, connector } = await play([plan], { proxy: { scheme: "socks5h" } });
    assertInstanceOf(error, ProxyError);
    assertEquals([error.code, error.retryable, error.phase, error.progress], [code, retryable, "proxy", "unsent"]);
    assertStringIncludes(error.message, "Cannot reach origin.test:443 through the proxy socks5h://proxy.test:3128: ");
    assertStringIncludes(error.message, words);
    assertEquals(connector.open, 0);
  }
});

test("socksTunnel() never says user or password", async () => {
  const plan: MemoryPlan = {
    script: [{ until: 4 }, { send: unhex("05 02") }, { until: 15 }, { send: unhex("01 01") }],
  };
  const proxy: PlayOptions["proxy"] = { scheme: "socks5h", username: "canary", password: "canary" };
  const { error } = await play([plan], { proxy });
  assertInstanceOf(error, ProxyError);
  assertStringIncludes(error.message, "user and password refused");
  assert(!String(error.stack).includes("canary"));
});

test("socksTunnel() refuses what the protocol cannot carry without a byte to the proxy", async () => {
  const rows: readonly (readonly [PlayOptions, string])[] = [
    [{ proxy: { scheme: "socks5h" }, host: "a".repeat(300) }, "the host name has 300 bytes, expected 1 to 255"],
    [{ proxy: { scheme: "socks4a" }, host: "a".repeat(256) }, "the host name has 256 bytes"],
    [{ proxy: { scheme: "socks4a" }, host: "::1" }, "the host is an IPv6 address"],
    [{ proxy: { scheme: "socks4" }, host: "::1" }, "the host is an IPv6 address"],
  ];
  for (const [options, words] of rows) {
    const { error, received, connector } = await play([{}], options);
    assertInstanceOf(error, ProxyError);
    assertInstanceOf(error.cause, LocalProtocolError);
    assertEquals([error.code, error.retryable], ["PROXY_UNSUITABLE", false]);
    assertStringIncludes(error.message, words);
    assertEquals([received, connector.open], [[""], 0]);
  }
  const none = await play([{}], { proxy: { scheme: "socks4" }, addresses: ["2001:db8::1"] });
  assertStringIncludes((none.error as Error).message, "origin.test has no IPv4 address");
  assertEquals([none.received, none.connector.open], [[""], 0]);
});

test("socksTunnel() stops at once when it is cancelled", async () => {
  const reason = new AbortError("Enough", { reason: 1 });
  for (const send of ["", "05", "05 00"]) {
    const cancel = new CancelToken();
    const script: MemoryPlan["script"] = [
      { until: HELLO },
      { send: unhex(send) },
      { call: () => queueMicrotask(() => queueMicrotask(() => cancel.cancel(reason))) },
    ];
    const { error, connector } = await play([{ script }], { cancel, proxy: { scheme: "socks5h" } });
    assertEquals(error, reason);
    assertEquals([connector.open, cancel.listenerCount], [0, 0]);
  }
});

import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { Auth } from "../../src/core/auth.ts";
import { AbortError, ProxyError, RemoteProtocolError, SocketError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import type { MemoryPlan } from "../../src/net/memory.ts";
import { digest } from "../../src/policy/auth/digest.ts";
import { test } from "../support/suite.ts";
import { play, type PlayOptions } from "./proxy_play.ts";

const HEAD = "\r\n\r\n";
const OK = "HTTP/1.1 200 Connection established\r\n\r\n";
const ASK = "CONNECT origin.test:443 HTTP/1.1\r\nHost: origin.test:443\r\n\r\n";

/** Answers one CONNECT. */
function answering(reply: string, fragment = Infinity): MemoryPlan {
  return { script: [{ until: HEAD }, { send: reply, fragment }] };
}

function challenge(nonce: string, more = ""): string {
  return `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Digest realm="r", nonce="${nonce}", ` +
    `qop="auth", algorithm=MD5${more}\r\n`;
}

test("connectTunnel() sends the target and the proxy's own fields, and nothing else", async () => {
  const { socket, received } = await play([answering(OK)]);
  assert(socket);
  assertEquals(received, [ASK]);
  const headers = HeaderList.from({ "X-Tenant": "a", "Proxy-Authorization": "Basic dTpw" });
  const own = await play([answering(OK)], { proxy: { headers }, host: "2001:db8::1", port: 8443 });
  assertEquals(own.received, [
    "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\nX-Tenant: a\r\nProxy-Authorization: Basic dTpw\r\n\r\n",
  ]);
});

test("connectTunnel() waits for the whole head, however it is cut, and leaves the socket unread", async () => {
  const reply = "HTTP/1.0 200 OK\r\nVia: 1.1 p\r\n\r\n";
  for (const ownedViews of [false, true]) {
    for (const fragment of [1, 2, 7, 100]) {
      const { socket, connector } = await play([answering(reply, fragment)], { ownedViews });
      assert(socket);
      // What the origin sends goes to whoever reads next.
      const arrived: number[] = [];
      const buffer = new Uint8Array(16);
      socket.start({
        buffer: () => buffer,
        bytes: (view) => void arrived.push(...view),
        end() {},
        error() {},
        drain() {},
      });
      connector.peers[0]!.send("abc");
      for (let turn = 0; turn < 20; turn++) await undefined;
      assertEquals(arrived, [97, 98, 99]);
    }
  }
});

test("connectTunnel() takes any 2xx for the tunnel and skips informational replies", async () => {
  for (const status of ["200 OK", "201 Created", "204 No Content", "299 X"]) {
    assert((await play([answering(`HTTP/1.1 ${status}\r\n\r\n`)])).socket);
  }
  assert(
    (await play([answering(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${OK}`)])).socket,
  );
});

/** What the proxy answers, and how it is told: code, status, whether to try again, words. */
const REFUSALS: readonly (readonly [string, string, number | undefined, boolean, string])[] = [
  [
    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    "PROXY_REFUSED",
    403,
    false,
    'it answered 403 "Forbidden", expected 2xx',
  ],
  [
    "HTTP/1.1 302 Found\r\nLocation: http://evil.test/\r\nContent-Length: 0\r\n\r\n",
    "PROXY_REFUSED",
    302,
    false,
    "302",
  ],
  ["HTTP/1.1 502 \r\nContent-Length: 5\r\n\r\nhello", "PROXY_REFUSED", 502, true, "it answered 502, expected"],
  ["HTTP/1.1 503 Busy\r\n\r\n", "PROXY_REFUSED", 503, true, '503 "Busy"'],
  ["HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n", "PROXY_REFUSED", 401, false, "401"],
  [
    "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
    "PROXY_AUTHENTICATION",
    407,
    false,
    "it wants credentials (Basic)",
  ],
  [
    "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n",
    "PROXY_AUTHENTICATION",
    407,
    false,
    "it wants credentials, expected user info",
  ],
  [
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "PROXY_PROTOCOL",
    undefined,
    false,
    "101",
  ],
  ["SSH-2.0-OpenSSH\r\n\r\n", "PROXY_PROTOCOL", undefined, false, ""],
  ["HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n", "PROXY_PROTOCOL", undefined, false, ""],
  [`HTTP/1.1 200 OK\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, "PROXY_PROTOCOL", undefined, false, "16384"],
  [`${"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(9)}${OK}`, "PROXY_PROTOCOL", undefined, false, "8 informational"],
  [`${OK}early`, "PROXY_PROTOCOL", undefined, false, "it sent 5 bytes before it was sent any"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", "PROXY_PROTOCOL", undefined, false, "it sent 4 bytes"],
];

test("connectTunnel() names what the proxy did instead, and sends nothing more", async () => {
  for (const [reply, code, status, retryable, words] of REFUSALS) {
    const { error, received, connector } = await play([answering(reply)]);
    assertInstanceOf(error, ProxyError, reply);
    assertEquals([error.code, error.status, error.retryable], [code, status, retryable], reply);
    assertEquals([error.phase, error.progress, error.host, error.port], ["proxy", "unsent", "origin.test", 443]);
    assertStringIncludes(error.message, "Cannot reach origin.test:443 through the proxy http://proxy.test:3128: ");
    assertStringIncludes(error.message, words);
    assertEquals(received, [ASK]);
    assertEquals(connector.open, 0);
  }
});

test("connectTunnel() tells a proxy that closes or resets from one that answers", async () => {
  const plans: readonly MemoryPlan[] = [
    { script: [{ until: HEAD }, { fin: true }] },
    { script: [{ until: HEAD }, { send: "HTTP/1.1 200 OK\r\nVia" }, { fin: true }] },
    { script: [{ until: HEAD }, { rst: true }] },
  ];
  for (const plan of plans) {
    const { error, connector } = await play([plan]);
    assertInstanceOf(error, ProxyError);
    assertEquals([error.code, error.retryable, error.status], ["PROXY_CLOSED", true, undefined]);
    assertInstanceOf(error.cause, SocketError);
    assertEquals(connector.open, 0);
  }
  const garbled = await play([answering("nonsense\r\n\r\n")]);
  assertInstanceOf((garbled.error as Error).cause, RemoteProtocolError);
});

test("connectTunnel() stops at once when it is cancelled, at any point", async () => {
  const reason = new AbortError("Enough", { reason: 1 });
  for (const send of ["", "HTTP/1.1 200", "HTTP/1.1 407 No\r\nContent-Length: 9\r\n\r\nabc"]) {
    const cancel = new CancelToken();
    const script: MemoryPlan["script"] = [
      { until: HEAD },
      { send },
      { call: () => queueMicrotask(() => queueMicrotask(() => cancel.cancel(reason))) },
    ];
    const { error, connector } = await play([{ script }], { cancel, proxy: { auth: digest("u", "p") } });
    assertEquals(error, reason);
    assertEquals([connector.open, cancel.listenerCount], [0, 0]);
  }
});

test("connectTunnel() leaves no listener on the token when it succeeds", async () => {
  const cancel = new CancelToken();
  assert((await play([answering(OK)], { cancel, proxy: { auth: digest("u", "p") } })).socket);
  assertEquals(cancel.listenerCount, 0);
});

test("connectTunnel() answers a challenge on the same connection when the proxy keeps it", async () => {
  const page = `Content-Length: 4\r\n\r\npage`;
  const plan: MemoryPlan = {
    script: [{ until: HEAD }, { send: challenge("n1") + page, fragment: 30 }, { until: HEAD }, { send: OK }],
  };
  const { socket, received } = await play([plan], { proxy: { auth: digest("u", "p") } });
  assert(socket);
  assertEquals(received.length, 1);
  const [first, second] = received[0]!.split(HEAD);
  assertEquals(`${first}${HEAD}`, ASK);
  assertStringIncludes(second!, 'Proxy-Authorization: Digest username="u"');
  assertStringIncludes(second!, 'uri="origin.test:443"');
  assertStringIncludes(second!, 'nonce="n1"');
  assert(!second!.includes("\r\nAuthorization:"));
});

test("connectTunnel() answers a challenge on another connection when the proxy closes the first", async () => {
  const closing = [
    `Connection: close\r\nContent-Length: 0\r\n\r\n`,
    `Content-Length: ${100_000}\r\n\r\n${"x".repeat(100_000)}`,
    `\r\nuntil close`,
  ];
  for (const rest of closing) {
    const first: MemoryPlan = { script: [{ until: HEAD }, { send: challenge("n1") + rest }, { fin: true }] };
    const { socket, received, connector } = await play([first, answering(OK)], { proxy: { auth: digest("u", "p") } });
    assert(socket);
    assertEquals(received.length, 2);
    assertEquals(received[0], ASK);
    assertStringIncludes(received[1]!, "Proxy-Authorization: Digest");
    assertEquals(connector.open, 1);
  }
});

test("connectTunnel() asks again when the proxy closes behind its challenge without saying so", async () => {
  for (const end of [{ fin: true }, { rst: true }] as const) {
    const first: MemoryPlan = {
      script: [{ until: HEAD }, { send: `${challenge("n1")}Content-Length: 0\r\n\r\n` }, { until: HEAD }, end],
    };
    const { socket, received } = await play([first, answering(OK)], { proxy: { auth: digest("u", "p") } });
    assert(socket);
    assertEquals(received.length, 2);
    assertStringIncludes(received[1]!, "Proxy-Authorization: Digest");
  }
});

test("connectTunnel() gives up when the same credentials are refused again", async () => {
  const again = `${challenge("n2")}Content-Length: 0\r\n\r\n`;
  const plan: MemoryPlan = { script: [{ until: HEAD }, { send: again }, { until: HEAD }, { send: again }] };
  const { error } = await play([plan], { proxy: { auth: digest("u", "p") } });
  assertInstanceOf(error, ProxyError);
  assertEquals([error.code, error.status], ["PROXY_AUTHENTICATION", 407]);
  assertStringIncludes(error.message, "it refused the credentials (Digest), expected others");
});

test("connectTunnel() bounds the rounds of a proxy and of a scheme that never tire", async () => {
  let asked = 0;
  const tireless: Auth = {
    scheme: "Tireless",
    *flow(request) {
      for (;;) yield request.withHeader("Authorization", `Tireless ${++asked}`);
    },
  };
  const reply = "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n";
  const script: MemoryPlan["script"] = Array.from({ length: 50 }, () => [{ until: HEAD }, { send: reply }]).flat();
  const { error, received } = await play([{ script }], { proxy: { auth: tireless } });
  assertEquals((error as ProxyError).status, 407);
  assertEquals(
    received[0]!.match(/Proxy-Authorization: Tireless \d+/g),
    [1, 2, 3, 4].map((n) => `Proxy-Authorization: Tireless ${n}`),
  );
});

test("connectTunnel() does not wait for a scheme that waits for ever, once cancelled", async () => {
  const cancel = new CancelToken();
  const stuck: Auth = {
    scheme: "Stuck",
    async *flow(request) {
      await new Promise(() => {});
      yield request;
    },
  };
  const reason = new AbortError("Enough", { reason: 1 });
  const options: PlayOptions = { cancel, proxy: { auth: stuck } };
  const played = play([answering(OK)], options);
  for (let turn = 0; turn < 10; turn++) await undefined;
  cancel.cancel(reason);
  const { error, connector } = await played;
  assertEquals(error, reason);
  assertEquals([connector.open, cancel.listenerCount], [0, 0]);
});

test("connectTunnel() lets the failure of a scheme through, and closes", async () => {
  const failing: Auth = {
    scheme: "Failing",
    // deno-lint-ignore require-yield
    *flow() {
      throw new TypeError("No ticket");
    },
  };
  const { error, connector } = await play([answering(OK)], { proxy: { auth: failing } });
  assertInstanceOf(error, TypeError);
  assertEquals([connector.open, connector.peers[0]!.receivedText], [0, ""]);
});

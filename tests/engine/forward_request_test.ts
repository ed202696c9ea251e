import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import type { Auth } from "../../src/core/auth.ts";
import type { ProxyTarget } from "../../src/core/settings.ts";
import { ProxyError } from "../../src/errors.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { test } from "../support/suite.ts";
import { answering, bytesBody, engine, ok, partsBody, type Sent } from "./engine_kit.ts";
import { proxyTarget } from "./proxy_play.ts";

const HEAD = "\r\n\r\n";
const CHALLENGE = "HTTP/1.1 407 Login\r\nProxy-Authenticate: Counting a\r\nContent-Length: 5\r\n\r\nlogin";

/** A scheme that counts its answers, and gives up after `most`. */
function counting(most = 1): Auth {
  return {
    scheme: "Counting",
    *flow(request) {
      let response = yield request;
      for (let answer = 1; response.status === 401 && answer <= most; answer++) {
        response = yield request.withHeader("Authorization", `Counting ${answer}`);
      }
    },
  };
}

/** A request through a proxy that forwards it. */
function via(proxy: Partial<ProxyTarget> = {}, sent: Sent = {}): Sent {
  const target = proxyTarget({ hostname: "b.test", ...proxy });
  return { ...sent, settings: { proxy: { proxyFor: () => target }, ...sent.settings } };
}

test("forwardRequest() sends the absolute form with the proxy's fields, and keeps the connection", async (t) => {
  const e = engine(t, [answering(ok(), ok())]);
  const headers = HeaderList.from({ "X-Tenant": "a", "Proxy-Authorization": "Basic dTpw" });
  for (const path of ["/a?b=c", "/d"]) {
    assertEquals((await e.get(via({ headers }, { url: `http://a.test:81${path}` }))).status, 200);
  }
  const fields = "Host: a.test:81\r\nX-Tenant: a\r\nProxy-Authorization: Basic dTpw\r\n\r\n";
  assertEquals(
    e.peer().receivedText,
    `GET http://a.test:81/a?b=c HTTP/1.1\r\n${fields}GET http://a.test:81/d HTTP/1.1\r\n${fields}`,
  );
  assertEquals(e.net.targets.map((target) => target.kind === "tcp" && target.host), ["10.0.0.2"]);
});

test("forwardRequest() lets the request's own fields stand, but for the login", async (t) => {
  const e = engine(t, [answering(ok())]);
  const headers = HeaderList.from({ "User-Agent": "proxy", "Proxy-Authorization": "Basic dTpw" });
  await e.get(via({ headers }, { headers: { "User-Agent": "own", "Proxy-Authorization": "own", "Proxy-X": "y" } }));
  assertEquals(e.peer().receivedText.split("\r\n").slice(1, -2), [
    "Host: a.test",
    "User-Agent: own",
    "Proxy-X: y",
    "Proxy-Authorization: Basic dTpw",
  ]);
});

test("forwardRequest() answers a challenge with the same body on the same connection", async (t) => {
  const e = engine(t, [answering(CHALLENGE, ok())]);
  const { status, text, call, events } = await e.get(
    via({ auth: counting() }, {
      method: "POST",
      body: bytesBody("hello"),
      headers: { Authorization: "Bearer origin" },
    }),
  );
  assertEquals([status, text], [200, "hello"]);
  const [first, second] = e.peer().receivedText.split("hello");
  assert(!first!.includes("Proxy-Authorization"));
  assertStringIncludes(second!, "\r\nProxy-Authorization: Counting 1\r\n");
  // The origin's credentials are the origin's.
  assertStringIncludes(second!, "\r\nAuthorization: Bearer origin\r\n");
  assertEquals(call.attempts.map(({ cause, status }) => [cause, status]), [["first", 407], ["auth", 200]]);
  assertEquals(events.filter((line) => line.startsWith("attempt-")), [
    "attempt-start#1 cause=first",
    "attempt-end#1 outcome=ok status=407",
    "attempt-start#2 cause=auth",
    "attempt-end#2 outcome=ok status=200",
  ]);
});

test("forwardRequest() makes a ProxyError of a 407 that is not answered, in whatever way", async (t) => {
  const rows: readonly (readonly [Partial<ProxyTarget>, Sent, readonly string[], string])[] = [
    [{}, {}, [CHALLENGE], "it wants credentials (Counting), expected user info"],
    [{ headers: HeaderList.from({ "Proxy-Authorization": "Basic x" }) }, {}, [CHALLENGE], "it refused the credentials"],
    [{}, { headers: { "Proxy-Authorization": "Basic x" } }, [CHALLENGE], "it refused the credentials"],
    [{ auth: counting() }, {}, [CHALLENGE, CHALLENGE], "it refused the credentials (Counting), expected others"],
    [{ auth: counting(0) }, {}, [CHALLENGE], "it wants credentials (Counting)"],
  ];
  for (const [proxy, sent, answers, words] of rows) {
    const e = engine(t, [answering(...answers)]);
    const error = await assertRejects(() => e.get(via(proxy, sent)), ProxyError);
    assertEquals([error.status, error.code, error.retryable], [407, "PROXY_AUTHENTICATION", false]);
    assertStringIncludes(error.message, `Cannot reach a.test:80 through the proxy http://proxy.test:3128: ${words}`);
    // The page was read: the connection serves on.
    await e.assertQuiet(1);
  }
});

test("forwardRequest() bounds the rounds", async (t) => {
  const e = engine(t, [answering(...Array<string>(20).fill(CHALLENGE))]);
  await assertRejects(() => e.get(via({ auth: counting(Infinity) })), ProxyError);
  assertEquals(e.peer().receivedText.split(HEAD).length - 1, 4);
});

test("forwardRequest() does not send a body again that cannot be", async (t) => {
  const e = engine(t, [answering(CHALLENGE)]);
  const body = partsBody(["hello"]);
  const error = await assertRejects(() => e.get(via({ auth: counting() }, { method: "POST", body })), ProxyError);
  assertStringIncludes(error.message, "the body of the request is a stream, expected one that can be sent twice");
});

test("forwardRequest() takes the fields in which the proxy speaks for itself off the response", async (t) => {
  const own = "Proxy-Authenticate: x\r\nproxy-connection: keep-alive\r\nProxy-Authentication-Info: y\r\nVia: p\r\n";
  for (const auth of [null, counting()]) {
    const e = engine(t, [answering(ok("hello", own))]);
    const { response, text } = await e.get(via({ auth }));
    assertEquals(response.headers.pairs, [["Content-Length", "5"], ["Via", "p"]]);
    assertEquals(text, "hello");
  }
});

test("a request without a proxy is given a 407 as it is: it is the origin's", async (t) => {
  const e = engine(t, [answering(CHALLENGE)]);
  const { status, response } = await e.get();
  assertEquals([status, response.headers.get("proxy-authenticate")], [407, "Counting a"]);
});

test("a call through a tunnel tells its connect and its TLS handshakes in order", async (t) => {
  const tunnel = "HTTP/1.1 200 OK\r\n\r\n";
  const e = engine(t, [{ script: [{ until: HEAD }, { send: tunnel }, { until: HEAD }, { send: ok() }] }]);
  const { events, call } = await e.get(via({}, { url: "https://a.test/" }));
  assertEquals(events.filter((line) => /^(?:dns|connect|tls|send)-/.test(line)), [
    "dns-start#1 name=b.test",
    "dns-end#1 outcome=ok addresses=10.0.0.2",
    "connect-start#1 address=10.0.0.2:3128",
    "connect-end#1 address=10.0.0.2:3128 outcome=ok",
    "tls-start#1 name=a.test",
    "tls-end#1 name=a.test outcome=ok alpn=http/1.1",
    "send-start#1 connection=1 reused=false",
    "send-end#1 outcome=ok bytes=32",
  ]);
  assertEquals(e.peer().handshakes.map(({ serverName }) => serverName), ["a.test"]);
  assertEquals(call.attempts[0]!.connection?.proxy, "http://proxy.test:3128");
});

test("a tunnel through an https proxy is TLS inside TLS, and the connector is told beforehand", async (t) => {
  const tls = {
    serverName: "b.test",
    ca: null,
    extraCa: null,
    cert: null,
    key: null,
    verify: true,
    pins: null,
    minVersion: "1.2",
    maxVersion: null,
    alpn: ["http/1.1"],
  } as const;
  const e = engine(t, [
    { script: [{ until: HEAD }, { send: "HTTP/1.1 200 OK\r\n\r\n" }, { until: HEAD }, { send: ok() }] },
    answering(ok()),
  ]);
  await e.get(via({ scheme: "https", tls }, { url: "https://a.test/" }));
  await e.get(via({ scheme: "https", tls }, { url: "http://a.test/" }));
  assertEquals(e.peer(1).handshakes.map(({ serverName }) => serverName), ["b.test", "a.test"]);
  assertEquals(e.peer(2).handshakes.map(({ serverName }) => serverName), ["b.test"]);
  assertEquals(e.net.targets.map(({ nestedTls }) => nestedTls), [true, false]);
  assertEquals(e.net.targets.map((target) => target.tls?.serverName), ["a.test", "b.test"]);
});

test("a tunnel that is refused is one failed attempt, and closes its connection", async (t) => {
  const e = engine(t, [answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")]);
  const { response, events } = e.start(via({}, { url: "https://a.test/" }));
  const error = await e.clock.until(response).catch((reason: unknown) => reason);
  assertInstanceOf(error, ProxyError);
  assertEquals(error.status, 403);
  assertEquals(events.at(-1), "attempt-end#1 outcome=error code=PROXY_REFUSED");
  await e.assertQuiet(0);
});

test("a caller that gives up while a tunnel is being made leaves nothing open", async (t) => {
  const e = engine(t, [{ script: [{ until: HEAD }] }, { script: [{ until: 3 }] }]);
  for (const scheme of ["http", "socks5h"] as const) {
    const { response, cancel } = e.start(
      via({ scheme }, { url: "https://a.test/", settings: { timeout: { connect: 50 } } }),
    );
    await e.clock.tick(10);
    cancel.abort(new Error("Enough"));
    await assertRejects(() => e.clock.until(response));
    await e.clock.tick(100);
    await e.assertQuiet(0);
  }
});

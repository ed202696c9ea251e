import { assert, assertEquals } from "@std/assert";
import { CancelToken } from "../../src/base/cancel.ts";
import type { Auth, AuthContext } from "../../src/core/auth.ts";
import type { ProxyTarget } from "../../src/core/settings.ts";
import { ProxyLogin } from "../../src/engine/proxy_login.ts";
import { HeaderList } from "../../src/http/header_list.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import type { HttpResponse } from "../../src/http/response.ts";
import { digest } from "../../src/policy/auth/digest.ts";
import { hash } from "../support/digests.ts";
import { test } from "../support/suite.ts";
import { proxyTarget } from "./proxy_play.ts";

const TOOLS = {
  runtime: { hash, env: (name: string) => `env ${name}`, files: undefined },
  clock: { wall: () => 1_700_000_000_000 },
};

function loginTo(proxy: ProxyTarget, cancel = new CancelToken()): ProxyLogin {
  const headers = HeaderList.from({ Authorization: "Bearer origin", "X-A": "b" });
  const request = new HttpRequest("GET", new RequestUrl("http://origin.test/a"), headers);
  return new ProxyLogin(proxy, request, "http://origin.test/a", cancel, TOOLS);
}

test("ProxyLogin shows a scheme the proxy as peer, and none of the origin's credentials", async () => {
  const seen: { request?: HttpRequest; context?: AuthContext; response?: HttpResponse } = {};
  const auth: Auth = {
    scheme: "Spy",
    *flow(request, context) {
      Object.assign(seen, { request, context });
      seen.response = yield request.withHeader("Authorization", "Spy 1");
    },
  };
  const login = loginTo(proxyTarget({ auth }));
  assertEquals(await login.first(), "Spy 1");
  assertEquals(seen.request!.headers.pairs, [["X-A", "b"]]);
  const context = seen.context!;
  assertEquals([context.peer, context.target], ["proxy http://proxy.test:3128", "http://origin.test/a"]);
  assertEquals([context.now(), context.env?.("X")], [1_700_000_000_000, "env X"]);
  const headers = HeaderList.from([
    ["Proxy-Authenticate", "Digest a"],
    ["proxy-authenticate", "Basic b"],
    ["WWW-Authenticate", "Origin c"],
    ["Set-Cookie", "d=e"],
    ["Proxy-Authentication-Info", "f"],
  ]);
  assertEquals(await login.answer({ status: 407, headers }), undefined);
  assertEquals(seen.response!.status, 401);
  assertEquals(seen.response!.headers.pairs, [
    ["WWW-Authenticate", "Digest a"],
    ["WWW-Authenticate", "Basic b"],
    ["Authentication-Info", "f"],
  ]);
});

test("ProxyLogin passes other statuses on as they are", async () => {
  let status = 0;
  const auth: Auth = {
    scheme: "Spy",
    *flow(request) {
      status = (yield request).status;
    },
  };
  for (const each of [200, 401, 403]) {
    const login = loginTo(proxyTarget({ auth }));
    assertEquals(await login.first(), undefined);
    assertEquals(await login.answer({ status: each, headers: HeaderList.empty }), undefined);
    assertEquals(status, each);
  }
});

test("ProxyLogin keeps the nonces of two proxies apart, and counts each by itself", async () => {
  const auth = digest("u", "p");
  const challenge = (nonce: string): HeaderList =>
    HeaderList.from({ "Proxy-Authenticate": `Digest realm="r", nonce="${nonce}", qop="auth", algorithm=MD5` });
  const proxies = ["one", "two"].map((name) => proxyTarget({ auth, label: `http://${name}:1` }));
  for (const [index, proxy] of proxies.entries()) {
    const login = loginTo(proxy);
    assertEquals(await login.first(), undefined);
    const next = await login.answer({ status: 407, headers: challenge(`n${index}`) });
    assert(next!.credentials!.includes(`nonce="n${index}"`));
    assertEquals(await login.answer({ status: 200, headers: HeaderList.empty }), undefined);
  }
  for (const [index, proxy] of proxies.entries()) {
    const credentials = (await loginTo(proxy).first())!;
    assert(credentials.includes(`nonce="n${index}"`));
    assert(credentials.includes("nc=00000002"));
  }
});

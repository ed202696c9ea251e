/** Digest towards a proxy, whose 407 the engine translates for the scheme. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { CancelToken } from "../../../src/base/cancel.ts";
import type { ProxyTarget } from "../../../src/core/settings.ts";
import { ProxyLogin } from "../../../src/engine/proxy_login.ts";
import { HeaderList } from "../../../src/http/header_list.ts";
import type { HttpRequest } from "../../../src/http/request.ts";
import { parseAuthParams } from "../../../src/policy/auth/challenge.ts";
import { DigestAuth } from "../../../src/policy/auth/digest.ts";
import { hex } from "../../../src/policy/auth/digest_response.ts";
import { authHost } from "../../support/auth_host.ts";
import { encode } from "../../support/bodies.ts";
import { hash } from "../../support/digests.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { requestOf } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const auth = new DigestAuth("user", "pass", (size) => new Uint8Array(size));

function login(label: string, request: HttpRequest, target: string): ProxyLogin {
  const proxy: ProxyTarget = {
    scheme: "http",
    hostname: "proxy.test",
    port: 3128,
    username: "",
    password: "",
    auth,
    tls: null,
    headers: HeaderList.empty,
    key: label,
    label,
  };
  return new ProxyLogin(proxy, request, target, new CancelToken(), { runtime: authHost(), clock: new FakeClock() });
}

const headers = HeaderList.from({ "Proxy-Authenticate": 'Digest realm="p", nonce="n", qop="auth"' });
const h = (text: string): string => hex(hash("md5", encode(text)));

test("digest() answers a proxy's challenge to CONNECT for host and port", async () => {
  const request = requestOf("CONNECT", "https://a.test/");
  const dialogue = login("http://one.test:3128", request, "a.test:443");
  assertEquals(await dialogue.first(), undefined);
  const value = (await dialogue.answer({ status: 407, headers }))!.credentials!;
  assertStringIncludes(value, 'uri="a.test:443"');
  const cnonce = "0".repeat(32);
  const expected = h(`${h("user:p:pass")}:n:00000001:${cnonce}:auth:${h("CONNECT:a.test:443")}`);
  assertStringIncludes(value, `response="${expected}"`);
  assertEquals(await dialogue.answer({ status: 200, headers: HeaderList.empty }), undefined);
});

test("digest() reuses the nonce of this proxy, and of no other peer", async () => {
  const request = requestOf("GET", "http://a.test/x");
  const again = await login("http://one.test:3128", request, "http://a.test/x").first();
  const params = parseAuthParams(again!.replace("Digest ", ""));
  assertEquals([params.get("nc"), params.get("uri")], ["00000002", "http://a.test/x"]);
  assertEquals(await login("http://two.test:3128", request, "http://a.test/x").first(), undefined);
  const origin = auth.flow(request, { ...authHost(), now: () => 0, signal: new AbortController().signal });
  assertEquals((origin.next().value as HttpRequest).headers.has("authorization"), false);
});

/**
 * Owns a request that an HTTP proxy forwards (absolute form, RFC 9112 section 3.2.2): the login
 * to the proxy, and what of its answer is not the origin's.
 * Must not know how a request gets onto a connection.
 * Invariants: a 407 is the proxy's word and never becomes the call's response; a field in which
 * the proxy speaks for itself never reaches the caller; the rounds are bounded.
 */

import type { Call } from "../core/call.ts";
import type { HttpRequest } from "../http/request.ts";
import type { HttpResponse } from "../http/response.ts";
import { type ProxyDestination, unauthorized, unreplayable } from "./proxy_failure.ts";
import { ProxyLogin, type ProxyLoginTools } from "./proxy_login.ts";
import type { Route } from "./route.ts";

/** Sends `request` over a forwarded route, once per round of the login. */
export async function forwardRequest(
  request: HttpRequest,
  route: Route,
  call: Call,
  send: (request: HttpRequest) => Promise<HttpResponse>,
  tools: ProxyLoginTools,
): Promise<HttpResponse> {
  const destination: ProxyDestination = { proxy: route.proxy!, host: route.host, port: route.port };
  const { auth, headers } = destination.proxy;
  if (auth === null) {
    const response = await send(request);
    if (response.status !== 407) return withoutProxyFields(response);
    const tried = headers.has("proxy-authorization") || request.headers.has("proxy-authorization");
    throw await refused(destination, response, call, tried);
  }
  const login = new ProxyLogin(destination.proxy, request, request.url.href, call.scope, tools);
  try {
    let credentials = await login.first();
    for (;;) {
      const response = await send(authorized(request, credentials));
      const next = await login.answer(response);
      if (response.status !== 407) return withoutProxyFields(response);
      if (next === undefined) throw await refused(destination, response, call, credentials !== undefined);
      await response.drop(call.settings.limits.drain);
      if (request.body !== null && !request.body.replayable) throw unreplayable(destination, request.body.kind);
      credentials = next.credentials;
      call.cause = "auth";
    }
  } finally {
    login.end();
  }
}

function authorized(request: HttpRequest, credentials: string | undefined): HttpRequest {
  return credentials === undefined ? request : request.withHeader("Proxy-Authorization", credentials);
}

async function refused(
  destination: ProxyDestination,
  response: HttpResponse,
  call: Call,
  tried: boolean,
): Promise<Error> {
  await response.drop(call.settings.limits.drain);
  return unauthorized(destination, response.headers.getAll("proxy-authenticate"), tried);
}

/** Fields in which a proxy speaks for itself (RFC 9110 sections 11.7.1 and 11.7.3). */
const PROXY_FIELDS = ["proxy-authenticate", "proxy-authentication-info", "proxy-connection"];

function withoutProxyFields(response: HttpResponse): HttpResponse {
  const { headers } = response;
  if (!PROXY_FIELDS.some((name) => headers.has(name))) return response;
  return response.withBody(response.live, headers.without(...PROXY_FIELDS));
}

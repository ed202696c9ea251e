/**
 * Owns the cookies of each request that goes out and of each response that comes back: every
 * attempt and hop, redirects and challenges included.
 * Must not know how cookies are kept (`core/cookie_source.ts`), nor who follows a redirect.
 * Invariants: the call's own cookies leave for the origin of its first URL only, and not again once
 * a hop has left it; the only field that is ever added is Cookie.
 */

import { untilCancelled } from "../../base/until_cancelled.ts";
import type { Call } from "../../core/call.ts";
import type { CookieSource } from "../../core/cookie_source.ts";
import type { Layer, Next } from "../../core/layer.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { mergeCookieFields } from "./cookie_field.ts";

/** Adds the Cookie field and hands every Set-Cookie to the source. */
export const cookiesLayer: Layer = (request: HttpRequest, next: Next, call: Call): Promise<HttpResponse> => {
  const source = call.settings.cookies;
  const own = call.settings.ownCookies;
  const ownHere = own !== "" && call.isHome(request.url) ? own : "";
  if (source === null) return next(withCookies(request, ownHere, ""));
  const pending = source.ready();
  if (pending === undefined) return exchange(request, next, source, ownHere);
  return untilCancelled(pending, call.scope).then(() => exchange(request, next, source, ownHere));
};

async function exchange(request: HttpRequest, next: Next, source: CookieSource, own: string): Promise<HttpResponse> {
  const header = source.cookieHeader(request.url);
  const response = await next(withCookies(request, own, header instanceof Promise ? await header : header));
  const setCookies = response.headers.getSetCookie();
  if (setCookies.length === 0) return response;
  try {
    // The URL asked for, not one that an inner layer made of it.
    await source.store(request.url, setCookies);
  } catch (error) {
    response.live?.cancel();
    throw error;
  }
  return response;
}

/**
 * The request with the cookies of all sources in one field. What the caller wrote as a header goes
 * first, then the call's own cookies, then the jar's; a name is taken from the first that has it.
 */
function withCookies(request: HttpRequest, own: string, jar: string): HttpRequest {
  if (own === "" && jar === "") return request;
  const written = request.headers.has("cookie") ? request.headers.getAll("cookie").join("; ") : "";
  return request.withHeader("Cookie", mergeCookieFields(written, own, jar));
}

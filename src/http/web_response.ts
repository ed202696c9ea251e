/**
 * Owns the way of a response into the web's `Response`.
 * Must not know how the body is read.
 * Invariant: status, fields, URL and `redirected` are those of the response.
 */

import type { ResponseHead } from "./response_head.ts";
import { isNullBodyStatus } from "./status.ts";

/**
 * Makes a web `Response`. `makeBody` is asked only where the web allows a body.
 * Throws `TypeError` when the status is one that the web cannot express (below 200, above 599).
 */
export function webResponse(head: ResponseHead, makeBody: () => BodyInit | null): Response {
  const { status } = head;
  if (status < 200 || status > 599) {
    throw new TypeError(`Cannot make a web Response of status ${status}: expected 200 to 599`);
  }
  const response = new Response(isNullBodyStatus(status) ? null : makeBody(), {
    status,
    statusText: head.statusText,
    headers: head.headers.toWeb(),
  });
  const redirected = head.history.some(({ request }) => request.url.href !== head.request.url.href);
  return located(response, head.url, redirected);
}

/** What the web's constructor cannot be told; a clone is told it too. */
function located(response: Response, url: string, redirected: boolean): Response {
  const clone = (): Response => located(Response.prototype.clone.call(response), url, redirected);
  return Object.defineProperties(response, {
    url: { value: url, configurable: true },
    redirected: { value: redirected, configurable: true },
    clone: { value: clone, configurable: true, writable: true },
  });
}

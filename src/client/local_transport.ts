/**
 * Owns the transport that asks a function in this process, without a socket.
 * Must not know what the function does.
 * Invariant: the function meets a genuine web `Request` and its signal; what it throws is the cause
 * of a `TransportError`, never an unhandled rejection.
 */

import { withRecipe } from "../base/recipe.ts";
import type { HostFetch } from "../core/host_fetch.ts";
import type { Transport } from "../core/transport.ts";
import { FetchTransport } from "../engine/fetch_transport.ts";
import { TransportError } from "../errors.ts";
import { callable } from "./validate.ts";

/** A server as a function: `app.fetch` of Hono, a handler of `Deno.serve` or `Bun.serve`. */
export type WebServer = (request: Request) => Response | Promise<Response>;

/**
 * A transport that runs each request against `handler` in this process. Bodies stream both ways, aborts
 * reach `request.signal`, and every layer works: cookies, redirects, retries, content codings.
 *
 * Throws `TypeError` for what is not a function.
 *
 * @example
 * ```ts
 * import { Client, handlerTransport } from "@jetstream/client";
 *
 * const app = (request: Request) => Response.json({ path: new URL(request.url).pathname });
 * const client = new Client({ baseUrl: "http://app.test", transport: handlerTransport(app) });
 * await client.get("/users").json(); // { path: "/users" }
 * await client.close();
 * ```
 */
export function handlerTransport(handler: WebServer): Transport {
  callable("handlerTransport", handler);
  const fetch: HostFetch = {
    traits: { showsRedirects: true, showsCookies: true, streamsUploads: true, decodes: false },
    async send(url, init): Promise<Response> {
      const response = await handler(new Request(url, init));
      if (response instanceof Response) return response;
      throw new TypeError("The handler returned no Response");
    },
    failure: (cause) =>
      new TransportError(`The handler failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
        code: "HANDLER_FAILED",
        phase: "head",
        progress: "sent",
        cause,
      }),
  };
  // The blocking client knows it by that: a handler answers by promises.
  return withRecipe(new FetchTransport(fetch), "handlerTransport", handler);
}

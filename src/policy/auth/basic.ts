/**
 * Owns Basic authentication (RFC 7617).
 * Must not know where the user and password come from, nor to whom they may go (`auth_layer.ts`).
 * Invariant: credentials go out with the first request; a challenge changes nothing about them.
 */

import { withRecipe } from "../../base/recipe.ts";
import { inspectAs } from "../../base/inspect.ts";
import type { Auth, AuthFlow } from "../../core/auth.ts";
import type { HttpRequest } from "../../http/request.ts";
import { base64, checkUserPassword, hasCredentials } from "./credentials.ts";

/** @internal The value of Authorization, or of Proxy-Authorization: both have the same form (RFC 7617 §2). */
export function basicCredentials(user: string, password: string): string {
  const [checkedUser, checkedPassword] = checkUserPassword("Basic", user, password);
  if (checkedUser.includes(":")) {
    throw new TypeError("Cannot use Basic authentication: the user holds a colon, where the password would begin");
  }
  return `Basic ${base64(`${checkedUser}:${checkedPassword}`)}`;
}

class BasicAuth implements Auth {
  readonly scheme = "Basic";
  readonly #value: string;

  constructor(user: string, password: string) {
    this.#value = basicCredentials(user, password);
  }

  *flow(request: HttpRequest): AuthFlow & Generator<HttpRequest, void, never> {
    yield hasCredentials(request) ? request : request.withHeader("Authorization", this.#value);
  }
}

inspectAs(BasicAuth, () => "Basic authentication");

/**
 * User and password with every request, in UTF-8 (RFC 7617). They can be read by whoever sees the
 * request: use it over https only. Throws `TypeError` when the user holds a colon, or either a
 * control character.
 *
 * @example
 * ```ts
 * import { basic, Client } from "@jetstream/client";
 *
 * const client = new Client({ baseUrl: "https://api.example.com", auth: basic("ana", "secret") });
 * ```
 */
export function basic(user: string, password: string): Auth {
  return withRecipe(new BasicAuth(user, password), "basic", user, password);
}

/**
 * Owns authentication by the user's netrc file.
 * Must not know the format (`netrc_file.ts`), nor how files are read (`core/runtime.ts`).
 * Invariants: off unless asked for; the file is read once, when first needed; a host without an
 * entry of its own gets nothing. The layer keeps it from any URL that a redirect led to.
 */

import { withRecipe } from "../../base/recipe.ts";
import { inspectAs } from "../../base/inspect.ts";
import type { Auth, AuthContext } from "../../core/auth.ts";
import type { Files } from "../../core/runtime.ts";
import { UnsupportedRuntimeError } from "../../errors.ts";
import { quote } from "../../http/field_grammar.ts";
import type { HttpRequest } from "../../http/request.ts";
import type { HttpResponse } from "../../http/response.ts";
import { basic } from "./basic.ts";
import { hasCredentials } from "./credentials.ts";
import { findLogin, type NetrcEntry, parseNetrc } from "./netrc_file.ts";

/** How the netrc file is used. */
export interface NetrcOptions {
  /**
   * Path of the file; it must exist then.
   * @default {the file that NETRC names, else .netrc (or _netrc) in the home folder}
   */
  readonly path?: string;
  /**
   * Use the `default` entry for hosts that have none of their own. It sends one password to every
   * host that is ever asked.
   * @default {false}
   */
  readonly useDefault?: boolean;
}

/** The largest file that is read, in bytes: thousands of entries. */
const MAX_SIZE = 1024 * 1024;

class NetrcAuth implements Auth {
  readonly scheme = "netrc";
  readonly #path: string | undefined;
  readonly #useDefault: boolean;
  #entries: Promise<readonly NetrcEntry[]> | undefined;

  constructor(options: NetrcOptions) {
    this.#path = options.path;
    this.#useDefault = options.useDefault ?? false;
  }

  async *flow(request: HttpRequest, context: AuthContext): AsyncGenerator<HttpRequest, void, HttpResponse> {
    if (hasCredentials(request)) {
      yield request;
      return;
    }
    const entries = await (this.#entries ??= this.#read(context).catch((error) => {
      // The next call may find what this one did not.
      this.#entries = undefined;
      throw error;
    }));
    const found = findLogin(entries, request.url.hostname, this.#useDefault);
    if (found === undefined) yield request;
    else yield* basic(found.login, found.password).flow(request, context);
  }

  async #read(context: AuthContext): Promise<readonly NetrcEntry[]> {
    const { files } = context;
    if (files === undefined) throw new UnsupportedRuntimeError("Cannot read the netrc file: this runtime has no files");
    const path = this.#path ?? await findFile(files, context);
    if (path === undefined) return [];
    const size = await files.size(path);
    if (size !== undefined && size > MAX_SIZE) {
      throw new RangeError(
        `Cannot read the netrc file ${quote(path)}: it has ${size} bytes, expected ${MAX_SIZE} at most`,
      );
    }
    return parseNetrc(new TextDecoder().decode(await files.readBytes(path)));
  }
}

inspectAs(NetrcAuth, () => "netrc authentication");

/** The file of the environment or the home folder; `undefined` when there is none. */
async function findFile(files: Files, context: AuthContext): Promise<string | undefined> {
  const named = context.env?.("NETRC");
  if (named) return named;
  for (const [variable, name] of [["HOME", ".netrc"], ["USERPROFILE", ".netrc"], ["USERPROFILE", "_netrc"]] as const) {
    const folder = context.env?.(variable);
    if (!folder) continue;
    const path = `${folder}/${name}`;
    if (await files.size(path) !== undefined) return path;
  }
  return undefined;
}

/**
 * Basic authentication with the user and password that the netrc file has for exactly the host of
 * the request. Never used for a URL that a redirect led to. A file that cannot be read or
 * understood fails the call, as does a `path` that does not exist.
 *
 * @example
 * ```ts no-run
 * import { get, netrc } from "@jetstream/client";
 *
 * const response = await get("https://api.example.com/me", { auth: netrc() });
 * ```
 */
export function netrc(options: NetrcOptions = {}): Auth {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot use netrc: its options are a ${typeof options}, expected an object`);
  }
  for (const name of Object.keys(options)) {
    if (name !== "path" && name !== "useDefault") {
      throw new TypeError(`Cannot use netrc: unknown option ${quote(name)}, expected path or useDefault`);
    }
  }
  if (
    options.path !== undefined &&
    (typeof options.path !== "string" || options.path === "" || options.path.includes("\0"))
  ) {
    throw new TypeError(`Cannot use netrc: its path is ${quote(options.path)}, expected the path of a file`);
  }
  return withRecipe(new NetrcAuth(options), "netrc", options);
}

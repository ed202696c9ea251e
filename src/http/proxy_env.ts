/**
 * Owns which environment variable says what about proxies.
 * Must not know how a proxy's URL is read, nor how the environment is.
 * Invariant: HTTP_PROXY in capitals is not trusted where a web server may have set it from a
 * `Proxy:` field (CVE-2016-5386).
 *
 * Lower case comes before upper case, the scheme's own variable before ALL_PROXY. The first one
 * that is set decides; an empty one decides for no proxy. Hosts of this machine are no exception,
 * as with curl and requests: `NO_PROXY=localhost,127.0.0.1,::1` makes them one.
 */

/** A variable and its value. */
export interface ProxyVariable {
  readonly name: string;
  readonly value: string;
}

/** What the environment says. */
export interface ProxyEnv {
  /** For http URLs; `null` for no proxy. */
  readonly http: ProxyVariable | null;
  /** For https URLs; `null` for no proxy. */
  readonly https: ProxyVariable | null;
  /** The value of NO_PROXY. */
  readonly no: string;
}

/** Reads the variables; `env` answers `undefined` for one that is unset or not permitted. */
export function readProxyEnv(env: (name: string) => string | undefined): ProxyEnv {
  const first = (names: readonly string[]): ProxyVariable | null => {
    for (const name of names) {
      const value = env(name)?.trim();
      if (value !== undefined) return value === "" ? null : { name, value };
    }
    return null;
  };
  return {
    http: first([...httpNames(env), "all_proxy", "ALL_PROXY"]),
    https: first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
    no: first(["no_proxy", "NO_PROXY"])?.value ?? "",
  };
}

/** The variables for http that can be trusted. */
function httpNames(env: (name: string) => string | undefined): readonly string[] {
  if (env("REQUEST_METHOD") === undefined) return ["http_proxy", "HTTP_PROXY"];
  // Where the names of variables know no case (Windows), the lower-case one is the same variable.
  return env("request_method") === undefined ? ["http_proxy"] : [];
}

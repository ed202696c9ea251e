/** Owns the URLs of the test server. Must not start it. */

/** Parameters of the server's routes; arrays repeat a name. */
export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** `base` + path + query. */
export function urlOf(base: string, path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) params.append(name, String(one));
  }
  return params.size === 0 ? base + path : `${base}${path}?${params}`;
}

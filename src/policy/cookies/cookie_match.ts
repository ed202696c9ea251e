/**
 * Owns the comparisons of RFC 6265bis §5.1: domains, paths, and the path a URL implies.
 * Must not know cookies, jars or public suffixes.
 * Invariant: hosts come from `RequestUrl` or `canonicalHost`, so they are lower case, in IDNA form,
 * IPv6 without brackets; a trailing dot makes another host, as it makes another origin.
 */

/** Whether `host` is an IPv4 or IPv6 address; the URL parser has brought it into its one form. */
export function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

/** Whether `host` is `domain` or a name below it (§5.1.3). An address matches only itself. */
export function domainMatches(host: string, domain: string): boolean {
  if (host === domain) return true;
  return host.length > domain.length && host.endsWith(domain) && host[host.length - domain.length - 1] === "." &&
    !isAddress(host);
}

/** Whether a cookie of `cookiePath` goes to `requestPath` (§5.1.4). */
export function pathMatches(requestPath: string, cookiePath: string): boolean {
  if (!requestPath.startsWith(cookiePath)) return false;
  return requestPath.length === cookiePath.length || cookiePath.endsWith("/") || requestPath[cookiePath.length] === "/";
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** The path of a cookie that names none (§5.1.4): up to the last slash, without it. */
export function defaultPath(requestPath: string): string {
  const slash = requestPath.lastIndexOf("/");
  return slash <= 0 ? "/" : requestPath.slice(0, slash);
}

/** A host as `RequestUrl` writes it; `undefined` when it cannot be one. */
export function canonicalHost(text: string): string | undefined {
  // Anything that would end the host, or begin another part, must not slip into the URL.
  if (text === "" || /[\s/\\?#@%[\]<>^|]/.test(text)) return undefined;
  if (text.includes(":")) {
    const address = hostOf(`http://[${text}]/`);
    return address?.slice(1, -1);
  }
  return hostOf(`http://${text}/`);
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).hostname;
  } catch {
    return undefined;
  }
}

/** A host, then each domain above it, up to the last label; an address stands alone. */
export function domainsOf(host: string): string[] {
  const domains = [host];
  if (isAddress(host)) return domains;
  for (let dot = host.indexOf("."); dot >= 0 && dot < host.length - 1; dot = host.indexOf(".", dot + 1)) {
    domains.push(host.slice(dot + 1));
  }
  return domains;
}

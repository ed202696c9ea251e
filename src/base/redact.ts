/**
 * Owns what counts as a secret in text that people see: messages, logs, events, `inspect`.
 * Must not know where the text goes.
 * Invariant: masking never throws and never lets user info or a secret-looking query value pass.
 */

/** What stands in the place of a secret. */
export const MASK = "***";

const SECRET_NAME =
  /(?:^|[_.-])(?:auth|key|sig|signature|code|jwt|sid|pin|otp|pw|pwd|pass)(?:$|[_.-])|token|secret|passw|passphrase|api-?key|apikey|access[_-]?key|credential|session|signature|authorization/i;

/** Whether a name (of a query parameter, field or option) says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The URL with user info and secret-looking query values masked and the fragment dropped. */
export function maskUrl(url: string): string {
  const hash = url.indexOf("#");
  const whole = hash < 0 ? url : url.slice(0, hash);
  const query = whole.indexOf("?");
  const head = maskUserInfo(query < 0 ? whole : whole.slice(0, query));
  return query < 0 ? head : `${head}?${maskQuery(whole.slice(query + 1))}`;
}

/** Hides the user info of a URL, well formed or not. */
export function maskUserInfo(url: string): string {
  // Two slashes begin an authority also where there is no scheme; a colon without one may follow a user.
  const scheme = /^(?:[a-z][a-z0-9+.-]*:[/\\]+|https?:|[/\\]{2,})/i.exec(url)?.[0] ?? "";
  const rest = url.slice(scheme.length);
  const stop = rest.search(/[/\\?#]/);
  const authority = stop < 0 ? rest : rest.slice(0, stop);
  const at = authority.lastIndexOf("@");
  return at < 0 ? url : `${scheme}${MASK}@${authority.slice(at + 1)}${stop < 0 ? "" : rest.slice(stop)}`;
}

function maskQuery(query: string): string {
  return query.split("&").map((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 0) return pair;
    const name = pair.slice(0, equals);
    return isSecretName(decodeLoosely(name)) ? `${name}=${MASK}` : pair;
  }).join("&");
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

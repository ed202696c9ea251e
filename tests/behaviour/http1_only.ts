/**
 * Owns the list of behaviour tests that are about HTTP/1.1, each with its reason; all others run over
 * HTTP/2 too.
 */

import { type Difference, isAmong } from "./differences.ts";

/** Every test that is left out. */
export const HTTP1_ONLY: readonly Difference[] = [
  { test: /^L[678]: /, reason: "their servers, in the test itself, speak HTTP/1.1" },
  { test: /^a failure by .* tells no secret/, reason: "what its servers do wrong are bytes of HTTP/1.1" },
  { test: /^option http2 |^the switch http2 /, reason: "they choose the version themselves" },
  { test: /^the switch lenient /, reason: "its rules are about the lines of HTTP/1.1" },
  { test: /^option limits\.(?:head|fields|informational|trailers) /, reason: "the server's bytes are of HTTP/1.1" },
  { test: /^option limits\.chunkExtensions /, reason: "HTTP/2 has no chunks" },
  { test: /^option lenient /, reason: "its rules are about the lines of HTTP/1.1" },
  { test: "a body of unknown length goes out chunked", reason: "HTTP/2 has no chunks" },
  {
    test: "option headers go out in order and case, the request's over the client's",
    reason: "names are in lower case on HTTP/2",
  },
  { test: "a response says the version of HTTP and the words of its status", reason: "HTTP/2 has no such words" },
  { test: /^option http2 /, reason: "it names the version itself" },
  { test: /^digest\(\) /, reason: "its server speaks HTTP/1.1 alone" },
  { test: "option tls.alpn is what is offered", reason: "h2 is refused there for want of the option http2" },
  {
    test: /^option pool\.(?:max bounds|perRoute bounds)/,
    reason: "calls at a time make as many connections; on HTTP/2 they share one",
  },
  {
    test: "option timeout.pool limits the wait for a connection",
    reason: "a call waits for another's connection; on HTTP/2 they share one",
  },
  {
    test: "preconnect() opens connections before the first call",
    reason: "several are opened; on HTTP/2 one serves all calls",
  },
  {
    test: "option limits.drain is what is read of a body that nobody wants",
    reason: "what nobody wants is cut by ending its stream: the connection stays",
  },
  {
    test: "discard() gives a small rest's connection back, and cuts a large one",
    reason: "what nobody wants is cut by ending its stream: the connection stays",
  },
  {
    test: /^option dns\.(?:maxTtl|minTtl|staleIfError) /,
    reason: "Connection: close makes a connection for each call; HTTP/2 has no such field",
  },
];

/** Every test that is left out where all URLs are `https`. */
export const CLEAR_TEXT_ONLY: readonly Difference[] = [
  { test: /^a certificate that nobody vouches|^option tls\.(?:ca|verify) /, reason: "they say whom they trust" },
  {
    test: /^the verbs of the module share|^a large file\(\) in a form/,
    reason: "they have no option to trust the server",
  },
  {
    test: /^fetch\(\) (?:sends|shows a redirect) /,
    reason: "the runtime's own fetch, beside it, does not trust the server",
  },
  {
    test:
      /^option (?:dns\.(?:defaultTtl|hosts|order|queryTimeout|servers)|guard(?:\.allow|\.hosts)?|pool\.connectDelay) /,
    reason: "the certificate is for none of its names, its URLs begin with http",
  },
  {
    test:
      /^option (?:proxy(?:\.all|\.https?|\.tls)?|trustEnv) |^proxy\.no and|^a proxy's Digest|^an https proxy|^SOCKS 4a /,
    reason: "it compares how a proxy is asked for http and for https",
  },
  { test: "option redirect.allowDowngrade lets https lead to http", reason: "it needs a server in clear text" },
  {
    test: "option timeout as a number is the total and lifts the idle limits",
    reason: "it reads the URL in the message",
  },
];

/** Whether a test is about HTTP/1.1 alone. */
export function isHttp1Only(name: string): boolean {
  return isAmong(HTTP1_ONLY, name);
}

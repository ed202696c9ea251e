/**
 * Owns the list of all targets. A new one is a file in `targets/` and a row here.
 * Must not know how they are run.
 */

import type { FuzzTarget } from "./target.ts";
import { formData, lines, multipart, netrc } from "./targets/bodies.ts";
import { cookieDate, cookieFile, jar, setCookie } from "./targets/cookies.ts";
import { challenges, contentDisposition, contentRange, httpDate, link, mediaType, waits } from "./targets/fields.ts";
import { hpackDecoder, hpackEncoder } from "./targets/hpack.ts";
import { chunks, codec, requestHead } from "./targets/http1.ts";
import { h2Bytes, h2Codec } from "./targets/http2.ts";
import { address, dnsAnswer, dnsQuery, noProxy, pathTemplate, proxyUrl, requestUrl, urlJoin } from "./targets/names.ts";
import { socks4, socks5 } from "./targets/proxies.ts";
import { syncMessage, syncWire } from "./targets/sync.ts";

/** Every target. */
export const TARGETS: readonly FuzzTarget[] = [
  codec,
  chunks,
  requestHead,
  h2Codec,
  h2Bytes,
  hpackDecoder,
  hpackEncoder,
  socks4,
  socks5,
  dnsAnswer,
  dnsQuery,
  urlJoin,
  requestUrl,
  pathTemplate,
  noProxy,
  proxyUrl,
  address,
  setCookie,
  cookieDate,
  cookieFile,
  jar,
  mediaType,
  contentDisposition,
  link,
  httpDate,
  waits,
  contentRange,
  challenges,
  formData,
  multipart,
  lines,
  netrc,
  syncWire,
  syncMessage,
];

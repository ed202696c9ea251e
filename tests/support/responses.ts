/**
 * Owns the making of responses for tests of what responses can do.
 * Must not know any transport.
 */

import type { IncomingBody } from "../../src/http/body.ts";
import { HeaderList, type HeadersInput } from "../../src/http/header_list.ts";
import { AttemptRecord, type ResponseSettings } from "../../src/http/record.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { HttpResponse, type HttpVersion } from "../../src/http/response.ts";
import { encode } from "./bodies.ts";

/** What may differ from a plain 200 over HTTP/1.1. */
export interface ResponseSketch {
  readonly status?: number;
  readonly reason?: string;
  readonly version?: HttpVersion;
  readonly headers?: HeadersInput;
  readonly url?: string;
  readonly method?: string;
  readonly history?: HttpResponse[];
  readonly settings?: ResponseSettings;
}

/** A response whose body is on the wire; `null` for none. */
export function liveResponse(body: IncomingBody | null, sketch: ResponseSketch = {}): HttpResponse {
  const { status = 200, reason = "OK", version = "1.1", headers, url = "https://a.test/x", method = "GET" } = sketch;
  const request = new HttpRequest(method, new RequestUrl(url));
  const attempt = new AttemptRecord(1, "first", request, 0, 0);
  const { history = [], settings } = sketch;
  return new HttpResponse({
    status,
    reason,
    version,
    headers: HeaderList.from(headers),
    request,
    body,
    attempt,
    call: { attempts: [attempt], history, ...(settings ? { settings } : {}) },
  });
}

/** A response whose body is in memory. */
export function response(content: string | Uint8Array = "", sketch: ResponseSketch = {}): HttpResponse {
  return liveResponse(null, sketch).complete(typeof content === "string" ? encode(content) : content);
}

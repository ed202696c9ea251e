/**
 * Owns which content codings of a response are undone (RFC 9110 §8.4).
 * Must not know how (`decoding_body.ts`).
 * Invariants: a chain of codings that is too long never passes as a body; a response without
 * Content-Encoding is not touched; fields stay as they came, Content-Encoding and
 * Content-Length included: they tell of the bytes on the wire.
 */

import type { Codecs, Coding } from "../core/runtime.ts";
import type { Layer } from "../core/layer.ts";
import type { DecodeSettings } from "../core/settings.ts";
import { DecodeError } from "../errors.ts";
import { quote } from "../http/field_grammar.ts";
import type { HeaderList } from "../http/header_list.ts";
import type { HttpResponse } from "../http/response.ts";
import { DecodingBody } from "./decoding_body.ts";
import { RefusedBody } from "./refused_body.ts";

/** What is done about the codings of a response: they are undone, let be, or refused. */
export type Decoding = { readonly undo: readonly Coding[] } | { readonly refusal: string } | undefined;

const CODINGS: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  ["gzip", "gzip"],
  // RFC 9110 §8.4.1.3
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
  ["zstd", "zstd"],
]);

/** Value of Accept-Encoding; empty when nothing is asked for. */
export function acceptEncoding(settings: DecodeSettings): string {
  return settings.accept.join(", ");
}

/** Undoes content codings; `codecs` are the runtime's. */
export function decodeLayer(codecs: Codecs): Layer {
  return async (request, next, call) => {
    const response = await next(request);
    const settings = call.settings.decode;
    const body = response.live;
    if (settings === null || body === null || !isCoded(response)) return response;
    const decoding = decideDecoding(response, codecs.decodable, settings);
    if (decoding === undefined) return response;
    if ("undo" in decoding) return response.withBody(new DecodingBody(body, decoding.undo, codecs, settings));
    // Told to who reads the body: a redirect with such a body can be followed all the same.
    return response.withBody(new RefusedBody(body, () => new DecodeError(decoding.refusal)));
  };
}

/** Whether there is anything to decide. */
export function isCoded(response: HttpResponse): boolean {
  return response.headers.has("content-encoding");
}

/**
 * Decides by status and fields. Codings that nobody knows leave the body as it came, as users of
 * `fetch` expect; a part of a coded body (206) cannot be decoded by itself.
 */
export function decideDecoding(
  response: Pick<HttpResponse, "status" | "headers" | "request">,
  known: readonly Coding[],
  settings: DecodeSettings,
): Decoding {
  const names = codingNames(response.headers);
  if (names.length === 0 || response.request.method === "HEAD" || response.status === 206) return undefined;
  if (names.length > settings.maxLayers) {
    return {
      refusal: `Cannot undo the content codings ${quote(names.join(", "))}: there are ${names.length}, ` +
        `expected at most ${settings.maxLayers} (decompress.maxLayers)`,
    };
  }
  const undo: Coding[] = [];
  // They stand in the order they were applied in.
  for (const name of names.reverse()) {
    const coding = CODINGS.get(name);
    if (coding === undefined || !known.includes(coding)) return undefined;
    undo.push(coding);
  }
  return { undo };
}

/** The codings named in all Content-Encoding fields, in order. */
function codingNames(headers: HeaderList): string[] {
  return headers.getAll("content-encoding")
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
}

/**
 * Owns what the `body` option takes.
 * Must not know the other options.
 * Invariant: whatever a function returns is recognised like a value given directly.
 */

import type { Body } from "../body.ts";
import { multipartBody } from "./multipart.ts";
import { factoryBody, type Source, sourceBody } from "./source_body.ts";

/** What can be sent as it is, forms included. */
export type BodySource = Source | FormData;

/**
 * What the `body` option takes: a source, or a function that makes one for each attempt.
 * Text, bytes, blobs, files by path, arrays of chunks, forms and functions can be sent again by a retry
 * or a redirect; streams, generators and open files cannot.
 */
export type BodyInput = BodySource | (() => BodySource | Promise<BodySource>);

/** Makes a body of `input`; throws `TypeError` that names the type of what cannot be sent. */
export function bodyOf(input: BodyInput): Body {
  if (typeof input === "function") return factoryBody(input, bodyOf);
  if (isFormData(input)) return multipartBody(input);
  return sourceBody(input);
}

function isFormData(input: BodySource): input is FormData {
  return typeof input === "object" && input !== null && input instanceof FormData;
}

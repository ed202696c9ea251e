/**
 * Owns the choice among the options that give a request its body.
 * Must not know other options.
 * Invariant: at most one of them is set.
 */

import { own } from "../../base/own.ts";
import type { Body } from "../body.ts";
import { type BodyInput, bodyOf } from "./body_of.ts";
import { formBody, type FormInput } from "./form_body.ts";
import { jsonBody, type JsonEncoder } from "./json_body.ts";
import { multipartBody, type MultipartInput } from "./multipart.ts";

/** The options that give a request its body; at most one of them. */
export interface BodyOptions {
  /** Any value that JSON can say; `null` is one. */
  readonly json?: unknown;
  /** A form, sent urlencoded. */
  readonly form?: FormInput | null | undefined;
  /** A form with files, sent as multipart/form-data. */
  readonly multipart?: MultipartInput | null | undefined;
  /** Anything that can be sent as it is, or a function that makes it for each attempt. */
  readonly body?: BodyInput | null | undefined;
}

/**
 * Makes the body that the options ask for; `null` for none.
 * Throws `TypeError` when two are set, or when the value cannot be sent.
 */
export function bodyFrom(options: BodyOptions, encodeJson?: JsonEncoder): Body | null {
  const json = own(options, "json");
  const form = own(options, "form");
  const multipart = own(options, "multipart");
  const body = own(options, "body");
  const set: string[] = [];
  if (json !== undefined) set.push("json");
  if (form !== undefined && form !== null) set.push("form");
  if (multipart !== undefined && multipart !== null) set.push("multipart");
  if (body !== undefined && body !== null) set.push("body");
  if (set.length > 1) {
    throw new TypeError(`Cannot send ${set.join(" and ")} in one request: expected one of json, form, multipart, body`);
  }
  switch (set[0]) {
    case "json":
      return jsonBody(json, encodeJson);
    case "form":
      return formBody(form!);
    case "multipart":
      return multipartBody(multipart!);
    case "body":
      return bodyOf(body!);
    default:
      return null;
  }
}

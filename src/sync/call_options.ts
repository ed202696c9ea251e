/**
 * Owns what happens to the options of a client or a call before they cross.
 * Must not list options: what it does not touch crosses as it is, and is checked where it is resolved.
 * Invariants: JSON is written by this thread, so that what a value's own methods say is said here;
 * a list of any kind is read here, but for the body, which is read while it is sent.
 */

import { jsonCodecOf } from "../client/json_codec.ts";
import { bytesOf } from "../http/bodies/source_body.ts";
import { writeJson } from "../http/bodies/json_body.ts";
import { commonForm } from "./common_forms.ts";
import { HeldBytes, JsonText, JsonTextCodec } from "./option_values.ts";

/** Bytes above this are not copied as a whole: they are sent piece by piece from where they are. */
const HELD_BYTES = 1024 * 1024;

/** Options as they are given: names and values. */
export type GivenOptions = { readonly [name: string]: unknown };

/** The options of a call, ready to cross; `codec` is the client's `jsonCodec`. */
export function callOptions(options: object | undefined, codec: unknown): object | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null) return options;
  const ready: Record<string, unknown> = {};
  for (const name of Object.keys(options)) {
    const value = (options as GivenOptions)[name];
    ready[name] = name === "body" ? bodyValue(value) : readList(value);
  }
  const { json } = ready;
  if (json === undefined) return ready;
  const own = ready["jsonCodec"];
  const { stringify, parse } = jsonCodecOf((own === undefined ? codec : own) as never) ?? {};
  return {
    ...ready,
    json: new JsonText(writeJson((options as GivenOptions)["json"], stringify)),
    jsonCodec: new JsonTextCodec(parse),
  };
}

function bodyValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const bytes = bytesOf(value);
  return bytes !== undefined && bytes.length > HELD_BYTES ? new HeldBytes(bytes) : value;
}

/** Pairs and names may come from any iterable, which could not be read twice. */
function readList(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (!(Symbol.iterator in value) || commonForm(value) !== undefined || ArrayBuffer.isView(value)) return value;
  if (typeof (value as Partial<FormData>).getAll === "function" || isJar(value)) return value;
  return Array.from(value as Iterable<unknown>);
}

/** A jar iterates over its cookies; it is more than they are. */
function isJar(value: object): boolean {
  return typeof (value as { cookieHeader?: unknown }).cookieHeader === "function";
}

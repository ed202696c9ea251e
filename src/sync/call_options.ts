/**
 * Owns what happens to the options of a client or a call before they cross.
 * Must not list options: what it does not touch crosses as it is, and is checked where it is resolved.
 * Invariants: JSON is written by this thread, so that what a value's own methods say is said here;
 * a list of any kind is read here, but for the body, which is read while it is sent.
 */

import { isPlain } from "../base/plain.ts";
import { jsonCodecOf } from "../client/json_codec.ts";
import { bytesOf } from "../http/bodies/source_body.ts";
import { writeJson } from "../http/bodies/json_body.ts";
import { HeaderList } from "../http/header_list.ts";
import { commonForm } from "./common_forms.ts";
import { HeldBytes, JsonText, JsonTextCodec } from "./option_values.ts";

/** Bytes above this are not copied as a whole: they are sent piece by piece from where they are. */
const HELD_BYTES = 1024 * 1024;

/** What stands for a body beside `json`. */
const OTHER_BODIES = ["body", "form", "multipart"];

const encoder = new TextEncoder();

/** Options as they are given: names and values. */
export type GivenOptions = { readonly [name: string]: unknown };

/** The options of a call, ready to cross; `codec` is the client's `jsonCodec`. */
export function callOptions(options: object | undefined, codec: unknown): object | undefined {
  if (options === undefined) return undefined;
  // What is no set of options is refused where options are resolved.
  if (typeof options !== "object" || options === null || Array.isArray(options)) return options;
  const ready: Record<string, unknown> = {};
  for (const name of Object.keys(options)) {
    const value = (options as GivenOptions)[name];
    if (name === "body") ready[name] = bodyValue(value);
    else ready[name] = name === "jsonCodec" && value !== null ? jsonCodecOf(value as never) : readList(value);
  }
  const { json } = ready;
  if (json === undefined) return ready;
  const own = ready["jsonCodec"];
  const { stringify, parse } = jsonCodecOf((own === undefined ? codec : own) as never) ?? {};
  const written = writeJson((options as GivenOptions)["json"], stringify);
  const jsonCodec = new JsonTextCodec(parse);
  // Two bodies are refused where options are resolved.
  if (written.length <= HELD_BYTES || OTHER_BODIES.some((name) => ready[name] !== undefined)) {
    return { ...ready, json: new JsonText(written), jsonCodec };
  }
  const bytes = typeof written === "string" ? encoder.encode(written) : written;
  return { ...ready, json: undefined, body: new HeldBytes(bytes, "application/json", "JSON"), jsonCodec };
}

/** How deep options are copied: what they hold of a caller's own may be as deep as it likes. */
const SNAPSHOT_DEPTH = 4;

/** Options as they stand now: what becomes of lists and records later does not matter to the client. */
export function snapshot(value: unknown, depth: number = SNAPSHOT_DEPTH): unknown {
  if (typeof value !== "object" || value === null || depth === 0) return value;
  const read = readList(value);
  if (Array.isArray(read)) return read.map((item) => snapshot(item, depth - 1));
  if (value instanceof URLSearchParams) return new URLSearchParams(value);
  if (typeof Headers === "function" && value instanceof Headers) return HeaderList.from(value);
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  const entries = isPlain(value) ? Object.entries(value) : [];
  // A method may need its own object; the options themselves have none.
  const isOwner = depth < SNAPSHOT_DEPTH && entries.some(([, member]) => typeof member === "function");
  if (!isPlain(value) || isOwner) return value;
  return Object.fromEntries(entries.map(([name, member]) => [name, snapshot(member, depth - 1)]));
}

function bodyValue(value: unknown): unknown {
  if (typeof value === "string" && value.length > HELD_BYTES) {
    return new HeldBytes(encoder.encode(value), "text/plain;charset=UTF-8", "a string");
  }
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

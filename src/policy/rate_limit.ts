/**
 * Owns the rate-limit fields: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers,
 * the current list of items and the older dictionary), and the `RateLimit-*` and `X-RateLimit-*` families.
 * Must not know whether anybody waits; no limit is applied here.
 * Invariants: only a quota that is used up asks for a wait; whatever the text, the answer is a number
 * of milliseconds, 0 or more, or `undefined`; every scan is one pass.
 */

import { parseHttpDate } from "../http/date.ts";
import type { HeaderList } from "../http/header_list.ts";

/** Field families that predate the draft, by the start of their names. */
const FAMILIES = ["ratelimit-", "x-ratelimit-", "x-rate-limit-"];

/** A number this large counts seconds since 1970, not seconds from now: it would be 31 years. */
const EPOCH_SECONDS = 1e9;

/** A number this large counts milliseconds since 1970. */
const EPOCH_MILLISECONDS = 1e12;

/**
 * Milliseconds until the quota that is used up is full again; `undefined` when the fields name
 * none. `assumed`: whether a quota counts as used up when nothing is said of what remains.
 */
export function rateLimitDelay(headers: HeaderList, now: number, assumed: boolean): number | undefined {
  const value = headers.get("ratelimit");
  const told = value === null ? undefined : structuredDelay(value, headers.get("ratelimit-policy") ?? "");
  if (told !== undefined) return told;
  for (const family of FAMILIES) {
    const delay = familyDelay(headers, family, now, assumed);
    if (delay !== undefined) return delay;
  }
  return undefined;
}

/** `"name";r=0;t=30, …`, where `t` may be left to the policy's window; or `limit=10, remaining=0, reset=30`. */
function structuredDelay(value: string, policy: string): number | undefined {
  const members = parseMembers(value);
  const exhausted = members.filter(({ parameters }) => parameters.get("r") === 0);
  const windows = exhausted.length === 0
    ? undefined
    : new Map(parseMembers(policy).map(({ name, parameters }) => [name, parameters.get("w")]));
  let longest: number | undefined;
  for (const { name, parameters } of exhausted) {
    const seconds = parameters.get("t") ?? windows?.get(name);
    if (seconds !== undefined) longest = Math.max(longest ?? 0, seconds * 1000);
  }
  if (longest !== undefined) return longest;
  const numbers = new Map(members.map(({ name, value }) => [name, value]));
  const reset = numbers.get("reset");
  return numbers.get("remaining") === 0 && reset !== undefined ? reset * 1000 : undefined;
}

function familyDelay(headers: HeaderList, family: string, now: number, assumed: boolean): number | undefined {
  const remaining = parseNumber(headers.get(`${family}remaining`) ?? "");
  if (remaining === undefined ? !assumed : remaining > 0) return undefined;
  const after = parseNumber(headers.get(`${family}reset-after`) ?? "");
  if (after !== undefined) return after * 1000;
  const reset = headers.get(`${family}reset`);
  return reset === null ? undefined : resetDelay(reset, now);
}

/** A reset is told in seconds from now, in seconds or milliseconds since 1970, or as a date. */
function resetDelay(text: string, now: number): number | undefined {
  const number = parseNumber(text);
  if (number === undefined) {
    const date = parseHttpDate(text, now);
    return date === undefined ? undefined : Math.max(0, date - now);
  }
  if (number >= EPOCH_MILLISECONDS) return Math.max(0, number - now);
  if (number >= EPOCH_SECONDS) return Math.max(0, number * 1000 - now);
  return number * 1000;
}

interface Member {
  /** The item, or the key of a dictionary member. */
  readonly name: string;
  /** The number of a dictionary member. */
  readonly value: number | undefined;
  /** Parameters that are numbers. */
  readonly parameters: ReadonlyMap<string, number>;
}

function parseMembers(text: string): Member[] {
  return splitOutsideQuotes(text, ",").map((member) => {
    const [head = "", ...rest] = splitOutsideQuotes(member, ";");
    const parameters = new Map<string, number>();
    for (const parameter of rest) {
      const [key, number] = parsePair(parameter);
      if (number !== undefined) parameters.set(key, number);
    }
    const [name, value] = head.startsWith('"') ? [head, undefined] : parsePair(head);
    return { name, value, parameters };
  });
}

function parsePair(text: string): [key: string, value: number | undefined] {
  const at = text.indexOf("=");
  return at < 0 ? [text, undefined] : [text.slice(0, at), parseNumber(text.slice(at + 1))];
}

/** Digits, with a fraction or not; nothing else is a number here. */
function parseNumber(text: string): number | undefined {
  return /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === "\\") at++;
    else if (character === undefined || (!quoted && character === separator)) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return parts;
}

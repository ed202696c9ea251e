/**
 * Owns the Link field (RFC 8288).
 * Must not know pagination.
 * Invariants: one pass over the text; a link that cannot be read is left out, the others stay.
 */

import { readQuoted } from "./media_type.ts";

/** One link of a Link field. */
export interface Link {
  /** The target, absolute. */
  readonly url: string;
  /** Relation types in lower case, in order. */
  readonly rel: readonly string[];
  /** Parameters by lower-case name, `rel` and `anchor` included. */
  readonly params: ReadonlyMap<string, string>;
}

/** Links by relation type; the first of a type wins. Its prototype is null. */
export interface Links {
  /** The link of a relation type. */
  readonly [rel: string]: Link | undefined;
}

/**
 * Reads the value of a Link field, or of several joined by commas.
 * Relative targets are resolved against `base`; links about another resource (`anchor`) are kept.
 */
export function parseLinks(value: string, base: string): Link[] {
  const links: Link[] = [];
  let at = 0;
  while (at < value.length) {
    if (value[at] !== "<") {
      at++;
      continue;
    }
    const close = value.indexOf(">", at);
    if (close < 0) break;
    const target = value.slice(at + 1, close);
    const params = new Map<string, string>();
    at = readParams(value, close + 1, params);
    const url = resolve(target, base);
    if (url !== undefined) links.push({ url, rel: relationsOf(params), params });
  }
  return links;
}

/** Arranges links by relation type. Links about another resource are left out. */
export function linksByRelation(links: readonly Link[]): Links {
  const byRelation: Record<string, Link> = Object.create(null);
  for (const link of links) {
    if (link.params.has("anchor")) continue;
    for (const rel of link.rel) byRelation[rel] ??= link;
  }
  return byRelation;
}

/** Reads `; name=value` up to the comma before the next link; returns the place behind. */
function readParams(text: string, at: number, into: Map<string, string>): number {
  for (;;) {
    at = skip(text, at, " \t");
    if (text[at] === ",") return at + 1;
    // Anything else than a parameter: skip to what may be read again.
    if (text[at] !== ";") {
      const comma = text.indexOf(",", at);
      return comma < 0 ? text.length : comma + 1;
    }
    const start = skip(text, at + 1, " \t");
    at = until(text, start, "=;,");
    const name = text.slice(start, at).trim().toLowerCase();
    let value = "";
    if (text[at] === "=") {
      at = skip(text, at + 1, " \t");
      if (text[at] === '"') [value, at] = readQuoted(text, at);
      else {
        const from = at;
        at = until(text, at, ";,");
        value = text.slice(from, at).trim();
      }
    }
    // Only the first of equal names counts (§3.3 for rel).
    if (name !== "" && !into.has(name)) into.set(name, value);
  }
}

function relationsOf(params: ReadonlyMap<string, string>): string[] {
  return (params.get("rel") ?? "").toLowerCase().split(/[ \t]/).filter((rel) => rel !== "");
}

function resolve(target: string, base: string): string | undefined {
  try {
    return new URL(target, base).href;
  } catch {
    return undefined;
  }
}

function skip(text: string, at: number, characters: string): number {
  while (at < text.length && characters.includes(text[at]!)) at++;
  return at;
}

function until(text: string, at: number, characters: string): number {
  while (at < text.length && !characters.includes(text[at]!)) at++;
  return at;
}

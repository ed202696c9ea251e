/**
 * Owns problem details (RFC 9457).
 * Must not know how a response is raised.
 * Invariants: a member of the wrong type is left out (§3.1); the result's prototype is null, so
 * that no member can reach a prototype.
 */

import type { Problem } from "../errors.ts";

/** Media type of a problem document in JSON. */
export const PROBLEM_TYPE = "application/problem+json";

/** Reads a parsed problem document; `undefined` when it is not an object. */
export function problemOf(document: unknown): Problem | undefined {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return undefined;
  const problem: Record<string, unknown> = Object.create(null);
  for (const [member, value] of Object.entries(document)) {
    if (isWellTyped(member, value)) problem[member] = value;
  }
  return problem;
}

function isWellTyped(member: string, value: unknown): boolean {
  switch (member) {
    case "type":
    case "title":
    case "detail":
    case "instance":
      return typeof value === "string";
    case "status":
      return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599;
    default:
      return true;
  }
}

/**
 * Owns the request head that was encoded last, so that one like it need not be encoded again.
 * Must not know how a head is encoded.
 * Invariants: it keeps copies, since a caller may change its lists; two heads are alike only if
 * all that decides about their bytes is equal, the target aside.
 *
 * The requests of a client differ in little more than their target. Comparing strings that are
 * mostly the same ones is ten times cheaper than checking and writing them character by character.
 */

import type { RequestBody, RequestFacts, RequestHead } from "./request_facts.ts";

/** Heads in a row that were unlike before only one in as many is still copied: then copying does not pay. */
const PATIENCE = 8;

/** A head as bytes, with what the codec must know of it: may be sent again as it is. */
export interface EncodedHead {
  /** The bytes of the head. Never change them. */
  readonly bytes: Uint8Array;
  /** What the head says about bodies and the connection. */
  readonly facts: RequestFacts;
}

/** Remembers one head. */
export class RequestMemory {
  /** The target of the head that is remembered. */
  target = "";
  /** That head. */
  encoded: EncodedHead | null = null;
  /** Its bytes after the target. */
  rest: Uint8Array = new Uint8Array(0);
  #method = "";
  #body: RequestBody = "none";
  #expectContinue = false;
  /** Names and values in turn. */
  #fields: readonly string[] = [];
  #misses = 0;

  /** The head that is remembered, if `head` differs from it in nothing but the target. */
  recall(head: RequestHead): EncodedHead | null {
    const { method, body, fields } = head;
    const known = this.#fields;
    if (this.encoded === null || method !== this.#method || body !== this.#body) return null;
    if ((head.expectContinue === true) !== this.#expectContinue || fields.length * 2 !== known.length) return null;
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      if (field[0] !== known[2 * index] || field[1] !== known[2 * index + 1]) return null;
    }
    this.#misses = 0;
    return this.encoded;
  }

  /** Remembers a head in place of the one before, if that is likely to pay. */
  remember(head: RequestHead, encoded: EncodedHead): void {
    this.#misses++;
    if (this.#misses > PATIENCE && this.#misses % PATIENCE !== 0) return;
    const fields: string[] = [];
    for (let index = 0; index < head.fields.length; index++) {
      fields.push(head.fields[index]![0], head.fields[index]![1]);
    }
    this.#fields = fields;
    this.#method = head.method;
    this.#body = head.body;
    this.#expectContinue = head.expectContinue === true;
    this.rest = encoded.bytes.subarray(head.method.length + 1 + head.target.length);
    this.retarget(head.target, encoded);
  }

  /** Remembers the same head with another target. */
  retarget(target: string, encoded: EncodedHead): void {
    this.target = target;
    this.encoded = encoded;
  }
}

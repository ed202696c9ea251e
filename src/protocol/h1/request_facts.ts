/**
 * Owns what a request head means for its connection, and the rules that its framing fields
 * must keep (RFC 9112 sections 3.2, 6.1, 6.2; RFC 9110 sections 7.6.1, 10.1.1).
 * Must not know bytes.
 * Invariant: Host once; Content-Length, Transfer-Encoding, Connection and Expect at most once
 * each, and none in conflict with the body that will be sent.
 */

import { LocalProtocolError } from "../../errors.ts";
import { quote } from "../../http/field_grammar.ts";
import { equalsIgnoringCase } from "./field_section.ts";

/** How the body of a request is framed: none, chunked, or a number of bytes. */
export type RequestBody = "none" | "chunked" | number;

/** A request head, not yet bytes. */
export interface RequestHead {
  /** The method, sent as it is. */
  readonly method: string;
  /** The request target: origin-form, absolute-form, authority-form (CONNECT) or `*` (OPTIONS). */
  readonly target: string;
  /** The fields in order, names as they shall be sent; Host among them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** How the body will be framed; the field that says so is added unless it is there. */
  readonly body: RequestBody;
  /** Whether the body waits for 100 (Continue); the Expect field is added unless it is there. @default {false} */
  readonly expectContinue?: boolean;
}

/** What the codec must know of a head that was sent. */
export interface RequestFacts {
  /** The method, for messages. */
  readonly method: string;
  /** Whether the method is HEAD. */
  readonly head: boolean;
  /** Whether the method is CONNECT. */
  readonly connect: boolean;
  /** Whether another protocol was offered by Upgrade. */
  readonly upgrade: boolean;
  /** Whether Connection: close was sent. */
  readonly close: boolean;
  /** Whether the body waits for 100 (Continue). */
  readonly expectContinue: boolean;
  /** How the body is framed. */
  readonly body: RequestBody;
  /** Whether nothing about the request changes how its response is read. */
  readonly plain: boolean;
}

/** The facts of a head, and the lines that must be added to its fields. */
export interface CheckedHead {
  readonly facts: RequestFacts;
  /** Lines with their ends, known to be valid. */
  readonly added: string;
}

/** Checks everything about a head but its characters. Throws `LocalProtocolError`. */
export function checkHead(head: RequestHead): CheckedHead {
  const { method, body, fields } = head;
  let host: string | undefined;
  let length: string | undefined;
  let coding: string | undefined;
  let connection: string | undefined;
  let expect: string | undefined;
  let upgrade = false;
  for (let index = 0; index < fields.length; index++) {
    const name = fields[index]![0];
    const value = fields[index]![1];
    switch (name.length) {
      case 4:
        if (equalsIgnoringCase(name, 0, "host")) host = once("Host", host, value);
        break;
      case 6:
        if (equalsIgnoringCase(name, 0, "expect")) expect = once("Expect", expect, value);
        break;
      case 7:
        if (equalsIgnoringCase(name, 0, "upgrade")) upgrade = true;
        break;
      case 10:
        if (equalsIgnoringCase(name, 0, "connection")) connection = once("Connection", connection, value);
        break;
      case 14:
        if (equalsIgnoringCase(name, 0, "content-length")) length = once("Content-Length", length, value);
        break;
      case 17:
        if (equalsIgnoringCase(name, 0, "transfer-encoding")) coding = once("Transfer-Encoding", coding, value);
        break;
    }
  }
  if (host === undefined) reject("it has no Host field", "expected one");
  checkTarget(method, head.target);
  checkBody(method, body, length, coding);
  const expectContinue = wantsContinue(head, expect);
  let added = "";
  if (typeof body === "number" && length === undefined) added = `Content-Length: ${body}\r\n`;
  if (body === "chunked" && coding === undefined) added = "Transfer-Encoding: chunked\r\n";
  if (expectContinue && expect === undefined) added += "Expect: 100-continue\r\n";
  const close = connection !== undefined && asksForClose(connection);
  const isHead = method === "HEAD";
  const connect = method === "CONNECT";
  const plain = !isHead && !connect && !upgrade && !close && !expectContinue;
  const facts: RequestFacts = { method, head: isHead, connect, upgrade, close, expectContinue, body, plain };
  return { facts, added };
}

function once(name: string, before: string | undefined, value: string): string {
  if (before !== undefined) reject(`it has more than one ${name} field`, "expected one");
  return value;
}

/** The four forms of RFC 9112 section 3.2; the characters are checked when they are written. Throws `LocalProtocolError`. */
export function checkTarget(method: string, target: string): void {
  if (method === "CONNECT") {
    const colon = target.lastIndexOf(":");
    if (colon > 0 && isDigits(target, colon + 1)) return;
    reject(`its target ${quote(target)} is not an authority`, 'expected "host:port" for CONNECT');
  }
  if (target.includes("#")) reject("its target has a fragment", "expected none");
  if (target.startsWith("/") || (target === "*" && method === "OPTIONS")) return;
  if (target.indexOf("://") > 0) return;
  reject("its target is in no known form", 'expected a path, an absolute URL, or "*" for OPTIONS');
}

function isDigits(text: string, from: number): boolean {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return text.length > from;
}

function checkBody(
  method: string,
  body: RequestBody,
  length: string | undefined,
  coding: string | undefined,
): void {
  if (typeof body === "number" ? !Number.isSafeInteger(body) || body < 0 : body !== "none" && body !== "chunked") {
    reject(`its body has the length ${String(body)}`, "expected a whole number of bytes");
  }
  if (body !== "none" && (method === "CONNECT" || method === "TRACE")) {
    reject(`${method} is given a body`, "expected none");
  }
  if (length !== undefined && coding !== undefined) {
    reject("it has both Content-Length and Transfer-Encoding", "expected at most one");
  }
  const stated = body === "chunked" ? undefined : body === "none" ? "0" : String(body);
  if (length !== undefined && length !== stated) {
    reject(
      `its Content-Length ${quote(length)} contradicts the body`,
      stated === undefined ? "expected none with a chunked body" : `expected ${stated}`,
    );
  }
  if (coding === undefined) return;
  if (body !== "chunked") reject("its Transfer-Encoding contradicts the body", "expected none");
  if (coding.length !== 7 || !equalsIgnoringCase(coding, 0, "chunked")) {
    reject(`its Transfer-Encoding is ${quote(coding)}`, 'expected "chunked" alone');
  }
}

function wantsContinue(head: RequestHead, expect: string | undefined): boolean {
  if (expect !== undefined && (expect.length !== 12 || !equalsIgnoringCase(expect, 0, "100-continue"))) {
    reject(`it expects ${quote(expect)}`, 'expected "100-continue"');
  }
  if (head.expectContinue !== true && expect === undefined) return false;
  if (head.body === "none" || head.body === 0) reject("it expects 100-continue without a body", "expected a body");
  return true;
}

/** Fields that Connection must not name, since a recipient would then remove them (RFC 9110 section 7.6.1). */
const NEVER_HOP_BY_HOP = ["host", "content-length", "transfer-encoding"];

function asksForClose(connection: string): boolean {
  const options = connection.split(",").map((option) => option.trim().toLowerCase());
  const close = options.includes("close");
  if (close && options.includes("keep-alive")) reject("its Connection is both close and keep-alive", "expected one");
  const named = NEVER_HOP_BY_HOP.find((name) => options.includes(name));
  if (named !== undefined) reject(`its Connection names ${named}`, "expected that field to stay");
  return close;
}

function reject(found: string, wanted: string): never {
  throw new LocalProtocolError(`Cannot send the request: ${found}, ${wanted}`);
}

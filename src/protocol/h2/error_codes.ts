/**
 * Owns the error codes of HTTP/2 (RFC 9113 section 7) and the errors that they become.
 * Must not know frames or streams.
 */

import { RemoteProtocolError, SocketError } from "../../errors.ts";

/** The codes by name. */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

/** What an error of ours says for each code of HTTP/2. */
const FIELDS: readonly { readonly code: string }[] = [
  { code: "H2_NO_ERROR" },
  { code: "H2_PROTOCOL_ERROR" },
  { code: "H2_INTERNAL_ERROR" },
  { code: "H2_FLOW_CONTROL_ERROR" },
  { code: "H2_SETTINGS_TIMEOUT" },
  { code: "H2_STREAM_CLOSED" },
  { code: "H2_FRAME_SIZE_ERROR" },
  { code: "H2_REFUSED_STREAM" },
  { code: "H2_CANCEL" },
  { code: "H2_COMPRESSION_ERROR" },
  { code: "H2_CONNECT_ERROR" },
  { code: "H2_ENHANCE_YOUR_CALM" },
  { code: "H2_INADEQUATE_SECURITY" },
  { code: "H2_HTTP_1_1_REQUIRED" },
];

/** A code that RFC 9113 does not name counts as INTERNAL_ERROR (section 7). */
function fieldsOf(code: number): { readonly code: string } {
  return FIELDS[code] ?? FIELDS[ErrorCode.INTERNAL_ERROR]!;
}

/** The name of a code, for messages. */
export function errorName(code: number): string {
  return FIELDS[code]?.code.slice("H2_".length) ?? `code ${code}`;
}

/** The error for something that the server did against RFC 9113. */
export function brokenBy(code: number, what: string): RemoteProtocolError {
  return new RemoteProtocolError(`The server broke HTTP/2: ${what} (${errorName(code)})`, fieldsOf(code));
}

/** The error of a stream that the server reset: as if its connection had broken. */
export function resetBy(code: number): SocketError {
  return new SocketError(`The server reset the stream (${errorName(code)})`, fieldsOf(code));
}

/** A violation that ends the whole connection. */
export class ConnectionFault extends Error {
  /** Code of RFC 9113. */
  readonly h2Code: number;

  constructor(h2Code: number, what: string) {
    super(what);
    this.h2Code = h2Code;
  }
}

/** A fault of the kind PROTOCOL_ERROR. */
export function fault(what: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.PROTOCOL_ERROR, what);
}

/** The fault of a window that has more credit than there can be. */
export function overflow(id: number): ConnectionFault {
  return new ConnectionFault(ErrorCode.FLOW_CONTROL_ERROR, `the window of stream ${id} overflows`);
}

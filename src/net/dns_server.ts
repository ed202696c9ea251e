/**
 * Owns how a name server is written, and the exchange of one message with it over TCP.
 * Must not know what messages say, beyond their id and two flags (RFC 1035, section 4.1.1).
 * Invariant: the connection is closed when the exchange settles.
 */

import type { CancelToken } from "../base/cancel.ts";
import type { Connector, Socket } from "../core/socket.ts";
import { DNSError, type JetstreamError } from "../errors.ts";

/** Bytes: no DNS message over TCP can be longer. */
const LONGEST_MESSAGE = 65_535;

/** Bytes of the first read buffer; answers are seldom longer. */
const READ_SIZE = 2_048;

/** Where a name server listens. */
export interface DnsServer {
  /** Its address. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
}

/** Reads `address`, `address:port`, `[address]` or `[address]:port`; the port is 53 by default. */
export function parseDnsServer(text: string): DnsServer {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  if (!match) return { host: text, port: 53 };
  return { host: match[1] ?? match[2]!, port: match[3] === undefined ? 53 : Number(match[3]) };
}

/** Whether `answer` is a response to `query`: its id is the same, and it is no question. */
export function isAnswerTo(query: Uint8Array, answer: Uint8Array): boolean {
  return answer.length >= 12 && answer[0] === query[0] && answer[1] === query[1] && (answer[2]! & 0x80) !== 0;
}

/** Whether a message was cut to fit into a datagram. */
export function isTruncated(answer: Uint8Array): boolean {
  return (answer[2]! & 0x02) !== 0;
}

/** The error of a server that cannot be asked. */
export function queryError(server: string, why: string, cause?: unknown): DNSError {
  return new DNSError(`Cannot ask the name server ${server}: ${why}`, {
    host: server,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Collects one message with its length in front (RFC 1035, section 4.2.2). */
function readMessage(socket: Socket, server: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let got = new Uint8Array(0);
    const space = new Uint8Array(READ_SIZE);
    socket.start({
      buffer: () => space,
      bytes(view: Uint8Array): void {
        const joined = new Uint8Array(got.length + view.length);
        joined.set(got);
        joined.set(view, got.length);
        got = joined;
        const length = got.length < 2 ? LONGEST_MESSAGE : (got[0]! << 8) | got[1]!;
        if (got.length >= 2 + length) resolve(got.subarray(2, 2 + length));
      },
      end: () => reject(queryError(server, "it closed the connection")),
      error: (error: JetstreamError) => reject(queryError(server, error.message, error)),
      drain(): void {},
    });
  });
}

/** Sends `message` over TCP and resolves with the answer; rejects with `DNSError` or the token's reason. */
export async function queryOverTcp(
  connector: Connector,
  server: string,
  message: Uint8Array,
  cancel: CancelToken,
): Promise<Uint8Array> {
  const { host, port } = parseDnsServer(server);
  let socket: Socket;
  try {
    socket = await connector.connect(
      { kind: "tcp", host, port, localAddress: null, tls: null, nestedTls: false },
      cancel,
    );
  } catch (error) {
    throw cancel.reason ?? queryError(server, (error as Error).message, error);
  }
  let stop: ((reason: Error) => void) | undefined;
  try {
    const cancelled = new Promise<never>((_, reject) => cancel.add(stop = reject));
    const framed = new Uint8Array(2 + message.length);
    framed.set([message.length >> 8, message.length & 0xff]);
    framed.set(message, 2);
    const answer = readMessage(socket, server);
    socket.write(framed);
    const bytes = await Promise.race([answer, cancelled]);
    if (!isAnswerTo(message, bytes)) throw queryError(server, "its answer belongs to another question");
    return bytes;
  } finally {
    if (stop) cancel.remove(stop);
    socket.close();
  }
}

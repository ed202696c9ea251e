/**
 * Owns the server's side of HTTP/2 connections in memory, for tests of the engine.
 * Must not know what is tested.
 */

// Loaded beforehand: a clock that stands still does not wait for a module.
import "../../src/engine/h2_connection.ts";
import type { MemoryPeer, MemoryPlan } from "../../src/net/memory.ts";
import { H2Peer, join, settings } from "../support/h2_peer.ts";
import type { Engine, Sent } from "./engine_kit.ts";

/** One connection as the server sees it. */
export interface H2Server {
  readonly peer: MemoryPeer;
  readonly h2: H2Peer;
  /** Every frame that the client sent so far, a line each. */
  readonly lines: string[];
}

/** Told each frame of the client; what it returns is sent. */
export type React = (line: string, server: H2Server) => Uint8Array | undefined;

/** A connection on which the server says hello with `entries` and then reacts. */
export function h2Plan(
  react: React,
  entries: readonly (readonly [id: number, value: number])[] = [[3, 100]],
): MemoryPlan {
  const call = async (peer: MemoryPeer): Promise<void> => {
    const server: H2Server = { peer, h2: new H2Peer(), lines: [] };
    peer.send(settings(...entries));
    for (let read = 0;;) {
      await peer.until(() => peer.receivedLength > read);
      const bytes = peer.received.slice(read);
      read += bytes.length;
      for (const line of server.h2.read(bytes)) {
        server.lines.push(line);
        const answer = react(line, server);
        if (answer !== undefined) peer.send(answer);
      }
    }
  };
  return { alpn: "h2", script: [{ call }] };
}

/** The stream of a line that begins a request; `undefined` for other lines. */
export function requestOf(line: string): number | undefined {
  const match = /^HEADERS (\d+) /.exec(line);
  return match === null ? undefined : Number(match[1]);
}

/** An answer of 200 with a body. */
export function okFrames(h2: H2Peer, stream: number, body = "hello"): Uint8Array {
  return join(h2.head(stream, [[":status", "200"]]), dataOf(stream, body));
}

function dataOf(stream: number, body: string): Uint8Array {
  const bytes = new TextEncoder().encode(body);
  const head = Uint8Array.of(0, bytes.length >>> 8, bytes.length, 0, 1, 0, 0, stream >>> 8, stream);
  return join(head, bytes);
}

/** Answers every request with 200. */
export const answerAll: React = (line, { h2 }) => {
  const stream = requestOf(line);
  return stream === undefined ? undefined : okFrames(h2, stream, `stream ${stream}`);
};

/** A request of a test, over TLS and with HTTP/2 offered. */
export function h2Sent(change: Sent = {}): Sent {
  return { url: "https://a.test/", ...change, settings: { http2: true, ...change.settings } };
}

/** What the client has sent on a connection, a line for each frame. */
export function sentTo(engine: Engine, connection = 0): string[] {
  return new H2Peer().read(engine.net.peers[connection]!.received);
}

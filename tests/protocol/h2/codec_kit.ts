/**
 * Owns a codec whose events are written down as lines.
 * Must not know what is tested.
 */

import { H2Codec } from "../../../src/protocol/h2/codec.ts";
import type { H2Events } from "../../../src/protocol/h2/events.ts";
import type { H2Stream, StreamLimits } from "../../../src/protocol/h2/h2_stream.ts";
import type { OutgoingField } from "../../../src/protocol/h2/hpack_encoder.ts";
import type { H2Section } from "../../../src/protocol/h2/response_fields.ts";
import { H2Peer, type Pairs, settings } from "../../support/h2_peer.ts";

/** Limits of a request unless a test says otherwise. */
export const LIMITS: StreamLimits = { head: 4_096, fields: 32, informational: 2, trailers: 256 };

/** Fields of a request. */
export const GET: readonly OutgoingField[] = [
  { name: ":method", value: "GET", indexing: "index" },
  { name: ":scheme", value: "https", indexing: "index" },
  { name: ":authority", value: "a.test", indexing: "index" },
  { name: ":path", value: "/", indexing: "plain" },
];

/** A head with the status 200. */
export const OK: Pairs = [[":status", "200"]];

function fieldsOf(section: H2Section): string {
  let text = "";
  for (let at = 0; at < section.count; at++) text += ` ${section.name(at)}=${section.value(at)}`;
  return text;
}

/** A codec, its events, and the server that it talks to. */
export class CodecKit {
  readonly lines: string[] = [];
  readonly peer: H2Peer = new H2Peer();
  readonly codec: H2Codec<string>;
  /** Called for each event of DATA. */
  onData: (stream: H2Stream<string>) => void = () => {};

  constructor() {
    const say = (line: string): void => void this.lines.push(line);
    const events: H2Events<string> = {
      settings: (peer) => say(`settings ${peer.maxConcurrentStreams}`),
      informational: ({ owner }, { status, section }) => say(`informational ${owner} ${status}${fieldsOf(section)}`),
      head: ({ owner }, { status, section }, last) =>
        say(`head ${owner} ${status}${last ? " last" : ""}${fieldsOf(section)}`),
      data: (stream, bytes, from, to) => {
        say(`data ${stream.owner} ${to - from <= 32 ? new TextDecoder().decode(bytes.slice(from, to)) : to - from}`);
        this.onData(stream);
      },
      ended: ({ owner }, trailers) => say(`end ${owner}${trailers === null ? "" : fieldsOf(trailers)}`),
      reset: ({ owner }, code) => say(`reset ${owner} ${code}`),
      broken: ({ owner }, error) => say(`broken ${owner} ${error.code}: ${error.message}`),
      writable: (stream) => say(`writable ${stream?.owner ?? "all"}`),
      goAway: (code) => say(`go-away ${code}`),
      unprocessed: ({ owner }) => say(`unprocessed ${owner}`),
    };
    this.codec = new H2Codec(events);
    this.codec.start(4_096, 0);
  }

  /** A kit whose server has said hello. */
  static greeted(...entries: readonly (readonly [number, number])[]): CodecKit {
    const kit = new CodecKit();
    kit.receive(settings(...entries));
    kit.sent();
    kit.lines.length = 0;
    return kit;
  }

  /** Opens a stream. */
  open(owner: string, last = true, limits: StreamLimits = LIMITS): H2Stream<string> {
    return this.codec.request(owner, GET, last, limits, false);
  }

  /** Takes bytes; an error becomes a line. Returns the lines since the last call. */
  receive(bytes: Uint8Array, now = 0): string[] {
    try {
      this.codec.receive(bytes, now);
    } catch (error) {
      this.lines.push(`! ${(error as { code: string }).code}: ${(error as Error).message}`);
    }
    return this.lines.splice(0);
  }

  /** What was sent since the last call, a line for each frame. */
  sent(): string[] {
    return this.peer.read(this.codec.takeOutput());
  }
}

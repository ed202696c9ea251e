/** The machine of HTTP/2: whatever a server sends, and a client that opens, sends, takes and gives up meanwhile. */

import { RemoteProtocolError } from "../../../src/errors.ts";
import { H2Codec } from "../../../src/protocol/h2/codec.ts";
import type { H2Events } from "../../../src/protocol/h2/events.ts";
import type { H2Stream } from "../../../src/protocol/h2/h2_stream.ts";
import type { H2Section } from "../../../src/protocol/h2/response_fields.ts";
import { GET, LIMITS } from "../../protocol/h2/codec_kit.ts";
import {
  data,
  frame,
  goAway,
  H2Peer,
  join,
  reset,
  settings,
  SETTINGS_ACK,
  uint32,
  windowUpdate,
} from "../../support/h2_peer.ts";
import { bytesOf, type Cut, type FuzzTarget, promise, wordsOf } from "../target.ts";

/** Streams of one input, at most. */
const MOST_STREAMS = 6;

/** Events after which nothing more is told of a stream; behind an answer, while its request is still on its way out. */
const LAST = /^(?:reset|broken|unprocessed)/;

function fieldsOf(section: H2Section): string {
  let text = "";
  for (let at = 0; at < section.count; at++) text += ` ${section.name(at)}=${section.value(at)}`;
  return wordsOf(text);
}

/** What is told, and whether it may be told then. */
class Told {
  readonly lines: string[] = [];
  readonly #over = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #headed = new Set<string>();
  readonly #bodies = new Map<string, string>();
  /** Bytes of DATA that are with their consumer, by stream. */
  readonly taken: Map<H2Stream<string>, number> = new Map();
  failed = false;

  readonly events: H2Events<string> = {
    settings: (peer) => this.#say(`settings ${peer.maxConcurrentStreams}`),
    informational: (stream, { status, section }) => this.#of(stream, `informational ${status}${fieldsOf(section)}`),
    head: (stream, { status, section }, last) => {
      promise(!this.#headed.has(stream.owner), `two heads on ${stream.owner}`);
      this.#headed.add(stream.owner);
      this.#of(stream, `head ${status}${last ? " last" : ""}${fieldsOf(section)}`);
    },
    data: (stream, bytes, from, to) => {
      promise(this.#headed.has(stream.owner), `a body before the head on ${stream.owner}`);
      promise(!this.#ended(stream) && !this.failed, `a body after the end on ${stream.owner}`);
      const text = String.fromCharCode(...bytes.subarray(from, to));
      this.#bodies.set(stream.owner, (this.#bodies.get(stream.owner) ?? "") + text);
      this.taken.set(stream, (this.taken.get(stream) ?? 0) + to - from);
    },
    ended: (stream, trailers) => this.#of(stream, `end${trailers === null ? "" : fieldsOf(trailers)}`),
    reset: (stream, code) => this.#of(stream, `reset ${code}`),
    broken: (stream, error) => this.#of(stream, `broken ${error.code}: ${error.message}`),
    writable: (stream) => this.#say(`writable ${stream?.owner ?? "all"}`),
    goAway: (code) => this.#say(`go-away ${code}`),
    unprocessed: (stream) => this.#of(stream, "unprocessed"),
  };

  #say(line: string): void {
    promise(!this.failed, `${line} is told after the connection failed`);
    this.lines.push(line);
  }

  #of({ owner }: H2Stream<string>, line: string): void {
    promise(!this.#over.has(owner), `${line} is told of ${owner}, which was over`);
    promise(!this.#answered.has(owner) || LAST.test(line), `${line} is told of ${owner}, which was answered`);
    if (LAST.test(line)) this.#over.add(owner);
    if (line.startsWith("end")) this.#answered.add(owner);
    // The pieces in which a body came are nobody's business.
    // Nor is how much of it came before it broke a rule.
    const body = line.startsWith("broken") ? undefined : this.#bodies.get(owner);
    this.#bodies.delete(owner);
    this.#say(`${owner} ${body === undefined ? "" : `${wordsOf(body)} `}${line}`);
  }

  #ended({ owner }: H2Stream<string>): boolean {
    return this.#over.has(owner) || this.#answered.has(owner);
  }

  /** Whether a stream may still be used by its owner. */
  live({ owner }: H2Stream<string>): boolean {
    return !this.#over.has(owner);
  }

  /** The stream is its owner's no longer. */
  gaveUp({ owner }: H2Stream<string>): void {
    this.#over.add(owner);
  }

  /** Bodies whose end did not come. */
  get unfinished(): string {
    return [...this.#bodies].map(([owner, body]) => ` ${owner} ${wordsOf(body)}`).join("");
  }
}

/** The bytes of one line of a script; `undefined` for what the client does. */
function framesOf(peer: H2Peer, line: string): Uint8Array | undefined {
  const [word, ...args] = line.split(" ");
  const number = (at: number): number => Number(args[at] ?? 0) >>> 0;
  const rest = (at: number): Uint8Array => bytesOf(args.slice(at).join(" "));
  switch (word) {
    case "HEAD": {
      const pairs = args.slice(2).join(" ").split(";").map((pair) => {
        const equals = pair.indexOf("=", 1);
        const clean = (text: string): string => text.replace(/[^\0-\xff]/g, "?");
        return [clean(pair.slice(0, equals)), clean(pair.slice(equals + 1))] as const;
      });
      return peer.head(number(0), pairs, args[1] === "last", args[1] === "cut" ? 3 : Infinity);
    }
    case "DATA":
      return data(number(0), rest(2), args[1] === "last");
    case "RST":
      return reset(number(0), number(1));
    case "SET":
      return settings(...args.map((pair) => pair.split("=").map(Number) as [number, number]));
    case "ACK":
      return SETTINGS_ACK;
    case "WINDOW":
      return windowUpdate(number(0), number(1));
    case "GOAWAY":
      return goAway(number(0), number(1));
    case "PING":
      return frame(6, number(0) & 1, 0, join(uint32(1), uint32(2)));
    case "FRAME":
      return frame(number(0) & 0xff, number(1) & 0xff, number(2), rest(3));
    case "RAW":
      return rest(0);
    default:
      return undefined;
  }
}

/** The client's side of one script. */
class Run {
  readonly told = new Told();
  readonly codec: H2Codec<string> = new H2Codec(this.told.events);
  readonly peer: H2Peer = new H2Peer();
  readonly streams: H2Stream<string>[] = [];
  #sent = 0;
  #now = 0;

  constructor() {
    this.codec.start(4_096, 0);
  }

  /** Does what the script says on this side. */
  act(line: string): void {
    const [word, which, count] = line.split(" ");
    const stream = this.streams[Number(which) % Math.max(1, this.streams.length)];
    if (word === "open" && this.streams.length < MOST_STREAMS && !this.codec.exhausted) {
      const owner = "abcdef"[this.streams.length]!;
      this.streams.push(this.codec.request(owner, GET, which !== "upload", LIMITS, which === "bodyless"));
    } else if (word === "wait") this.#now += Number(which) % 100_000 || 0;
    else if (stream === undefined || !this.told.live(stream)) return;
    else if (word === "take") {
      this.codec.consumed(stream, this.told.taken.get(stream) ?? 0, this.#now);
      this.told.taken.delete(stream);
    } else if (word === "give-up") {
      this.told.gaveUp(stream);
      this.codec.reset(stream, 8);
    } else if (word === "send" && (stream.state === "open" || stream.state === "half-closed-remote")) {
      const bytes = new Uint8Array(Number(count) % 100_000 || 0);
      const most = this.codec.sendable(stream);
      const end = this.codec.sendData(stream, bytes, 0, false);
      promise(end <= most, `${end} bytes are sent where ${most} may be`);
    }
  }

  /** Receives bytes; whether the connection goes on. What goes out must be frames of a client. */
  receive(bytes: Uint8Array, cut: Cut): boolean {
    try {
      for (const part of cut(bytes)) this.codec.receive(part, this.#now);
    } catch (error) {
      if (!(error instanceof RemoteProtocolError)) throw error;
      this.told.lines.push(`! ${error.code}: ${error.message}`);
      this.told.failed = true;
    }
    this.#sent += this.peer.read(this.codec.takeOutput()).length;
    return !this.told.failed;
  }
}

/** A script, a line each: what the server sends, and what the client does. */
export const h2Codec: FuzzTarget = {
  name: "h2_codec",
  seeds: [
    "SET 3=100\nopen\nHEAD 1 x :status=200;content-length=5\nDATA 1 x he\nDATA 1 last llo",
    "SET\nACK\nopen upload\nsend 0 70000\nWINDOW 1 100\nWINDOW 0 100\nsend 0 300\nHEAD 1 last :status=204",
    "SET 4=10 1=0\nopen\nopen\nHEAD 3 cut :status=200;x=y;z=w\nHEAD 1 x :status=103;link=a\nHEAD 1 x :status=200\nDATA 1 x ab\ntake 0\nHEAD 1 last x-end=1\nRST 3 8",
    "SET\nopen\nopen upload\nGOAWAY 1 0\nHEAD 1 last :status=200\nPING\nPING 1",
    "SET\nopen\ngive-up 0\nHEAD 1 x :status=200\nDATA 1 last abc\nwait 5000\nopen\nHEAD 3 last :status=304;content-length=9",
    "SET\nopen\nFRAME 0 9 1 \x03abc\0\0\0\nFRAME 1 37 1 \x01\0\0\0\0\x05\x88\0\nFRAME 5 4 1 \0\0\0\x02\x88\nFRAME 9 4 1 \x88",
    "SET 5=16384 6=100\nopen bodyless\nHEAD 1 last :status=200;content-length=100\nRAW HTTP/1.1 400 Bad\r",
    "SET\nopen\nHEAD 1 x :status=200;connection=close\nDATA 1 x \nDATA 1 x \nDATA 1 x \nFRAME 16 0 1 u=1",
  ],
  tokens: [
    "\nopen",
    "\nopen upload",
    "\nHEAD 1 x :status=200",
    "\nHEAD 1 last :status=200",
    "\nHEAD 3 cut :status=200;a=b",
    "\nHEAD 1 x :status=100",
    "\nHEAD 1 last a=b",
    "\nDATA 1 x abc",
    "\nDATA 1 last ",
    "\nDATA 3 x abc",
    "\nRST 1 7",
    "\nRST 1 0",
    "\nSET 4=0",
    "\nSET 4=2147483647",
    "\nSET 1=0",
    "\nSET 2=1",
    "\nSET 5=1",
    "\nSET 3=0",
    "\nACK",
    "\nWINDOW 0 0",
    "\nWINDOW 1 2147483647",
    "\nGOAWAY 0 0",
    "\nGOAWAY 2147483647 2",
    "\nPING",
    "\nFRAME 9 4 1 ",
    "\nFRAME 5 4 1 \0\0\0\x02",
    "\nFRAME 0 8 1 \xff",
    "\nFRAME 99 0 0 x",
    "\nRAW \0\0\0",
    "\ntake 0",
    "\ngive-up 0",
    "\nsend 0 100",
    "\nwait 1000",
    ";content-length=3",
    ";content-length=3;content-length=4",
    ";:status=200",
    ";A=b",
    ";transfer-encoding=chunked",
    ";te=trailers",
    "last",
    " 1 ",
    " 3 ",
    " 0 ",
  ],
  cuts: true,
  longest: 65_536,
  run(input, cut) {
    const run = new Run();
    for (const line of input.split("\n")) {
      const frames = framesOf(run.peer, line);
      if (frames === undefined) run.act(line);
      else if (!run.receive(frames, cut)) break;
    }
    promise(run.codec.open <= run.streams.length, `${run.codec.open} streams are open`);
    return `${run.told.lines.join("; ")}${run.told.unfinished}`;
  },
};

/** Bytes as they are, behind a good beginning: one request is under way. */
export const h2Bytes: FuzzTarget = {
  name: "h2_bytes",
  seeds: ["HEAD 1 x :status=200\nDATA 1 last abc", "HEAD 1 cut :status=200;x=y\nRST 1 8", "GOAWAY 1 0\nPING\nSET 4=1"]
    .map(
      (script) => {
        const peer = new H2Peer();
        return String.fromCharCode(...join(settings(), ...script.split("\n").map((line) => framesOf(peer, line)!)));
      },
    ),
  tokens: [
    "\0\0\0",
    "\0\0\x04",
    "\0\0\x08",
    "\0\x40\0",
    "\0\x40\x01",
    "\0\0\0\x04\x01\0\0\0\0",
    "\0\0\x01\x01\x05\0\0\0\x01\x88",
    "\0\0\x03\0\x01\0\0\0\x01abc",
    "\0\0\0\0\x01\0\0\0\x01",
    "\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08",
    "\0\0\x04\x08\0\0\0\0\0\0\0\0\x01",
    "\0\0\x06\x04\0\0\0\0\0\0\x04\xff\xff\xff\xff",
    "\0\0\x08\x07\0\0\0\0\0\0\0\0\x01\0\0\0\0",
    "\0\0\x08\x06\0\0\0\0\0abcdefgh",
    "\0\0\x01\x01\x01\0\0\0\x01\x88",
    "\0\0\x01\x09\x04\0\0\0\x01\x88",
  ],
  cuts: true,
  run(input, cut) {
    const run = new Run();
    run.act("open");
    run.receive(bytesOf(input), cut);
    return `${run.told.lines.join("; ")}${run.told.unfinished}`;
  },
};

/**
 * Owns the limit that the contenders are seen against: bytes known beforehand over bare sockets.
 * Must not know a library.
 * Invariant: it learns the length of a response once and then only counts; it is no client, it
 * shows what one could reach that costs nothing.
 */

import { CHUNK_BYTES, type Contender, counted, type Setting, UPLOAD_BYTES } from "./contender.ts";
import type { Peer, Wire } from "./wire.ts";

/** Responses up to this size are gathered before they are parsed. */
const GATHERED = 64 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const CHUNK_HEAD = encoder.encode(`${CHUNK_BYTES.toString(16)}\r\n`);
const CHUNK_END = encoder.encode("\r\n");

/** What is known of a response after it came once. */
interface Shape {
  readonly head: number;
  readonly total: number;
}

/** What is done with a body. */
type Taking = "json" | "count" | "keep";

/** One connection. */
class Line {
  readonly #wire: Wire;
  readonly #gathered = new Uint8Array(GATHERED);
  #shape: Shape | undefined;
  #taking: Taking = "json";
  #kept: Uint8Array | undefined;
  #got = 0;
  #resolve: (value: unknown) => void = () => {};

  constructor(wire: Wire) {
    this.#wire = wire;
    wire.onBytes = (view) => this.#take(view);
  }

  /** What was learned of the response. */
  get shape(): Shape | undefined {
    return this.#shape;
  }

  send(bytes: Uint8Array): Promise<void> | undefined {
    return this.#wire.send(bytes);
  }

  close(): void {
    this.#wire.close();
  }

  /** The response to what is sent next. */
  answer(shape: Shape | undefined, taking: Taking): Promise<unknown> {
    this.#shape = shape;
    this.#taking = taking;
    this.#got = 0;
    return new Promise((resolve) => this.#resolve = resolve);
  }

  #take(view: Uint8Array): void {
    const shape = this.#shape ??= readShape(view);
    if (this.#taking === "keep") this.#kept ??= new Uint8Array(shape.total - shape.head);
    const before = this.#got;
    this.#got += view.length;
    const whole = before === 0 && this.#got === shape.total;
    if (this.#taking === "json" && !whole) this.#gathered.set(view, before);
    else if (this.#kept) {
      if (before >= shape.head) this.#kept.set(view, before - shape.head);
      else if (this.#got > shape.head) this.#kept.set(view.subarray(shape.head - before), 0);
    }
    if (this.#got < shape.total) return;
    if (this.#taking === "json") {
      const bytes = whole ? view : this.#gathered.subarray(0, shape.total);
      return this.#resolve(JSON.parse(decoder.decode(bytes.subarray(shape.head))));
    }
    this.#resolve(this.#kept?.length ?? this.#got - shape.head);
    this.#kept = undefined;
  }
}

function readShape(view: Uint8Array): Shape {
  const text = decoder.decode(view.subarray(0, 4096));
  const head = text.indexOf("\r\n\r\n") + 4;
  return { head, total: head + Number(/content-length: *(\d+)/i.exec(text)![1]) };
}

/** A contender over `open`. */
export function startBare(open: (peer: Peer) => Promise<Wire>, { ca }: Setting): Contender {
  const shapes = new Map<string, Shape>();
  const requests = new Map<string, Uint8Array>();
  const idle: Line[] = [];

  async function line(url: string): Promise<Line> {
    const { hostname, port, protocol } = new URL(url);
    return new Line(await open({ hostname, port: Number(port), ca: protocol === "https:" ? ca : undefined }));
  }

  function requestFor(url: string): Uint8Array {
    let bytes = requests.get(url);
    if (bytes === undefined) {
      const { host, pathname } = new URL(url);
      const fields = `Host: ${host}\r\nAccept: */*\r\nUser-Agent: bare\r\nAccept-Encoding: gzip, br\r\n`;
      requests.set(url, bytes = encoder.encode(`GET ${pathname} HTTP/1.1\r\n${fields}\r\n`));
    }
    return bytes;
  }

  async function ask(url: string, taking: Taking): Promise<unknown> {
    const bytes = requestFor(url);
    const on = idle.pop() ?? await line(url);
    const answer = on.answer(shapes.get(url), taking);
    on.send(bytes);
    const value = await answer;
    if (on.shape) shapes.set(url, on.shape);
    if (url.endsWith("/once")) on.close();
    else idle.push(on);
    return value;
  }

  async function upload(url: string, framing: string, parts: Iterable<Uint8Array>): Promise<number> {
    const on = idle.pop() ?? await line(url);
    const { host, pathname } = new URL(url);
    const answer = on.answer(undefined, "json");
    await on.send(encoder.encode(`POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\n${framing}\r\n\r\n`));
    for (const part of parts) {
      const wait = on.send(part);
      if (wait) await wait;
    }
    const value = counted(await answer);
    idle.push(on);
    return value;
  }

  return {
    json: (url) => ask(url, "json"),
    buffered: async (url) => await ask(url, "keep") as number,
    streamed: async (url) => await ask(url, "count") as number,
    uploadChunks: (url) => upload(url, "Transfer-Encoding: chunked", chunked()),
    uploadBytes: (url, bytes) => upload(url, `Content-Length: ${bytes.length}`, slices(bytes)),
    close() {
      for (const each of idle) each.close();
    },
  };
}

/** Chunks with their framing joined to the bytes, as few writes as can be. */
function* chunked(): Generator<Uint8Array> {
  const framed = new Uint8Array(CHUNK_HEAD.length + CHUNK_BYTES + CHUNK_END.length);
  framed.set(CHUNK_HEAD);
  framed.set(CHUNK_END, CHUNK_HEAD.length + CHUNK_BYTES);
  for (let sent = 0; sent < UPLOAD_BYTES; sent += CHUNK_BYTES) yield framed;
  yield encoder.encode("0\r\n\r\n");
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  const step = 4 * CHUNK_BYTES;
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

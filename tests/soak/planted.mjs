/**
 * Owns the bugs that are planted to prove that fuzz and soak would find them: each is a change of the
 * sources, and the run that has to fail with it.
 * Must not know how a run is made.
 * Invariant: each text stands in its file exactly once; one that is gone fails the step, so that the list
 * stays true.
 */

/** A run of the soak that has to find a bug; the blocking clients are left out. */
function soak(...ways) {
  return [
    "tests/soak/soak.ts",
    "--seconds=12",
    "--lanes=9",
    "--threads=0",
    "--until-wrong",
    `--ways=${ways.join(",")}`,
  ];
}

/** A run of the blocking clients alone. */
function blocking(...ways) {
  return ["tests/soak/soak.ts", "--seconds=8", "--lanes=0", "--threads=1", `--ways=${ways.join(",")}`];
}

/** A run of the fuzzer that has to find a bug. */
function fuzz(...targets) {
  return ["tests/fuzz/run.ts", "--minutes=0.3", "--seed=1", ...targets];
}

/** Runs that must find nothing in the sources as they are. */
export const CALM = [
  soak("tcp", "tls", "calm", "h2", "calm-h2c"),
  blocking("tcp", "calm"),
  fuzz("h1_codec", "ip_address", "link", "url_join"),
];

/** Every bug. */
export const BUGS = [
  {
    name: "a chunk that is one byte longer than its size says",
    changes: [["src/protocol/h1/chunk_reader.ts", "(code | 0x20) - 0x57", "(code | 0x20) - 0x56"]],
    finder: soak("calm"),
  },
  {
    name: "a place in the pool that an aborted call keeps",
    changes: [[
      "src/engine/h1_connection.ts",
      "exchange.failed(failure, now);\n    this.#context.pool.release(this.#entry!, false, now);",
      "exchange.failed(failure, now);",
    ]],
    finder: soak("calm"),
  },
  {
    name: "an answer that is given to the next request",
    changes: [
      [
        "src/protocol/h1/codec.ts",
        "if (this.#input.pending > 0) {\n      this.#close",
        "if (this.#input.pending < 0) {\n      this.#close",
      ],
      ["src/protocol/h1/codec.ts", "!this.#ended &&\n      this.#input.pending === 0;", "!this.#ended;"],
    ],
    finder: soak("tcp-no-retry"),
  },
  {
    name: "a POST that is sent again on another connection",
    changes: [["src/engine/exchange.ts", "(unsent || isIdempotent(request.method)) && ", ""]],
    finder: soak("tcp-no-retry"),
  },
  {
    name: "a POST that is retried",
    changes: [[
      "src/policy/retry_decision.ts",
      "if (settings.methods.has(request.method) || ",
      'if (request.method !== "" || ',
    ]],
    finder: soak("tcp"),
  },
  {
    name: "a limit that goes on after its call",
    changes: [["src/core/call.ts", "if (this.#total) this.deadlines.remove(this.#total);", ""]],
    finder: soak("calm"),
  },
  {
    name: "a listener that stays on the caller's signal",
    changes: [["src/core/call.ts", 'if (this.#signal) this.#signal.removeEventListener("abort", this.#onAbort!);', ""]],
    finder: soak("calm"),
  },
  {
    name: "a body one byte short that counts as whole",
    changes: [[
      "src/protocol/h1/body_readers.ts",
      "  end(): EndEvent {\n    if (this.expected === 0) return END;",
      "  end(): EndEvent {\n    if (this.expected <= 1) return END;",
    ]],
    finder: soak("tcp"),
  },
  {
    name: "a stream that ends before its length and counts as whole",
    changes: [["src/protocol/h2/codec.ts", "stream.received < stream.expected", "stream.received < 0"]],
    finder: soak("h2", "h2c"),
  },
  {
    name: "a window of HTTP/2 that is never opened again",
    changes: [["src/protocol/h2/codec.ts", "if (credit > 0) writeWindowUpdate(this.#out, 0, credit);", ""]],
    finder: soak("calm-h2", "calm-h2c"),
  },
  {
    name: "a reset POST that goes out again",
    changes: [["src/engine/h2_connection.ts", "if (code === ErrorCode.REFUSED_STREAM)", "if (code !== undefined)"]],
    finder: [...soak("h2", "h2c"), "--works=post"],
  },
  {
    name: "a piece of a body that the blocking client loses",
    changes: [["src/sync/remote_body.ts", "    this.#at = 1;", "    this.#at = 2;"]],
    finder: blocking("calm"),
  },
  {
    name: "bytes that are lost behind a head in two pieces",
    changes: [["src/protocol/h1/receive_buffer.ts", "this.at -= this.#keptLength - parser.length;", ""]],
    finder: fuzz("h1_codec"),
  },
  {
    name: "an inner address that passes as a mapped one",
    changes: [["src/base/address_range.ts", "return rangeOfAddress(bytes.subarray(12));", 'return "public";']],
    finder: fuzz("ip_address"),
  },
  {
    name: "a search that begins anew at each mark",
    changes: [["src/http/link.ts", "if (close < 0) break;", "if (close < 0) {\n      at++;\n      continue;\n    }"]],
    finder: fuzz("link"),
  },
  {
    name: "a relative URL that climbs out of its base",
    changes: [
      ["src/http/url.ts", "if (depth < 0) return true;", ""],
      [
        "src/http/url.ts",
        "if (url.pathname !== target && !url.pathname.startsWith(directory)) {",
        "if (url === null) {",
      ],
    ],
    finder: fuzz("url_join"),
  },
];

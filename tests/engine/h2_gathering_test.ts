import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { H2Gathering } from "../../src/engine/h2_gathering.ts";
import { H2Stream } from "../../src/protocol/h2/h2_stream.ts";
import { ReceiveWindow } from "../../src/protocol/h2/receive_window.ts";
import { test } from "../support/suite.ts";

const LIMITS = { head: 1, fields: 1, informational: 1, trailers: 1 };

function stream(id: number): H2Stream<string> {
  return new H2Stream(id, `${id}`, LIMITS, new ReceiveWindow(1, 1), "half-closed-local", 1, false);
}

/** Pieces of several streams in one read, each behind the head of a frame. */
const READ = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.uint8Array({ maxLength: 20 })), { maxLength: 12 });

test("H2Gathering tells the bytes of each stream whole and in order, neighbours at once", () => {
  fc.assert(fc.property(READ, (pieces) => {
    const streams = [stream(1), stream(3), stream(5)];
    const told: string[][] = [[], [], []];
    let calls = 0;
    const gathering = new H2Gathering<string>((to, bytes, from, end) => {
      calls++;
      told[streams.indexOf(to)]!.push(...Array.from(bytes.subarray(from, end), String));
    });
    const view = Uint8Array.from(pieces.flatMap(([, bytes]) => [...new Array(9).fill(255), ...bytes]));
    const expected: string[][] = [[], [], []];
    let neighbours = 0;
    let at = 0;
    pieces.forEach(([to, bytes], index) => {
      expected[to]!.push(...Array.from(bytes, String));
      if (pieces[index - 1]?.[0] !== to) neighbours++;
      at += 9;
      gathering.add(streams[to]!, view, at, at + bytes.length);
      at += bytes.length;
    });
    gathering.flush();
    gathering.flush();
    assertEquals([told, calls], [expected, neighbours]);
  }));
});

test("H2Gathering leaves alone what was not looked at yet", () => {
  const view = Uint8Array.of(9, 1, 2, 9, 3, 4, 7, 8);
  const told: number[][] = [];
  const gathering = new H2Gathering<string>((_, bytes, from, to) => told.push([...bytes.subarray(from, to)]));
  const one = stream(1);
  gathering.add(one, view, 1, 3);
  gathering.add(one, view, 4, 6);
  assertEquals([...view.subarray(6)], [7, 8]);
  gathering.flush();
  assertEquals(told, [[1, 2, 3, 4]]);
});

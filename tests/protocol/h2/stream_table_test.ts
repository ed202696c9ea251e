import { assertEquals } from "@std/assert";
import { H2Stream } from "../../../src/protocol/h2/h2_stream.ts";
import { ReceiveWindow } from "../../../src/protocol/h2/receive_window.ts";
import { StreamTable } from "../../../src/protocol/h2/stream_table.ts";
import { test } from "../../support/suite.ts";

const LIMITS = { head: 1, fields: 1, informational: 1, trailers: 1 };

function open(table: StreamTable<string>, count: number): H2Stream<string>[] {
  return Array.from({ length: count }, () => {
    const { next } = table;
    const stream = new H2Stream(next, `${next}`, LIMITS, new ReceiveWindow(1, 1), "half-closed-local", 1, false);
    table.add(stream);
    return stream;
  });
}

test("StreamTable finds a stream however many were opened since, and says what became of the others", () => {
  const table = new StreamTable<string>();
  const [first, second] = open(table, 2) as [H2Stream<string>, H2Stream<string>];
  second.state = "reset";
  table.remove(second);
  for (const stream of open(table, 1_000)) {
    stream.state = "closed";
    table.remove(stream);
  }
  assertEquals([table.size, table.get(1), table.get(3), table.get(5), table.next], [
    1,
    first,
    undefined,
    undefined,
    2005,
  ]);
  assertEquals([1, 2, 3, 5, 2003, 2005].map((id) => table.stateOf(id)), [
    "half-closed-local",
    "idle",
    "reset",
    "closed",
    "closed",
    "idle",
  ]);
});

test("StreamTable holds more streams than it has rows, in order", () => {
  const table = new StreamTable<string>();
  const streams = open(table, 1_000);
  assertEquals(table.all(), streams);
  const odd = streams.filter((_, at) => at % 2 === 1);
  for (const stream of streams) {
    if (odd.includes(stream)) continue;
    stream.state = "closed";
    table.remove(stream);
    table.remove(stream);
  }
  assertEquals([table.size, table.all()], [500, odd]);
  assertEquals(odd.map(({ id }) => table.get(id)), odd);
});

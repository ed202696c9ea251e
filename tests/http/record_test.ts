import { assertEquals } from "@std/assert";
import { SocketError } from "../../src/errors.ts";
import { AttemptRecord } from "../../src/http/record.ts";
import { HttpRequest } from "../../src/http/request.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { test } from "../support/suite.ts";

const NONE = { queue: 0, dns: 0, connect: 0, tls: 0, send: 0, wait: 0, receive: 0, total: 0 };

function attempt(marks: Partial<AttemptRecord>): AttemptRecord {
  const request = new HttpRequest("GET", new RequestUrl("https://u:p@a.test/?token=x"));
  return Object.assign(new AttemptRecord(2, "retry", request, 100, 50), marks);
}

const ROWS: readonly [name: string, marks: Partial<AttemptRecord>, timings: Partial<typeof NONE>][] = [
  ["nothing happened", {}, {}],
  ["it waits for a connection", { endedAt: 130 }, { queue: 30, total: 30 }],
  [
    "it was dialled for",
    { dns: 1, connect: 2, tls: 3, acquiredAt: 110, sentAt: 115, headAt: 120, endedAt: 140 },
    { queue: 4, dns: 1, connect: 2, tls: 3, send: 5, wait: 5, receive: 20, total: 40 },
  ],
  ["it failed while it was sent", { acquiredAt: 110, endedAt: 130 }, { queue: 10, send: 20, total: 30 }],
  ["the head came", { acquiredAt: 110, sentAt: 115, headAt: 120 }, { queue: 10, send: 5, wait: 5, total: 20 }],
  [
    "the answer began before the request had ended",
    { acquiredAt: 110, headAt: 112, sentAt: 120, endedAt: 130 },
    { queue: 10, send: 10, receive: 10, total: 30 },
  ],
];

for (const [name, marks, timings] of ROWS) {
  test(`timings add up when ${name}`, () => {
    const all = attempt(marks).timings;
    assertEquals(all, { ...NONE, ...timings });
    assertEquals(all.queue + all.dns + all.connect + all.tls + all.send + all.wait + all.receive, all.total);
  });
}

test("an attempt is logged without secrets", () => {
  const failed = attempt({ error: new SocketError("reset"), status: 500 });
  assertEquals(failed.toJSON(), {
    number: 2,
    cause: "retry",
    method: "GET",
    url: "https://a.test/?token=***",
    status: 500,
    error: "SOCKET_FAILED",
    notRetried: undefined,
    delay: 50,
    timings: NONE,
  });
  const facts = { id: 1, protocol: "h2", reused: true } as AttemptRecord["connection"];
  assertEquals([failed.connection, attempt({ connectionFacts: () => facts! }).connection], [undefined, facts]);
});

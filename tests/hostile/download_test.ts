/**
 * Owns the attacks of class S16 on downloads: names and redirects that a server chose, links and
 * records that somebody put beside the target.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { BodyError, Client, IncompleteReadError } from "../../mod.ts";
import { origin } from "../support/origin.ts";
import { test, type TestContext } from "../support/suite.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { urlOf } from "../support/behaviour.ts";

const server = await origin();

/** A folder in a folder, so that a way out of it would be seen. */
function setUp(t: TestContext): { outer: TempFolder; client: Client; into: string; inner: () => string[] } {
  const outer = new TempFolder();
  outer.folder("in");
  const client = new Client({ retry: false });
  t.after(() => client.close());
  t.after(() => outer.remove());
  return { outer, client, into: `${outer.file("in")}/`, inner: () => outer.names("in") };
}

function fileUrl(query: Record<string, string | number> = {}): string {
  return urlOf(server.http, "/file", { id: crypto.randomUUID(), size: 10, ...query });
}

/** A quoted string of Content-Disposition. */
function disposition(name: string): string {
  return `Content-Disposition:attachment; filename="${name.replaceAll(/["\\]/g, "\\$&")}"`;
}

const NAMES: readonly (readonly [name: string, safe: string])[] = [
  ["../evil", "evil"],
  ["../../../../etc/passwd", "passwd"],
  ["..\\..\\evil", "evil"],
  ["/etc/passwd", "passwd"],
  ["C:\\Windows\\evil", "evil"],
  ["C:evil", "C_evil"],
  ["..", "download"],
  [".", "download"],
  ["", "download"],
  ["/", "download"],
  [".bashrc", "bashrc"],
  [".ssh/authorized_keys", "authorized_keys"],
  ["nul", "_nul"],
  ["con.txt", "_con.txt"],
  ["evil.", "evil"],
  ["a:stream", "a_stream"],
];

for (const [name, safe] of NAMES) {
  test(`S16: download() keeps the name ${JSON.stringify(name)} in its folder`, async (t) => {
    const { outer, client, into, inner } = setUp(t);
    const { path } = await client.download(fileUrl({ h: disposition(name) }), into);
    assertEquals([path, inner(), outer.names()], [into + safe, [safe], ["in"]]);
  });
}

for (const name of ["..%2Fevil", "%2Fetc%2Fpasswd", "evil%00.txt", "%2e%2e%5Cevil"]) {
  test(`S16: download() keeps the extended name ${name} in its folder`, async (t) => {
    const { outer, client, into, inner } = setUp(t);
    await client.download(fileUrl({ h: `Content-Disposition:attachment; filename*=UTF-8''${name}` }), into);
    assertEquals(outer.names(), ["in"]);
    assert(/^(?:evil|passwd|evil\.txt)$/.test(inner().join()), inner().join());
  });
}

test("S16: download() takes no name from where a redirect leads", async (t) => {
  const { client, into, inner } = setUp(t);
  const to = urlOf(server.http, "/bytes/10/.bashrc");
  await client.download(urlOf(server.http, "/redirect", { to }), into);
  assertEquals(inner(), ["redirect"]);
});

test("S16: download() undoes the escapes of a URL's name within its folder", async (t) => {
  const { outer, client, into, inner } = setUp(t);
  await client.download(`${server.http}/bytes/10/..%2f..%2fevil`, into);
  assertEquals([inner(), outer.names()], [["evil"], ["in"]]);
});

test("S16: download() follows no link that lies where the server's name leads", async (t) => {
  const { outer, client, into } = setUp(t);
  outer.write("victim", "untouched", 0o600);
  for (const [link, target] of [["there", "../victim"], ["dangling", "../new"]] as const) {
    outer.link(`in/${link}`, target);
    await assertRejects(() => client.download(fileUrl({ h: disposition(link) }), into), BodyError, "it exists already");
  }
  assertEquals([outer.names(), outer.read("victim")], [["in", "victim"], "untouched"]);
});

test("S16: download() replaces a link at its target and at its part, and follows neither", async (t) => {
  const { outer, client } = setUp(t);
  outer.write("victim", "untouched", 0o600);
  for (const name of ["x", "x.part", "x.part.json"]) outer.link(name, "victim");
  await client.download(fileUrl(), outer.file("x"));
  assertEquals([outer.names(), outer.read("victim")], [["in", "victim", "x"], "untouched"]);
  assertEquals(outer.bytes("x").length, 10);
});

test("S16: download() does not trust a record that somebody else wrote", async (t) => {
  const { outer, client } = setUp(t);
  const url = fileUrl();
  outer.write("x.part", "evil", 0o600);
  const records = [
    "{",
    "[]",
    JSON.stringify({ url, validator: '"v1"' }),
    JSON.stringify({ url: "0".repeat(64), validator: '"v1"\r\nX-Evil: 1' }),
  ];
  for (const record of records) {
    outer.write("x.part", "evil", 0o600);
    outer.write("x.part.json", record, 0o600);
    const { resumed } = await client.download(url, outer.file("x"));
    assertEquals([resumed, [...outer.bytes("x")]], [0, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  }
});

test("S16: a part of a download tells nothing of the URL", async (t) => {
  const { outer, client } = setUp(t);
  const url = fileUrl({ steps: "cut:5", token: "s3cret" });
  await assertRejects(() => client.download(url, outer.file("x")), IncompleteReadError);
  assertEquals(outer.names(), ["in", "x.part", "x.part.json"]);
  assert(!outer.read("x.part.json").includes("s3cret"));
});

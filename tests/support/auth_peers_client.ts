/**
 * The client's side of `tests/full/auth_peers.ts`: logs in at a real server on the runtime that runs it.
 *
 * Its one argument is JSON: `{ lighttpd?: AuthPeerSettings }`. Behind the login the test server
 * (`origin_server.mjs`) tells what came.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Auth, type AuthInput, basic, digest, type HttpResponse } from "../../mod.ts";
import { type PeerCase, peerSettings, runPeerCases, sha256, withClient } from "./peer_cases.ts";
import { type RawConnection, rawServer } from "./raw_server.ts";

/** Where the server is and what it knows. */
export interface AuthPeerSettings {
  /** Ports by way in. */
  readonly ports: {
    readonly basic: number;
    readonly md5: number;
    readonly sha256: number;
    /** Offers both algorithms. */
    readonly both: number;
  };
  readonly realm: string;
  readonly user: string;
  readonly password: string;
}

interface Echo {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly sha256: string;
  readonly target: string;
}

const { lighttpd } = peerSettings<{ readonly lighttpd?: AuthPeerSettings }>();

const at = (port: number, target = "/echo"): string => `http://127.0.0.1:${port}${target}`;

/** A parameter of the credentials that the origin saw. */
function param(echo: Echo, name: string): string | undefined {
  const match = new RegExp(`(?:^|[ ,])${name}=(?:"([^"]*)"|([^ ,]*))`).exec(echo.headers["authorization"] ?? "");
  return match?.[1] ?? match?.[2];
}

function echoOf(response: HttpResponse): Echo {
  assertEquals(response.status, 200, response.text());
  return response.json() as Echo;
}

/** The statuses that one call met, one per request. */
function statuses(response: HttpResponse): (number | undefined)[] {
  return response.attempts.map(({ status }) => status);
}

function common(name: string, port: number, auth: (password: string) => AuthInput): PeerCase[] {
  const right = (): AuthInput => auth("pass");
  return [
    [`${name} gets in`, () =>
      withClient({ auth: right(), baseUrl: at(port, "/") }, async (client) => {
        assertEquals(echoOf(await client.get("/echo?a=%20b&c=d,e")).target, "/echo?a=%20b&c=d,e");
        assertEquals((await client.head("/echo")).status, 200);
      })],
    [`${name} is refused with a wrong password, once`, () =>
      withClient({ auth: auth("canary") }, async (client) => {
        const response = await client.get(at(port));
        assertEquals([response.status, response.ok], [401, false]);
        assert(response.attempts.length <= 2, `${response.attempts.length} requests`);
        assertEquals((await client.get(at(port), { auth: right() })).status, 200);
      })],
    [`${name} is refused without credentials`, () =>
      withClient({}, async (client) => {
        const response = await client.get(at(port));
        assertEquals([response.status, response.attempts.length], [401, 1]);
      })],
    [`${name} carries bodies whole`, () =>
      withClient({ auth: right(), baseUrl: at(port, "/") }, async (client) => {
        for (const length of [0, 1, 1_000, 3_000_000]) {
          const body = new Uint8Array(length).map((_, index) => index % 251);
          const echo = echoOf(await client.post("/echo", { body }));
          assertEquals([echo.method, echo.length, echo.sha256], ["POST", length, await sha256(body)]);
        }
      })],
    [
      `${name} carries a body that is made anew for each request`,
      () =>
        withClient({ auth: right() }, async (client) => {
          let made = 0;
          const parts = async function* (): AsyncGenerator<Uint8Array> {
            made++;
            for (let turn = 0; turn < 20; turn++) yield await Promise.resolve(new Uint8Array(10_000).fill(turn));
          };
          const echo = echoOf(await client.put(at(port), { body: parts }));
          assertEquals(echo.length, 200_000);
          assert(made >= 1 && made <= 2, `${made} bodies`);
        }),
    ],
  ];
}

/** Passes connections on, and changes the answers of the server by `change`. */
async function through(port: number, change: (text: string) => string): Promise<[port: number, close: () => unknown]> {
  const { connect } = process.getBuiltinModule("node:net");
  const server = await rawServer(async (peer: RawConnection) => {
    const to = connect({ host: "127.0.0.1", port });
    // Every head comes in one piece on loopback, and the connection ends with each answer.
    to.on("data", (bytes: Uint8Array) => void peer.write(change(String.fromCharCode(...bytes))));
    to.on("end", () => peer.end());
    to.on("error", () => peer.destroy());
    for (let sent = 0;;) {
      await peer.untilLength(sent + 1);
      to.write(peer.received.slice(sent));
      sent = peer.received.length;
    }
  });
  return [server.port, () => server.close()];
}

/** The nonce of the server begins with its time in seconds, in hexadecimal digits: makes the first one older. */
function aged(seconds: number): (text: string) => string {
  let first = true;
  return (text) =>
    text.replace(/nonce="([0-9a-f]+):/, (all, time: string) => {
      if (!first) return all;
      first = false;
      return `nonce="${(parseInt(time, 16) - seconds).toString(16)}:`;
    });
}

function digestCases(name: string, port: number, algorithm: string): PeerCase[] {
  const auth = (password = "pass"): Auth => digest("user", password);
  return [
    ...common(name, port, auth),
    [
      `${name} answers one challenge and counts on`,
      () =>
        withClient({ auth: auth(), baseUrl: at(port, "/") }, async (client) => {
          const first = await client.get("/echo");
          assertEquals(statuses(first), [401, 200]);
          const nonce = param(echoOf(first), "nonce");
          assertEquals([param(echoOf(first), "algorithm"), param(echoOf(first), "nc")], [algorithm, "00000001"]);
          for (let turn = 2; turn < 6; turn++) {
            const response = await client.get("/echo");
            assertEquals(statuses(response), [200]);
            const echo = echoOf(response);
            assertEquals([param(echo, "nonce"), param(echo, "nc")], [nonce, `0000000${turn}`]);
          }
        }),
    ],
    [
      `${name} shares one nonce between 20 requests at a time`,
      () =>
        withClient({ auth: auth(), baseUrl: at(port, "/") }, async (client) => {
          const nonce = param(echoOf(await client.get("/echo")), "nonce");
          const all = await Promise.all(Array.from({ length: 20 }, (_, turn) => client.get(`/echo?turn=${turn}`)));
          assertEquals(all.flatMap(statuses), Array(20).fill(200));
          const echoes = all.map(echoOf);
          assertEquals(new Set(echoes.map((echo) => param(echo, "nonce"))), new Set([nonce]));
          const counts = echoes.map((echo) => parseInt(param(echo, "nc")!, 16)).sort((a, b) => a - b);
          assertEquals(counts, Array.from({ length: 20 }, (_, turn) => turn + 2));
          assertEquals(new Set(echoes.map((echo) => param(echo, "cnonce"))).size, 20);
        }),
    ],
    [
      `${name} gets in with 20 requests at a time from nothing`,
      () =>
        withClient({ auth: auth(), baseUrl: at(port, "/") }, async (client) => {
          const all = await Promise.all(Array.from({ length: 20 }, (_, turn) => client.get(`/echo?turn=${turn}`)));
          assertEquals(all.map(({ status }) => status), Array(20).fill(200));
        }),
    ],
    [`${name} takes a new nonce for a stale one`, async () => {
      const [relay, close] = await through(port, aged(3_600));
      try {
        await withClient({ auth: auth() }, async (client) => {
          const response = await client.post(at(relay), { body: "once more" });
          assertEquals(statuses(response), [401, 401, 200]);
          assertEquals(echoOf(response).length, 9);
          assertMatch(param(echoOf(response), "nonce")!, /^[0-9a-f]+:/);
        });
      } finally {
        await close();
      }
    }],
    [`${name} takes the next nonce that the server names`, async () => {
      // Older than 540 seconds and younger than 600, it is still good, and the answer brings another.
      const [relay, close] = await through(port, aged(570));
      try {
        await withClient({ auth: auth() }, async (client) => {
          const first = await client.get(at(relay));
          assertEquals(statuses(first), [401, 200]);
          const next = /nextnonce="([^"]+)"/.exec(first.headers.get("authentication-info") ?? "")?.[1];
          assert(next !== undefined, "the server names a next nonce");
          const second = await client.get(at(relay));
          assertEquals(statuses(second), [200]);
          assertEquals([param(echoOf(second), "nonce"), param(echoOf(second), "nc")], [next, "00000001"]);
        });
      } finally {
        await close();
      }
    }],
  ];
}

function cases({ ports }: AuthPeerSettings): PeerCase[] {
  return [
    ...common("Basic", ports.basic, (password) => basic("user", password)),
    [
      "Basic sends its credentials with the first request",
      () =>
        withClient({ auth: ["user", "pass"] }, async (client) => {
          const response = await client.get(at(ports.basic));
          assertEquals(statuses(response), [200]);
          assertEquals(echoOf(response).headers["authorization"], `Basic ${btoa("user:pass")}`);
        }),
    ],
    ...digestCases("Digest with MD5", ports.md5, "MD5"),
    ...digestCases("Digest with SHA-256", ports.sha256, "SHA-256"),
    ...digestCases("Digest with both offered", ports.both, "SHA-256"),
    [
      "Digest and Basic of one client do not meet",
      () =>
        withClient(
          { auth: digest("user", "pass"), baseUrl: at(ports.md5, "/"), allowAbsoluteUrls: true },
          async (client) => {
            assertEquals((await client.get("/echo")).status, 200);
            // The client's credentials are for its baseUrl alone.
            assertEquals((await client.get(at(ports.basic))).status, 401);
            const own = echoOf(await client.get(at(ports.basic), { auth: ["user", "pass"] }));
            assertEquals(own.headers["authorization"], `Basic ${btoa("user:pass")}`);
            assertEquals(statuses(await client.get("/echo")), [200]);
          },
        ),
    ],
  ];
}

await runPeerCases(lighttpd ? cases(lighttpd) : []);

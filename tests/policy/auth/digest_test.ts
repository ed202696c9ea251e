import { assert, assertEquals, assertThrows } from "@std/assert";
import type { AuthContext } from "../../../src/core/auth.ts";
import { BytesBody, OnceBody } from "../../../src/http/bodies/kinds.ts";
import { BytesReader } from "../../../src/http/bodies/readers.ts";
import type { Body } from "../../../src/http/body.ts";
import { HttpResponse } from "../../../src/http/response.ts";
import { HeaderList } from "../../../src/http/header_list.ts";
import { AttemptRecord } from "../../../src/http/record.ts";
import type { HttpRequest } from "../../../src/http/request.ts";
import { parseAuthParams } from "../../../src/policy/auth/challenge.ts";
import { digest, DigestAuth, isWorthAnswering } from "../../../src/policy/auth/digest.ts";
import { chooseDigest } from "../../../src/policy/auth/digest_challenge.ts";
import { authContext } from "../../support/auth_host.ts";
import { encode } from "../../support/bodies.ts";
import { requestOf } from "../../support/scripted_next.ts";
import { test } from "../../support/suite.ts";

const URL = "https://a.test/x?y";

/** One reply: a status, and the values of WWW-Authenticate or Authentication-Info. */
type Answer = readonly [status: number, field?: string];

function respond(request: HttpRequest, [status, field]: Answer): HttpResponse {
  const name = status === 401 ? "WWW-Authenticate" : "Authentication-Info";
  return new HttpResponse({
    status,
    reason: "",
    version: "1.1",
    headers: HeaderList.from(field === undefined ? [] : [[name, field]]),
    request,
    body: null,
    attempt: new AttemptRecord(1, "first", request, 0, 0),
    call: { attempts: [], history: [] },
  });
}

/** Runs one dialogue; gives the Authorization values that went out, taken apart, `null` for none. */
function converse(
  auth: DigestAuth,
  answers: readonly Answer[],
  request = requestOf("GET", URL),
  context: AuthContext = authContext(),
): (Record<string, string> | null)[] {
  const sent: (Record<string, string> | null)[] = [];
  const flow = auth.flow(request, context);
  let step = flow.next();
  for (const answer of answers) {
    if (step.done) break;
    const value = step.value.headers.get("authorization");
    sent.push(value === null ? null : Object.fromEntries(parseAuthParams(value.replace(/^Digest /, ""))));
    step = flow.next(respond(step.value, answer));
  }
  assert(step.done, "the scheme wants another request");
  return sent;
}

/** Random bytes that count. */
function counter(): (size: number) => Uint8Array {
  let n = 0;
  return (size) => new Uint8Array(size).fill(++n);
}

const digestAuth = (): DigestAuth => new DigestAuth("user", "pass", counter());
const CHALLENGE = 'Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256';
const part = (sent: (Record<string, string> | null)[], ...names: string[]): (string | undefined)[][] =>
  sent.map((one) => names.map((name) => one?.[name]));

test("digest() answers a challenge, and reuses its nonce with a count", () => {
  const auth = digestAuth();
  assertEquals(part(converse(auth, [[401, CHALLENGE], [200]]), "nonce", "nc"), [[undefined, undefined], [
    "n1",
    "00000001",
  ]]);
  assertEquals(part(converse(auth, [[200]]), "nonce", "nc", "uri"), [["n1", "00000002", "/x?y"]]);
  assertEquals(part(converse(auth, [[200]]), "nc"), [["00000003"]]);
});

test("digest() takes a fresh cnonce for each request, but one per nonce for a session", () => {
  const fresh = digestAuth();
  const cnonces = [...converse(fresh, [[401, CHALLENGE], [200]]), ...converse(fresh, [[200]])].slice(1);
  assertEquals(new Set(cnonces.map((one) => one!.cnonce)).size, 2);
  assertEquals(cnonces[0]!.cnonce!.length, 32);
  const session = digestAuth();
  const kept = [...converse(session, [[401, `${CHALLENGE}-sess`], [200]]), ...converse(session, [[200]])].slice(1);
  assertEquals(new Set(kept.map((one) => one!.cnonce)).size, 1);
});

test("digest() gives up when its credentials are refused", () => {
  const auth = digestAuth();
  const again = 'Digest realm="r", nonce="n2", qop="auth", algorithm=SHA-256';
  assertEquals(part(converse(auth, [[401, CHALLENGE], [401, again]]), "nonce"), [[undefined], ["n1"]]);
  assertEquals(part(converse(auth, [[200]]), "nonce"), [[undefined]]);
});

test("digest() takes a new nonce once when the one it answered with is stale", () => {
  const stale = (nonce: string): Answer => [401, `Digest realm="r", nonce="${nonce}", qop="auth", stale=true`];
  assertEquals(part(converse(digestAuth(), [[401, CHALLENGE], stale("n2"), [200]]), "nonce"), [[undefined], ["n1"], [
    "n2",
  ]]);
  assertEquals(part(converse(digestAuth(), [[401, CHALLENGE], stale("n2"), stale("n3")]), "nonce").length, 3);
});

test("digest() does not believe that the same nonce is stale", () => {
  const same: Answer = [401, `${CHALLENGE}, stale=true`];
  assertEquals(converse(digestAuth(), [[401, CHALLENGE], same]).length, 2);
});

test("digest() takes a new nonce in reply to one kept from before, called stale or not", () => {
  const auth = digestAuth();
  converse(auth, [[401, CHALLENGE], [200]]);
  const renewed = converse(auth, [[401, 'Digest realm="r", nonce="n2", qop="auth"'], [200]]);
  assertEquals(part(renewed, "nonce", "nc"), [["n1", "00000002"], ["n2", "00000001"]]);
});

test("digest() takes up the next nonce that a server names", () => {
  const auth = digestAuth();
  converse(auth, [[401, CHALLENGE], [200, 'nextnonce="n9", qop=auth']]);
  assertEquals(part(converse(auth, [[200]]), "nonce", "nc"), [["n9", "00000001"]]);
});

test("digest() shares the count when a server gives one nonce to requests at the same time", () => {
  const auth = digestAuth();
  const flows = [1, 2, 3].map(() => auth.flow(requestOf("GET", URL), authContext()));
  const requests = flows.map((flow) => flow.next().value as HttpRequest);
  const answered = flows.map((flow, index) =>
    flow.next(respond(requests[index]!, [401, CHALLENGE])).value as HttpRequest
  );
  const counts = answered.map(({ headers }) => parseAuthParams(headers.get("authorization")!.slice(7)).get("nc"));
  assertEquals(counts, ["00000001", "00000002", "00000003"]);
});

test("digest() remembers each origin and each proxy apart", () => {
  const auth = digestAuth();
  converse(auth, [[401, CHALLENGE], [200]]);
  for (const url of ["http://a.test/", "https://b.test/", "https://a.test:8443/"]) {
    assertEquals(converse(auth, [[200]], requestOf("GET", url)), [null], url);
  }
  assertEquals(converse(auth, [[200]], requestOf("GET", URL), authContext({ peer: "proxy http://p:1" })), [null]);
  assertEquals(part(converse(auth, [[200]]), "nc"), [["00000002"]]);
});

test("digest() remembers 100 peers, the one that joined first goes", () => {
  const auth = digestAuth();
  for (let n = 0; n <= 100; n++) converse(auth, [[401, CHALLENGE], [200]], requestOf("GET", `https://h${n}.test/`));
  assertEquals(converse(auth, [[200]], requestOf("GET", "https://h0.test/")), [null]);
  assertEquals(part(converse(auth, [[200]], requestOf("GET", "https://h1.test/")), "nc"), [["00000002"]]);
});

const connect = requestOf("CONNECT", "https://[2001:db8::1]/");

test("digest() names host and port as the target of CONNECT, or what it is told", () => {
  assertEquals(part(converse(digestAuth(), [[401, CHALLENGE], [200]], connect), "uri")[1], ["[2001:db8::1]:443"]);
  const plain = requestOf("CONNECT", "http://a.test/");
  assertEquals(part(converse(digestAuth(), [[401, CHALLENGE], [200]], plain), "uri")[1], ["a.test:80"]);
  const context = authContext({ target: "http://a.test/x" });
  assertEquals(part(converse(digestAuth(), [[401, CHALLENGE], [200]], requestOf("GET", URL), context), "uri")[1], [
    "http://a.test/x",
  ]);
});

const INT = 'Digest realm="r", nonce="n", qop="auth-int"';
const bytesBody = (text: string): Body => new BytesBody(encode(text), null, "bytes");

test("digest() covers a body in memory when the server asks for it", () => {
  const [, first] = converse(digestAuth(), [[401, INT], [200]], requestOf("POST", URL, {}, bytesBody("one")));
  const [, second] = converse(digestAuth(), [[401, INT], [200]], requestOf("POST", URL, {}, bytesBody("two")));
  const [, empty] = converse(digestAuth(), [[401, INT], [200]], requestOf("POST", URL));
  assertEquals([first!.qop, second!.qop, empty!.qop], ["auth-int", "auth-int", "auth-int"]);
  assertEquals(new Set([first!.response, second!.response, empty!.response]).size, 3);
});

test("digest() does not answer for a body that it cannot see", () => {
  const body = new OnceBody("a ReadableStream", () => new BytesReader(encode("x")));
  assertEquals(converse(digestAuth(), [[401, INT]], requestOf("POST", URL, {}, body)), [null]);
  assertEquals(converse(digestAuth(), [[401, CHALLENGE], [200]], requestOf("POST", URL, {}, body)).length, 2);
});

test("digest() leaves the challenge to the caller when it is not for it", () => {
  for (const field of ['Basic realm="x"', 'Digest realm="r", nonce="n", algorithm=X', "Digest", undefined]) {
    assertEquals(converse(digestAuth(), [field === undefined ? [401] : [401, field]]), [null]);
  }
});

test("digest() leaves a field alone that was written by hand", () => {
  const flow = digestAuth().flow(requestOf("GET", URL, { Authorization: "mine" }), authContext());
  const request = flow.next().value as HttpRequest;
  assertEquals(request.headers.get("authorization"), "mine");
  assertEquals(flow.next(respond(request, [401, CHALLENGE])).done, true);
});

test("digest() refuses a user or password with control characters", () => {
  assertThrows(() => digest("a\nb", "x"), TypeError, "control character");
});

test("digest() draws its nonces from the system", () => {
  const cnonceOf = (): string => {
    const auth = digest("a", "b") as DigestAuth;
    return converse(auth, [[401, CHALLENGE], [200]])[1]!.cnonce!;
  };
  const cnonces = new Set(Array.from({ length: 20 }, cnonceOf));
  assertEquals(cnonces.size, 20);
  assert([...cnonces].every((cnonce) => /^[0-9a-f]{32}$/.test(cnonce)));
});

test("digest() prints without secrets", () => {
  const auth = new DigestAuth("canary-user", "canary-pass", counter());
  converse(auth, [[401, CHALLENGE], [200]]);
  const inspect = (auth as unknown as Record<symbol, () => string>)[Symbol.for("Deno.customInspect")]!;
  const text = inspect.call(auth) + JSON.stringify(auth) + String(auth);
  assert(text.includes("Digest") && !text.includes("canary"), text);
});

const one = chooseDigest(['Digest realm="r", nonce="1"'])!;
const two = chooseDigest(['Digest realm="r", nonce="2"'])!;
const twoStale = { ...two, stale: true };

const WORTH: readonly (readonly [name: string, ...Parameters<typeof isWorthAnswering>, worth: boolean])[] = [
  ["a first challenge", one, undefined, false, true],
  ["a new nonce after one kept from before", two, one, false, true],
  ["a stale nonce after one kept from before", twoStale, one, false, true],
  ["the same nonce again", one, one, false, false],
  ["the same nonce, called stale", { ...one, stale: true }, one, true, false],
  ["a new nonce after an answer", two, one, true, false],
  ["a new nonce after an answer, called stale", twoStale, one, true, true],
];

for (const [name, challenge, sent, answered, worth] of WORTH) {
  test(`isWorthAnswering() says ${worth} for ${name}`, () => {
    assertEquals(isWorthAnswering(challenge, sent, answered), worth);
  });
}

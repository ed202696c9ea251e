import { assertEquals, assertStringIncludes } from "@std/assert";
import { type GuardInput, resolveGuard } from "../../src/client/guard_options.ts";
import { type GuardPeer, judgeAddress, judgeHost, judgeSocket, trustsHost } from "../../src/engine/guard.ts";
import { RequestUrl } from "../../src/http/request_url.ts";
import { test } from "../support/suite.ts";

function peer(host: string, change: Partial<GuardPeer> = {}): GuardPeer {
  return { host, port: 80, role: "origin", ...change };
}

/** Addresses that a resolver may answer with, and URLs that name one, which lead to an inner machine. */
const BYPASSES: readonly string[] = [
  // This machine, in every form that a URL parser makes an address of
  "http://127.0.0.1/",
  "http://127.1/",
  "http://127.0.1/",
  "http://127.127.127.127/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0x7f.0.0.1/",
  "http://0x7f.1/",
  "http://017700000001/",
  "http://0177.0.0.1/",
  "http://0177.0.0.01/",
  "http://127.0.0.1./",
  "http://\uff11\uff12\uff17.0.0.1/",
  "http://127\u30020\u30020\u30021/",
  "http://%31%32%37.0.0.1/",
  "http://①②⑦.⓪.⓪.①/",
  "http://user@127.0.0.1/",
  "http://example.com@127.0.0.1/",
  "http://127.0.0.1:80#@example.com/",
  "http://127.0.0.1\\@example.com/",
  "http://0/",
  "http://0.0.0.0/",
  "http://0x0/",
  "http://00000/",
  "http://0.1.2.3/",
  "http://[::]/",
  "http://[::1]/",
  "http://[0:0:0:0:0:0:0:1]/",
  "http://[0000::0001]/",
  // IPv4 inside of IPv6
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://[0:0:0:0:0:ffff:7f00:0001]/",
  "http://[::FFFF:127.0.0.1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://[::ffff:a9fe:a9fe]/",
  "http://[::ffff:0.0.0.0]/",
  "http://[::127.0.0.1]/",
  "http://[::7f00:1]/",
  "http://[::10.0.0.1]/",
  "http://[::ffff:0:127.0.0.1]/",
  "http://[::ffff:0:7f00:1]/",
  "http://[64:ff9b::127.0.0.1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[64:ff9b::a9fe:a9fe]/",
  "http://[64:ff9b::10.0.0.1]/",
  "http://[64:ff9b:1::127.0.0.1]/",
  "http://[64:ff9b:1:abcd::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://[2002:a00:1::1]/",
  "http://[2002:a9fe:a9fe::1]/",
  "http://[2002:808:808::1]/",
  "http://[2001:0:7f00:1::]/",
  "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
  "http://[2606:4700::5efe:127.0.0.1]/",
  "http://[fe80::5efe:10.0.0.1]/",
  "http://[fe80::200:5efe:a00:1]/",
  // Inner networks
  "http://10.0.0.1/",
  "http://10.1/",
  "http://167772161/",
  "http://0xa000001/",
  "http://012.0.0.1/",
  "http://172.16.0.1/",
  "http://172.31.255.254/",
  "http://192.168.0.1/",
  "http://192.168.257/",
  "http://3232235521/",
  "http://0xc0.0xa8.0.1/",
  "http://100.64.0.1/",
  "http://100.127.255.254/",
  "http://198.18.0.1/",
  "http://192.0.0.8/",
  "http://192.0.2.1/",
  "http://198.51.100.7/",
  "http://203.0.113.9/",
  "http://[fc00::1]/",
  "http://[fd12:3456:789a::1]/",
  "http://[fec0::1]/",
  "http://[fe80::1]/",
  "http://[2001:db8::1]/",
  "http://[3fff::1]/",
  "http://[100::1]/",
  "http://[5f00::1]/",
  // Where clouds tell secrets
  "http://169.254.169.254/latest/meta-data/",
  "http://2852039166/",
  "http://0xa9fea9fe/",
  "http://0251.0376.0251.0376/",
  "http://169.254.43518/",
  "http://169.254.170.2/v2/credentials",
  "http://169.254.170.23/",
  "http://100.100.100.200/",
  "http://192.0.0.192/",
  "http://168.63.129.16/",
  "http://[fd00:ec2::254]/",
  "http://[fd00:ec2::23]/",
  "http://[fd20:ce::254]/",
  // Many at once
  "http://224.0.0.1/",
  "http://239.255.255.250/",
  "http://255.255.255.255/",
  "http://240.0.0.1/",
  "http://[ff02::1]/",
  "http://[ff0e::1]/",
];

test("judgeAddress() refuses each way around public that a URL can be written in", () => {
  const guard = resolveGuard("public")!;
  const passed = BYPASSES.filter((url) => {
    const { hostname } = new RequestUrl(url);
    return judgeAddress(guard, peer(hostname), hostname)?.code !== "GUARD_ADDRESS";
  });
  assertEquals(passed, []);
  assertEquals(new Set(BYPASSES).size >= 100, true);
});

test('judgeAddress() refuses under "public" what a resolver says and no URL can', () => {
  const guard = resolveGuard("public")!;
  for (
    const address of [
      "fe80::1%eth0",
      "::1%lo",
      "127.0.0.1%lo",
      "",
      "127.1",
      "0177.0.0.1",
      "example.com",
      "1.2.3.4.5",
      "::ffff:1.2.3",
    ]
  ) {
    assertEquals([address, judgeAddress(guard, peer("evil.test"), address)?.code], [address, "GUARD_ADDRESS"]);
  }
});

test('judgeAddress() lets under "public" what the internet reaches', () => {
  const guard = resolveGuard("public")!;
  for (
    const address of ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "172.32.0.1"]
  ) {
    assertEquals([address, judgeAddress(guard, peer("a.test"), address)], [address, undefined]);
  }
});

/** Guard, host, address, and the code of the refusal. */
const RULES: readonly (readonly [guard: GuardInput, host: string, address: string, code: string | undefined])[] = [
  [{ base: "any" }, "a.test", "127.0.0.1", undefined],
  [{ base: "none" }, "a.test", "8.8.8.8", "GUARD_ADDRESS"],
  [{ base: "none", allow: ["8.8.8.0/24"] }, "a.test", "8.8.8.8", undefined],
  [{ base: "none", allow: ["a.test"] }, "a.test", "10.0.0.1", undefined],
  [{ base: "none", allow: ["a.test"] }, "b.a.test", "10.0.0.1", "GUARD_ADDRESS"],
  [{ base: "none", allow: [".a.test"] }, "b.a.test", "10.0.0.1", undefined],
  [{ base: "none", allow: ["*.a.test"] }, "a.test", "10.0.0.1", "GUARD_ADDRESS"],
  [{ base: "none", allow: ["A.test."] }, "a.test", "10.0.0.1", undefined],
  [{ base: "none", allow: ["a.test:443"] }, "a.test", "10.0.0.1", "GUARD_ADDRESS"],
  [{ base: "none", allow: ["10.0.0.1:80"] }, "a.test", "10.0.0.1", undefined],
  [{ allow: ["10.0.0.0/8"] }, "a.test", "10.2.3.4", undefined],
  [{ allow: ["10.0.0.0/8"] }, "a.test", "::ffff:10.2.3.4", undefined],
  // A translator may lead elsewhere than the address that it is made of.
  [{ allow: ["10.0.0.0/8"] }, "a.test", "64:ff9b::10.2.3.4", "GUARD_ADDRESS"],
  [{ allow: ["10.0.0.0/8"] }, "a.test", "192.168.0.1", "GUARD_ADDRESS"],
  [{ allow: ["10.0.0.0/8"], deny: ["10.0.0.0/24"] }, "a.test", "10.0.0.9", "GUARD_ADDRESS"],
  [{ allow: ["a.test"], deny: ["169.254.169.254"] }, "a.test", "169.254.169.254", "GUARD_ADDRESS"],
  [{ base: "any", deny: ["10.0.0.0/8"] }, "a.test", "::ffff:10.0.0.1", "GUARD_ADDRESS"],
  [{ base: "any", deny: ["10.0.0.0/8"] }, "a.test", "64:ff9b::a00:1", "GUARD_ADDRESS"],
  [{ base: "any", deny: ["10.0.0.0/8"] }, "a.test", "2002:a00:1::", "GUARD_ADDRESS"],
  [{ base: "any", deny: ["10.0.0.0/8"] }, "a.test", "2001:0:808:808::f5ff:fffe", "GUARD_ADDRESS"],
  [{ base: "any", deny: ["fe80::/10"] }, "a.test", "fe80::1%eth0", "GUARD_ADDRESS"],
  [{ base: "any" }, "a.test", "nonsense", "GUARD_ADDRESS"],
  [() => true, "a.test", "127.0.0.1", undefined],
  [() => false, "a.test", "8.8.8.8", "GUARD_FUNCTION"],
  [({ range }) => range === "public", "a.test", "127.0.0.1", "GUARD_FUNCTION"],
  [
    ({ host, address, port, role }) => `${host} ${address} ${port} ${role}` === "a.test 8.8.8.8 80 origin",
    "a.test",
    "8.8.8.8",
    undefined,
  ],
  [{ check: () => true }, "a.test", "10.0.0.1", "GUARD_ADDRESS"],
  [{ check: () => false }, "a.test", "8.8.8.8", "GUARD_FUNCTION"],
  [(() => Promise.resolve(true)) as never, "a.test", "8.8.8.8", "GUARD_FUNCTION"],
  [(() => Promise.reject(new Error("late"))) as never, "a.test", "8.8.8.8", "GUARD_FUNCTION"],
  [(() => 1) as never, "a.test", "8.8.8.8", "GUARD_FUNCTION"],
  [
    () => {
      throw new Error("no");
    },
    "a.test",
    "8.8.8.8",
    "GUARD_FUNCTION",
  ],
];

for (const [index, [guard, host, address, code]] of RULES.entries()) {
  const shown = typeof guard === "function" ? "a function" : JSON.stringify(guard);
  test(`judgeAddress() ${index}: ${shown} ${code ?? "lets"} ${host} ${address}`, () => {
    assertEquals(judgeAddress(resolveGuard(guard)!, peer(host), address)?.code, code);
  });
}

test("judgeAddress() keeps what a function threw", () => {
  const thrown = new Error("no");
  const refusal = judgeAddress(
    resolveGuard(() => {
      throw thrown;
    })!,
    peer("a.test"),
    "8.8.8.8",
  )!;
  assertEquals(refusal.cause, thrown);
  assertStringIncludes(refusal.why, "threw");
});

test("judgeAddress() exempts a proxy of guard.proxies as a proxy alone", () => {
  const guard = resolveGuard({ proxies: ["10.0.0.5:3128", "proxy.test"] })!;
  const rows: readonly (readonly [GuardPeer, string, boolean])[] = [
    [peer("10.0.0.5", { port: 3128, role: "proxy" }), "10.0.0.5", true],
    [peer("10.0.0.5", { port: 80, role: "proxy" }), "10.0.0.5", false],
    [peer("10.0.0.5", { port: 3128 }), "10.0.0.5", false],
    [peer("proxy.test", { role: "proxy" }), "10.9.9.9", true],
    [peer("proxy.test"), "10.9.9.9", false],
  ];
  for (const [who, address, passes] of rows) assertEquals(judgeAddress(guard, who, address) === undefined, passes);
});

test("judgeHost() refuses by name before anything is resolved", () => {
  const rows: readonly (readonly [GuardInput, GuardPeer, boolean])[] = [
    [{ hosts: ["api.test"] }, peer("api.test"), true],
    [{ hosts: ["api.test"] }, peer("api.test."), true],
    [{ hosts: ["api.test"] }, peer("x.api.test"), false],
    [{ hosts: ["api.test:443"] }, peer("api.test"), false],
    [{ hosts: ["8.8.8.8"] }, peer("8.8.8.8"), true],
    [{ hosts: ["api.test"] }, peer("proxy.test", { role: "proxy" }), true],
    [{ hosts: [] }, peer("api.test"), false],
    [{ deny: [".evil.test"] }, peer("a.evil.test"), false],
    [{ deny: [".evil.test"] }, peer("evil.test"), false],
    [{ deny: ["evil.test"] }, peer("EVIL.test".toLowerCase()), false],
    [{ deny: ["evil.test"], allow: ["evil.test"] }, peer("evil.test"), false],
    ["public", peer("anything.test"), true],
  ];
  for (const [guard, who, passes] of rows) {
    assertEquals([who.host, judgeHost(resolveGuard(guard)!, who) === undefined], [who.host, passes]);
  }
});

test("trustsHost() is true only where no address could be refused", () => {
  const rows: readonly (readonly [GuardInput, boolean])[] = [
    ["public", false],
    [{ allow: ["a.test"] }, true],
    [{ allow: ["a.test"], deny: ["169.254.169.254"] }, false],
    [{ allow: ["a.test"], deny: ["b.test"] }, true],
    [{ allow: ["a.test"], check: () => true }, false],
    [{ base: "any" }, true],
    [{ base: "any", deny: ["10.0.0.0/8"] }, false],
    [{ hosts: ["a.test"] }, false],
    [() => true, false],
  ];
  for (const [guard, trusted] of rows) assertEquals(trustsHost(resolveGuard(guard)!, peer("a.test")), trusted);
});

test("judgeSocket() lets what is listed", () => {
  const guard = resolveGuard({ sockets: ["/run/a.sock"] })!;
  assertEquals(judgeSocket(guard, "/run/a.sock"), undefined);
  assertEquals(judgeSocket(guard, "/run/b.sock")?.code, "GUARD_SOCKET");
  assertEquals(judgeSocket(resolveGuard(() => true)!, "/run/a.sock")?.code, "GUARD_SOCKET");
});

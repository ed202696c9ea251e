/** The name server beside the server that the behaviour tests talk to. */

/** How often each name was asked for. */
export const asked = new Map();

/**
 * A name server for IPv4 addresses. What it answers stands in the labels of the name:
 * `ip-127-0-0-1`, `ttl-5` (seconds), `nx` (no such name), `once` (the first time only, then a
 * failure), `silent` (no answer), `late` (no answer the first time).
 */
export function answerDns(query) {
  const labels = [];
  let at = 12;
  while (query[at] !== 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + query[at]).toLowerCase());
    at += 1 + query[at];
  }
  const question = query.subarray(12, at + 5);
  const isAddress = query.readUInt16BE(at + 1) === 1;
  const name = labels.join(".");
  const turn = asked.get(name) ?? 0;
  if (isAddress) asked.set(name, turn + 1);
  if (labels.includes("silent") || (labels.includes("late") && turn === 0)) return undefined;
  const code = labels.includes("nx") ? 3 : labels.includes("once") && turn > 0 ? 2 : 0;
  const find = (prefix) => labels.find((label) => label.startsWith(prefix))?.slice(prefix.length);
  const address = find("ip-");
  const answers = code === 0 && isAddress && address ? 1 : 0;
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers, 6);
  const answer = Buffer.alloc(answers * 16);
  if (answers > 0) {
    answer.writeUInt32BE(0xc00c0001, 0);
    answer.writeUInt16BE(1, 4);
    answer.writeUInt32BE(Number(find("ttl-") ?? 60), 6);
    answer.writeUInt16BE(4, 10);
    Buffer.from(address.split("-").map(Number)).copy(answer, 12);
  }
  return Buffer.concat([head, question, answer]);
}

/**
 * Owns the rule `no-url-credentials`: a user or a password in the address of a request.
 * Must not know how a call is read.
 */

import type { Node, Rule } from "../ast.ts";
import { keyName, unwrap } from "../ast.ts";
import { STEPS } from "../clients.ts";
import { fileRule } from "../linted_file.ts";
import { type RequestCall, requestsIn } from "../requests.ts";
import type { Scopes } from "../scopes.ts";

/** Stands for what only the run knows; it occurs in no address. */
const HOLE = "\0";

const USER_INFO = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\\]*@/i;

/** Decides whether an address, with holes for what is not known, has user information (RFC 3986 section 3.2.1). */
export function hasUserInfo(address: string): boolean {
  return USER_INFO.test(address.trim());
}

/** The text of an address as far as it is written, or null. */
function addressText(expression: Node, scopes: Scopes, steps: number = STEPS): string | null {
  const node = unwrap(expression);
  if (steps === 0) return null;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type === "TemplateLiteral") return node.quasis.map(({ cooked }) => cooked).join(HOLE);
  if (node.type === "BinaryExpression" && node.operator === "+") {
    return (addressText(node.left, scopes, steps - 1) ?? HOLE) + (addressText(node.right, scopes, steps - 1) ?? HOLE);
  }
  if (node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name === "URL") {
    const [first] = node.arguments;
    return first === undefined ? null : addressText(first, scopes, steps - 1);
  }
  if (node.type !== "Identifier") return null;
  const origin = scopes.resolve(node)?.origin;
  return origin?.kind === "value" && origin.property === null ? addressText(origin.init, scopes, steps - 1) : null;
}

const ADDRESS_KEYS: ReadonlySet<string> = new Set(["url", "baseURL", "baseUrl", "prefixUrl", "prefix"]);

/** Every expression of a call that is an address. */
function addressesOf(call: RequestCall): Node[] {
  const given = call.node.arguments.flatMap((each) => {
    const node = unwrap(each);
    if (node.type !== "ObjectExpression") return [];
    return node.properties.flatMap((property) =>
      property.type === "Property" && ADDRESS_KEYS.has(keyName(property) ?? "") ? [property.value] : []
    );
  });
  return call.address === null ? given : [call.address, ...given];
}

/** Flags addresses of requests that carry credentials. */
export const noUrlCredentials: Rule = fileRule((file, context) => {
  for (const call of requestsIn(file)) {
    const address = addressesOf(call).find((each) => hasUserInfo(addressText(each, file.scopes) ?? ""));
    if (address === undefined) continue;
    context.report({
      node: address,
      message: "Credentials in an address end up in logs, errors and the history of proxies",
      hint: "Send them as a header. With Jetstream they are masked wherever they could show: " +
        'await get(url, { auth: ["user", "password"] })',
    });
  }
});

/**
 * Owns the rule `no-unverified-tls`: a connection that takes any certificate.
 * Must not know whose option it is: the names are the same wherever Node's TLS is below.
 */

import { keyName, memberName, type Node, parentOf, type Property, type Rule, textOf, unwrap } from "../ast.ts";
import { type Fact, factOf, isNothing, optionsOf } from "../facts.ts";
import { fileRule } from "../linted_file.ts";

/** Variable of Node and Bun that switches verification off for the whole process. */
const VARIABLE = "NODE_TLS_REJECT_UNAUTHORIZED";

/** Decides whether a setting of this name and value switches verification off; `within` is the key around it. */
export function switchesOff(name: string, value: Fact, within: string | null): boolean {
  const literal = value.kind === "literal" ? value.value : undefined;
  switch (name) {
    case VARIABLE:
      return literal === "0" || literal === 0;
    case "rejectUnauthorized":
    case "strictSSL":
      return literal === false;
    case "verify":
      return within === "tls" && literal === false;
    case "checkServerIdentity":
      // No error returned is a name that fits, whatever it is.
      return value.kind === "function" && isNothing(value.returns);
    default:
      return false;
  }
}

/** The key that the object with this property is the value of. */
function keyAround(property: Property): string | null {
  const owner = parentOf(parentOf(property) ?? property);
  return owner?.type === "Property" ? keyName(owner) : null;
}

/** Whether the object with this property belongs to a server that asks its callers for certificates and takes none too. */
function isOfServer(property: Property): boolean {
  const owner = parentOf(property);
  return owner !== undefined && optionsOf(owner).entries.has("requestCert");
}

/** Flags settings that switch the verification of certificates off. */
export const noUnverifiedTls: Rule = fileRule((file, context) => {
  const judge = (node: Node, name: string | null, value: Node, within: string | null): void => {
    if (name === null || !switchesOff(name, factOf(value), within)) return;
    context.report({
      node,
      message: `Anybody on the way can read and change what is sent: ${name} switches verification off`,
      hint: "Trust the certificate that is missing instead. With Jetstream: " +
        "new Client({ tls: { extraCa: file } }), or tls: { pins } for one known server",
    });
  };
  for (const property of file.properties) {
    if (property.kind !== "init" || isOfServer(property)) continue;
    judge(property, keyName(property), property.value, keyAround(property));
  }
  for (const { target, value } of file.assignments) {
    const object = unwrap(target.object);
    judge(target, memberName(target), value, object.type === "MemberExpression" ? memberName(object) : null);
  }
  for (const call of file.calls) {
    const [name, value] = call.arguments;
    if (name !== undefined && value !== undefined && textOf(name) === VARIABLE) judge(call, VARIABLE, value, null);
  }
});

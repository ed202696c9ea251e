/**
 * Owns the printed form of the public surface: one line per symbol and member, without its docs.
 * Must not know what the surface ought to be; `api.txt` does. `deno task api` writes that file anew.
 */

import { writeFileSync } from "node:fs";
import { readJson, ROOT, runDeno } from "../support/project.ts";

/** What is printed of the surface. */
export interface Api {
  /** The surface, line by line. */
  readonly text: string;
  /** Where a type is `any`. */
  readonly anys: readonly string[];
}

/** A node of the JSON that `deno doc` prints; read as it comes, so that nothing is lost silently. */
type Node = { readonly [name: string]: Value };
type Value = string | number | boolean | null | undefined | Node | readonly Value[];

function node(value: Value): Node {
  return (value ?? {}) as Node;
}

function list(value: Value): readonly Node[] {
  return (value ?? []) as readonly Node[];
}

function joined(value: Value, separator: string): string {
  return list(value).map(type).join(separator);
}

function members(literal: Node): string {
  const parts = [
    ...list(literal["constructors"]).map((each) => `new ${signature(each)}`),
    ...list(literal["callSignatures"]).map((each) => signature(each)),
    ...list(literal["indexSignatures"]).map(indexSignature),
    ...list(literal["properties"]).map(property),
    ...list(literal["methods"]).map(method),
  ];
  return parts.length === 0 ? "{}" : `{ ${parts.join("; ")} }`;
}

/** A type as text. */
export function type(value: Node | undefined): string {
  if (!value || Object.keys(value).length === 0) return "(inferred)";
  const inner = node(value["value"]);
  switch (value["kind"]) {
    case "keyword":
      return String(value["value"]);
    case "this":
      return "this";
    case "literal":
      return literal(inner);
    case "typeRef":
      return `${inner["typeName"]}${inner["typeParams"] ? `<${joined(inner["typeParams"], ", ")}>` : ""}`;
    case "union":
      return joined(value["value"], " | ");
    case "intersection":
      return joined(value["value"], " & ");
    case "array":
      return `${wrapped(inner)}[]`;
    case "tuple":
      return `[${joined(value["value"], ", ")}]`;
    case "typeOperator":
      return `${inner["operator"]} ${type(node(inner["tsType"]))}`;
    case "parenthesized":
      return `(${type(inner)})`;
    case "rest":
      return `...${type(inner)}`;
    case "optional":
      return `${type(inner)}?`;
    case "typeQuery":
      return `typeof ${value["value"]}`;
    case "fnOrConstructor":
      return `${inner["constructor"] === true ? "new " : ""}${
        signature({ ...inner, returnType: inner["tsType"] }, " => ")
      }`;
    case "conditional":
      return `${type(node(inner["checkType"]))} extends ${type(node(inner["extendsType"]))} ? ${
        type(node(inner["trueType"]))
      } : ${type(node(inner["falseType"]))}`;
    case "infer":
      return `infer ${node(inner["typeParam"])["name"]}`;
    case "indexedAccess":
      return `${type(node(inner["objType"]))}[${type(node(inner["indexType"]))}]`;
    case "mapped":
      return `{ [${typeParam(node(inner["typeParam"]), " in ")}]${inner["optional"] ? "?" : ""}: ${
        type(node(inner["tsType"]))
      } }`;
    case "typeLiteral":
      return members(inner);
    case "typePredicate":
      return `${inner["asserts"] ? "asserts " : ""}${node(inner["param"])["name"] ?? "this"} is ${
        type(node(inner["type"]))
      }`;
    case "importType":
      return `import(${JSON.stringify(inner["specifier"])}).${inner["qualifier"] ?? ""}`;
    default:
      throw new Error(`Cannot print a type of the kind ${value["kind"]}: ${JSON.stringify(value)}`);
  }
}

function wrapped(value: Node): string {
  return ["union", "intersection", "typeOperator", "fnOrConstructor"].includes(String(value["kind"]))
    ? `(${type(value)})`
    : type(value);
}

function literal(value: Node): string {
  if (value["kind"] === "string") return JSON.stringify(value["string"]);
  if (value["kind"] === "number") return String(value["number"]);
  if (value["kind"] === "boolean") return String(value["boolean"]);
  if (value["kind"] === "bigInt") return `${value["string"]}n`;
  if (value["kind"] === "template") {
    return `\`${
      list(value["tsTypes"]).map((part) =>
        part["kind"] === "literal" && node(part["value"])["kind"] === "string"
          ? node(part["value"])["string"]
          : `\${${type(part)}}`
      ).join("")
    }\``;
  }
  throw new Error(`Cannot print the literal ${JSON.stringify(value)}`);
}

function typeParam(value: Node, link = " extends "): string {
  const constraint = value["constraint"] ? `${link}${type(node(value["constraint"]))}` : "";
  return `${value["name"]}${constraint}${value["default"] ? ` = ${type(node(value["default"]))}` : ""}`;
}

function typeParams(value: Value): string {
  const params = list(value);
  return params.length === 0 ? "" : `<${params.map((each) => typeParam(each)).join(", ")}>`;
}

function param(value: Node): string {
  const annotation = value["tsType"] ? `: ${type(node(value["tsType"]))}` : "";
  switch (value["kind"]) {
    case "identifier":
      return `${value["name"]}${value["optional"] ? "?" : ""}${annotation}`;
    case "assign": {
      const left = param(node(value["left"]));
      const colon = left.indexOf(":");
      return colon < 0 ? `${left}?` : `${left.slice(0, colon)}?${left.slice(colon)}`;
    }
    case "rest":
      return `...${param(node(value["arg"]))}${annotation}`;
    case "array":
    case "object":
      return `{}${value["optional"] ? "?" : ""}${annotation}`;
    default:
      throw new Error(`Cannot print a parameter of the kind ${value["kind"]}`);
  }
}

function signature(value: Node, link = ": "): string {
  const result = value["returnType"] ?? value["tsType"];
  return `${typeParams(value["typeParams"])}(${list(value["params"]).map(param).join(", ")})${
    result ? `${link}${type(node(result))}` : ""
  }`;
}

function property(value: Node): string {
  return `${value["readonly"] ? "readonly " : ""}${value["name"]}${value["optional"] ? "?" : ""}: ${
    type(node(value["tsType"]))
  }`;
}

function method(value: Node): string {
  const kind = value["kind"] === "getter" ? "get " : value["kind"] === "setter" ? "set " : "";
  const body = node(value["functionDef"] ?? value as Value);
  return `${kind}${value["name"]}${value["optional"] ? "?" : ""}${signature(body)}`;
}

function indexSignature(value: Node): string {
  return `${value["readonly"] ? "readonly " : ""}[${list(value["params"]).map(param).join(", ")}]: ${
    type(node(value["tsType"]))
  }`;
}

function heritage(def: Node): string {
  const superType = def["superTypeParams"] && list(def["superTypeParams"]).length > 0
    ? `<${joined(def["superTypeParams"], ", ")}>`
    : "";
  const parent = typeof def["extends"] === "string" ? ` extends ${def["extends"]}${superType}` : "";
  const parents = Array.isArray(def["extends"]) && def["extends"].length > 0
    ? ` extends ${joined(def["extends"], ", ")}`
    : "";
  const contracts = list(def["implements"]).length > 0 ? ` implements ${joined(def["implements"], ", ")}` : "";
  return parent + parents + contracts;
}

function isVisible(member: Node): boolean {
  const tags = list(node(member["jsDoc"])["tags"]);
  return member["accessibility"] !== "private" && !String(member["name"]).startsWith("#") &&
    !tags.some((tag) => tag["kind"] === "internal" || tag["value"] === "@internal");
}

/** Without the bodies behind overloads: nobody can call these. */
function callable(declarations: readonly Node[]): readonly Node[] {
  const hasBody = (each: Node): boolean =>
    (node(each["functionDef"] ?? each["def"])["hasBody"] ?? each["hasBody"]) === true;
  return declarations.filter((each) =>
    !hasBody(each) ||
    !declarations.some((other) =>
      other["name"] === each["name"] && other["kind"] === each["kind"] && other["isStatic"] === each["isStatic"] &&
      !hasBody(other) && other["isAbstract"] !== true
    )
  );
}

/** The lines of one symbol. */
function symbolLines(name: string, declaration: Node): string[] {
  const def = node(declaration["def"]);
  switch (declaration["kind"]) {
    case "class": {
      const prefix = (member: Node): string => member["isStatic"] ? "static " : "";
      return [
        `${def["isAbstract"] ? "abstract " : ""}class ${name}${typeParams(def["typeParams"])}${heritage(def)}`,
        ...callable(list(def["constructors"])).filter(isVisible).map((each) => `  constructor${signature(each)}`),
        ...list(def["indexSignatures"]).map((each) => `  ${indexSignature(each)}`),
        ...list(def["properties"]).filter(isVisible).map((each) => `  ${prefix(each)}${property(each)}`),
        ...callable(list(def["methods"])).filter(isVisible).map((each) => `  ${prefix(each)}${method(each)}`),
      ];
    }
    case "interface":
      return [
        `interface ${name}${typeParams(def["typeParams"])}${heritage(def)}`,
        ...list(def["callSignatures"]).map((each) => `  ${signature(each)}`),
        ...list(def["indexSignatures"]).map((each) => `  ${indexSignature(each)}`),
        ...list(def["properties"]).filter(isVisible).map((each) => `  ${property(each)}`),
        ...list(def["methods"]).filter(isVisible).map((each) => `  ${method(each)}`),
      ];
    case "typeAlias":
      return [`type ${name}${typeParams(def["typeParams"])} = ${type(node(def["tsType"]))}`];
    case "function":
      return [`function ${name}${signature(def)}`];
    case "variable":
      return [`${def["kind"]} ${name}: ${type(node(def["tsType"]))}`];
    case "reference":
      return [`reference ${name}`];
    case "moduleDoc":
      return [];
    default:
      throw new Error(`Cannot print a symbol of the kind ${declaration["kind"]}: ${name}`);
  }
}

/** Finds the keyword `any` below `value`. */
function hasAny(value: Value): boolean {
  if (Array.isArray(value)) return value.some(hasAny);
  if (typeof value !== "object" || value === null) return false;
  const here = value as Node;
  return (here["kind"] === "keyword" && here["value"] === "any") || Object.values(here).some(hasAny);
}

/** Prints the JSON that `deno doc` made of one entry point. */
export function printApi(name: string, json: string): Api {
  const nodes = node((JSON.parse(json) as Node)["nodes"]);
  const lines: string[] = [];
  const anys: string[] = [];
  const symbols = Object.values(nodes).flatMap((file) => list(node(file)["symbols"]));
  symbols.sort((a, b) => String(a["name"]) < String(b["name"]) ? -1 : 1);
  for (const symbol of symbols) {
    for (const declaration of callable(list(symbol["declarations"]))) {
      if (declaration["declarationKind"] !== "export") continue;
      lines.push(...symbolLines(String(symbol["name"]), declaration));
      if (hasAny(declaration["def"])) anys.push(`${name}: ${symbol["name"]}`);
    }
  }
  return { text: `# ${name}\n\n${lines.join("\n")}\n`, anys };
}

/** Prints the surface of every entry point of the library. */
export function readApi(): Api {
  const exports = readJson("deno.json")["exports"] as Record<string, string>;
  const parts = Object.entries(exports).map(([name, path]) => printApi(name, runDeno(["doc", "--json", path])));
  return { text: parts.map(({ text }) => text).join("\n"), anys: parts.flatMap(({ anys }) => anys) };
}

/** Where the surface is written down. */
export const SNAPSHOT = "tests/meta/api.txt";

if (import.meta.main) writeFileSync(ROOT + SNAPSHOT, readApi().text);

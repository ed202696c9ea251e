import { assertEquals } from "@std/assert";
import { Bag } from "../../src/base/bag.ts";
import { test } from "../support/suite.ts";

interface Member {
  readonly name: string;
  place: number;
}

function members(names: string): Member[] {
  return [...names].map((name) => ({ name, place: -1 }));
}

function namesOf(bag: Bag<Member>): string {
  return bag.all().map(({ name }) => name).sort().join("");
}

test("Bag lets any member go, and takes it in again", () => {
  const bag = new Bag<Member>();
  const [a, b, c] = members("abc") as [Member, Member, Member];
  for (const member of [a, b, c]) bag.add(member);
  assertEquals([bag.delete(a), bag.delete(a), namesOf(bag), bag.size], [true, false, "bc", 2]);
  assertEquals([bag.delete(b), bag.delete(c), namesOf(bag), bag.size], [true, true, "", 0]);
  bag.add(b);
  assertEquals([namesOf(bag), a.place, b.place], ["b", -1, 0]);
});

test("Bag.delete() does not take a member of another bag for its own", () => {
  const [one, other] = [new Bag<Member>(), new Bag<Member>()];
  const [a, b] = members("ab") as [Member, Member];
  one.add(a);
  other.add(b);
  assertEquals([one.delete(b), other.delete(a), namesOf(one), namesOf(other)], [false, false, "a", "b"]);
});

test("Bag.all() stays as it is while members go", () => {
  const bag = new Bag<Member>();
  for (const member of members("abcd")) bag.add(member);
  for (const member of bag.all()) bag.delete(member);
  assertEquals(bag.size, 0);
});

import { assertEquals } from "@std/assert";
import { Link, LinkedList } from "../../src/base/linked_list.ts";
import { test } from "../support/suite.ts";

const before = (a: number, b: number): boolean => a < b;

test("LinkedList keeps its members in order at both ends", () => {
  const list = new LinkedList<number>();
  for (const item of [2, 3]) list.addLast(new Link(item));
  list.addFirst(new Link(1));
  assertEquals([...list], [1, 2, 3]);
  assertEquals([list.first, list.last, list.size], [1, 3, 3]);
});

test("LinkedList.remove() takes any member out and nothing from another list", () => {
  const list = new LinkedList<number>();
  const links = [1, 2, 3, 4].map((item) => new Link(item));
  for (const link of links) list.addLast(link);
  list.remove(links[1]!);
  list.remove(links[1]!);
  new LinkedList<number>().remove(links[2]!);
  assertEquals([...list], [1, 3, 4]);
  list.remove(links[3]!);
  list.remove(links[0]!);
  assertEquals([list.first, list.last, list.size], [3, 3, 1]);
  assertEquals(links.map((link) => link.linked), [false, false, true, false]);
  list.remove(links[2]!);
  assertEquals([...list, list.first], [undefined]);
});

test("LinkedList.addFromBack() and addFromFront() find the place by order", () => {
  for (const how of ["addFromBack", "addFromFront"] as const) {
    const list = new LinkedList<number>();
    for (const item of [5, 1, 3, 4, 2]) list[how](new Link(item), before);
    assertEquals([...list], [1, 2, 3, 4, 5]);
  }
});

test("LinkedList puts equals behind those that are there", () => {
  const isBefore = (a: string, b: string): boolean => a[0]! < b[0]!;
  const list = new LinkedList<string>();
  for (const item of ["a1", "b1", "a2"]) list.addFromBack(new Link(item), isBefore);
  assertEquals([...list], ["a1", "a2", "b1"]);
});

test("LinkedList may be changed at the member just yielded while it is walked", () => {
  const list = new LinkedList<Link<number>>();
  const places = [1, 2, 3].map((item) => new Link<Link<number>>(new Link(item)));
  for (const place of places) list.addLast(place);
  const seen: number[] = [];
  for (const item of list) {
    seen.push(item.item);
    list.remove(places[item.item - 1]!);
  }
  assertEquals(seen, [1, 2, 3]);
  assertEquals(list.size, 0);
});

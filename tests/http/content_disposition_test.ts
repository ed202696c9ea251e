import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { formatContentDisposition, parseContentDisposition, safeFileName } from "../../src/http/content_disposition.ts";
import { test } from "../support/suite.ts";

const READS: readonly [value: string, type: string | undefined, filename?: string][] = [
  ["attachment", "attachment"],
  ["INLINE", "inline"],
  ['attachment; filename="a b.txt"', "attachment", "a b.txt"],
  ["attachment; filename=a.txt", "attachment", "a.txt"],
  ["attachment;FileName=a.txt", "attachment", "a.txt"],
  ['attachment; filename="a\\"b.txt"', "attachment", 'a"b.txt'],
  ["attachment; filename*=UTF-8''%e2%82%ac%20rates", "attachment", "€ rates"],
  ["attachment; filename*=utf-8'en'a", "attachment", "a"],
  ["attachment; filename*=ISO-8859-1''%A3%20rates", "attachment", "£ rates"],
  ["attachment; filename=\"plain\"; filename*=UTF-8''ext", "attachment", "ext"],
  ["attachment; filename*=UTF-8''ext; filename=\"plain\"", "attachment", "ext"],
  ["attachment; filename=\"plain\"; filename*=UTF-8''%ff", "attachment", "plain"],
  ["attachment; filename=\"plain\"; filename*=koi8-r''%ff", "attachment", "plain"],
  ['attachment; filename="plain"; filename*=UTF-8', "attachment", "plain"],
  ["attachment; filename=\"plain\"; filename*=ISO-8859-1''%A", "attachment", "plain"],
  ['attachment; filename="\u00e2\u0082\u00ac.txt"', "attachment", "€.txt"],
  ['attachment; filename="\u00a3.txt"', "attachment", "£.txt"],
  ['attachment; filename=""', "attachment", ""],
  ["; filename=x", undefined],
  ["", undefined],
  ["a b; filename=x", undefined],
];

for (const [value, type, filename] of READS) {
  test(`parseContentDisposition() reads ${JSON.stringify(value)}`, () => {
    const read = parseContentDisposition(value);
    assertEquals([read?.type, read?.filename], [type, filename]);
  });
}

test("parseContentDisposition() undoes formatContentDisposition()", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (name) => {
    const text = formatContentDisposition("attachment", name);
    assertEquals(parseContentDisposition(text)!.filename, name, text);
    assert(/^[ -~]*$/.test(text));
  }));
  assertEquals(formatContentDisposition("inline"), "inline");
  assertThrows(() => formatContentDisposition("a b"), TypeError, "expected a token");
});

const SAFE: readonly [name: string, safe: string][] = [
  ["report.pdf", "report.pdf"],
  ["Bericht März (1).pdf", "Bericht März (1).pdf"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\windows\\win.ini", "win.ini"],
  ["/etc/cron.d/x", "x"],
  ["C:\\x\\y.exe", "y.exe"],
  ["C:y.exe", "C_y.exe"],
  ["x:stream", "x_stream"],
  ["a/", "download"],
  ["", "download"],
  [".", "download"],
  ["..", "download"],
  ["...", "download"],
  [" . . ", "download"],
  [".bashrc", "bashrc"],
  ["~/.ssh/authorized_keys", "authorized_keys"],
  ["name. . ", "name"],
  ["a\u0000b.txt", "ab.txt"],
  ["a\r\nb", "ab"],
  ["evil\u202egpj.exe", "evilgpj.exe"],
  ["zero\u200bwidth", "zerowidth"],
  ['<>:"|?*', "_______"],
  ["CON", "_CON"],
  ["con.txt", "_con.txt"],
  ["nul.tar.gz", "_nul.tar.gz"],
  ["COM1", "_COM1"],
  ["com¹.x", "_com¹.x"],
  ["CONIN$", "_CONIN$"],
  ["console", "console"],
  ["\ud800x", "\ufffdx"],
  ["%2e%2e%2fx", "%2e%2e%2fx"],
];

for (const [name, safe] of SAFE) {
  test(`safeFileName() makes ${JSON.stringify(safe)} of ${JSON.stringify(name)}`, () =>
    assertEquals(safeFileName(name), safe));
}

test("safeFileName() cuts long names and keeps the extension", () => {
  const size = (text: string) => new TextEncoder().encode(text).length;
  const long = safeFileName(`${"é".repeat(5000)}.tar`);
  assertEquals([size(long), long.endsWith("é.tar")], [200, true]);
  assertEquals(size(safeFileName("x".repeat(300))), 200);
  assertEquals(size(safeFileName(`x.${"y".repeat(300)}`)), 200);
  assertEquals(safeFileName(`${"x".repeat(190)}${" ".repeat(20)}.txt`), `${"x".repeat(190)}.txt`);
  assertEquals(safeFileName("", "other"), "other");
});

test("safeFileName() is the same when it is made safe again, and always one plain name", () => {
  const unit = fc.constantFrom(...'./\\:*?"<>| \t\u0000\u007f\u202eaCONnul1é😀$%');
  fc.assert(fc.property(fc.string({ unit, maxLength: 300 }), (name) => {
    const safe = safeFileName(name);
    assertEquals(safeFileName(safe), safe);
    // deno-lint-ignore no-control-regex
    assert(!/[/\\:\u0000-\u001f]/.test(safe) && safe !== "" && !/^[. ]|[. ]$/.test(safe), safe);
  }));
});

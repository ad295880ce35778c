// Prints name_order.tsv: the place of each name when the names are sorted as readers of a language expect.
// The database that comes with the platform has no ICU, so the order is made here, once, and stored.
// Run in this folder: node name_order.mjs > name_order.tsv
import { readFileSync } from "node:fs";

const LANGUAGES = ["ar", "zh", "en", "fr", "ru", "es"];
const LISTS = [
  { kind: "language", file: "languages.tsv", key: "code" },
  { kind: "region", file: "regions.tsv", key: "code" },
  { kind: "state", file: "states.tsv", key: "iso3" },
];

function readTable(file) {
  const [header, ...lines] = readFileSync(new URL(file, import.meta.url), "utf8").trimEnd().split("\n");
  const columns = header.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((cell, i) => [columns[i], cell])));
}

console.log("kind\tlanguage\tposition\tcode");
for (const { kind, file, key } of LISTS) {
  const rows = readTable(file);
  for (const language of LANGUAGES) {
    const { compare } = new Intl.Collator(language);
    const name = (row) => row[`name_${language}`];
    const sorted = rows.toSorted((a, b) => compare(name(a), name(b)) || (a[key] < b[key] ? -1 : 1));
    sorted.forEach((row, i) => console.log([kind, language, i + 1, row[key]].join("\t")));
  }
}

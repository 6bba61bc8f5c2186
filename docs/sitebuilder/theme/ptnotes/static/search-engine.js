// From a query to pages, their sections and excerpts. Loaded when the search is opened for the first time.
import { has, isFiller, isHan, namesOf, plain, squashed, subjectOf, wordsOf } from "./search-words.js";

const SHOWN = 8; // pages
const LOADED = 24; // pages looked at more closely
const SECTIONS = 3; // of a page
const FEW = 50; // pages; a word on more of them says little
const SCARCE = 3; // with fewer pages that have every word, those that have most are shown too
const ENOUGH = 0.5; // of what the words of a query weigh together, where a page has not all
const FILLER_WEIGHT = 0.2;
const NAME_WEIGHT = Math.log(1 + FEW); // of a name in code: that of a word on one page
const OFTEN = 8; // a page that names a call as often as this is about it

let pagefind;
let language;
let root;

// `address` is the folder of the reader's language.
export async function load(address, tag) {
  root = address;
  language = tag;
  pagefind = await import(new URL("pagefind/pagefind.js", root).href);
  await pagefind.options({ excerptLength: 22, ranking: { metaWeights: { title: 5, also: 4, terms: 0.5 } } });
  await pagefind.init();
}

export async function find(typed) {
  const query = subjectOf(typed, language);
  const words = wordsOf(query, language);
  if (!words.length) return [];
  const telling = words.filter((word) => !isFiller(word));
  const names = namesOf(query);
  const whole = await withAll(telling.length ? telling : words, names);
  const han = words.some(isHan); // which the index may cut elsewhere, and so miss pages
  const more = han || (whole.length < SCARCE && words.length > 1) ? await withMost(words, names) : [];
  const known = new Set(whole.map((page) => page.data.url));
  const pages = [...whole, ...more.filter((page) => !known.has(page.data.url))];
  return rank(pages, query, words).slice(0, SHOWN).map((page) => shown(page, query));
}

// Pages that have every word, and every name as it is written.
async function withAll(words, names) {
  const { results } = await pagefind.search(words.join(" "));
  const pages = await Promise.all(results.slice(0, LOADED).map(open));
  const best = Math.max(...pages.map((page) => page.score), 1e-9);
  for (const page of pages) page.score = 1 + page.score / best;
  return pages.filter((page) => words.every((word) => has(page.text, word)) && names.every((name) => page.text.includes(name)));
}

// Pages that have most of the words, each counted by how rare it is. A name in code is rare as a whole: a page that
// lacks it has none of its parts.
async function withMost(words, names) {
  const hits = new Map();
  const weights = new Map();
  const count = (result, weight) => {
    const hit = hits.get(result.id) || { result, sum: 0, best: 0 };
    hit.sum += weight;
    if (weight > hit.best) Object.assign(hit, { best: weight, result });
    hits.set(result.id, hit);
  };
  for (const word of words) {
    const results = await ofWord(word);
    const rarity = Math.log(1 + FEW / Math.max(results.length, 1));
    const weight = isFiller(word) ? FILLER_WEIGHT * rarity : rarity;
    weights.set(word, weight);
    for (const result of results) count(result, weight);
  }
  for (const name of names) for (const result of await ofWord(name)) count(result, NAME_WEIGHT);
  const likely = [...hits.values()].sort((a, b) => b.sum - a.sum).slice(0, LOADED);
  const pages = await Promise.all(likely.map((hit) => open(hit.result)));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0) + names.length * NAME_WEIGHT;
  const shareOf = (sum, weight) => sum + weight / total;
  for (const page of pages) {
    const lacking = names.filter((name) => !page.text.includes(name));
    const parts = new Set(wordsOf(lacking.join(" "), language));
    const found = words.filter((word) => !parts.has(word) && has(page.text, word));
    page.score = found.map((word) => weights.get(word)).reduce(shareOf, 0);
    page.score += ((names.length - lacking.length) * NAME_WEIGHT) / total;
    if (found.length === words.length) page.score += words.reduce((least, word) => Math.min(least, often(page, word)), 1);
  }
  return pages.filter((page) => page.score >= ENOUGH);
}

// The index may cut Chinese elsewhere than the browser, so what begins alike is looked through as well.
async function ofWord(word) {
  const { results } = await pagefind.search(word);
  if (!isHan(word) || word.length < 2) return results;
  const known = new Set(results.map((result) => result.id));
  const alike = (await pagefind.search(word[0])).results;
  return [...results, ...alike.filter((result) => !known.has(result.id))];
}

async function open(result) {
  const data = await result.data();
  const text = plain(data.content, data.meta.title, data.meta.also || "", data.meta.terms || "");
  return { data, text, score: result.score };
}

// How often a page has a text, from 0 to 1.
function often(page, text) {
  return Math.min(page.text.split(text).length - 1, OFTEN) / OFTEN;
}

// Pagefind's order, corrected by what a reader sees: a title or a passage that is the query itself.
function rank(pages, query, words) {
  const phrase = query.trim().toLowerCase();
  const literals = phrase.split(/\s+/).filter((word) => /\w(::|\.|_)\w/.test(word)); // names with their parts
  const formula = /[√^/]|sqrt/.test(phrase) ? squashed(phrase).replace(/^1\//, "") : null; // a page may write a fraction
  const name = phrase.split(/[\s(]/)[0].split(/[.:]+/).filter(Boolean).pop() ?? phrase; // of a call: its last part
  const worth = (page) => {
    const { title, also = "", list } = page.data.meta;
    const titles = plain(title, also);
    const headings = page.data.sub_results.some((part) => plain(part.title).includes(phrase));
    const defined = page.data.sub_results.some((part) => `.${part.title.toLowerCase()}`.includes(`.${phrase}(`));
    return page.score
      + ([title, also].some((whole) => whole.toLowerCase() === phrase) ? 2 : 0)
      + (words.every((word) => has(titles, word)) ? 1 : 0)
      + (headings ? 0.5 : 0)
      + (defined ? 1 : 0) // the reference of this very name
      + (page.text.includes(phrase) ? 0.5 : 0)
      + often(page, name) / 2
      + (formula ? often({ text: squashed(page.data.content) }, formula) : 0)
      + literals.reduce((sum, literal) => sum + often(page, literal), 0) / Math.max(literals.length, 1)
      + (page.data.raw_url.includes("notes/") ? 0.25 : 0) // where it is told; examples and reference lean on it
      - (list ? 0.5 : 0); // a list of terms or of pages names everything
  };
  for (const page of pages) page.worth = worth(page);
  return pages.sort((a, b) => b.worth - a.worth);
}

function shown(page, query) {
  const { data } = page;
  const own = data.raw_url.replace(/^\//, "");
  const phrase = query.trim().toLowerCase();
  const weight = (part) =>
    part.locations.length + (plain(part.title, part.plain_excerpt).includes(phrase) ? 100 : 0);
  const sections = data.sub_results
    .filter((part) => part.anchor && part.title !== data.meta.title)
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, SECTIONS)
    .map((part) => ({
      title: part.title,
      address: new URL(`${own}#${encodeURIComponent(part.anchor.id)}`, root).href,
      excerpt: pieces(part.excerpt),
    }));
  return { title: data.meta.title, address: new URL(own, root).href, excerpt: pieces(data.excerpt), sections };
}

// Pagefind's excerpt is HTML; it becomes text with marks, and nothing else of it survives.
function pieces(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return [...parsed.body.childNodes].map((node) => ({ text: node.textContent, marked: node.nodeName === "MARK" }));
}

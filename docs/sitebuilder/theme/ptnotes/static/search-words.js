// The words of a query, and whether a page has them. Pagefind alone takes a nonsense word for its first letters.

const ENDINGS = /(?:ations?|ions?|ments?|ings?|ies|ers?|ed|es|ly|al|s|y)$/;
// Words of a question that say nothing of its subject, and those that say what is asked of it.
const FILLERS = new Set(
  ("a an and are as be between by can cannot difference do does error example examples explained for from how i in is "
    + "it meaning my not of on or should than that the this to tutorial usage use used using versus vs was what when "
    + "where which why with 的 了 吗 呢 是 在 和 与 或 把 被 对 用 要 会 能 有 不 写 做 我 自己 一个 怎么 怎样 如何 什么 为什么 为何 哪里 "
    + "用法 使用 区别 差别 报错 报 错 错误 例子 示例 例 教程 详解 含义 意思 作用 默认").split(" "),
);
const RUN = /\d+(?:\.\d+)+|\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}])+/gu;
const GAP = /\s+|(?<=\p{Script=Han})(?!\p{Script=Han})|(?<!\p{Script=Han})(?=\p{Script=Han})/u; // also between two scripts
const HAN = /\p{Script=Han}/u;

// Names are split into their parts, as the index has them; Chinese at its words. Browsers do not know every term and
// cut 算子 into two characters: two that they leave single, side by side, are one word again.
export function wordsOf(query, language) {
  const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter(language, { granularity: "word" });
  const words = [];
  for (const [run] of query.toLowerCase().matchAll(RUN)) {
    if (HAN.test(run) && segmenter) {
      let singles = [];
      const settle = () => {
        words.push(...(singles.length === 2 ? [singles.join("")] : singles));
        singles = [];
      };
      for (const { segment } of segmenter.segment(run)) {
        if (segment.length === 1 && !FILLERS.has(segment)) {
          singles.push(segment);
        } else {
          settle();
          words.push(segment);
        }
      }
      settle();
    } else {
      words.push(run);
    }
  }
  return [...new Set(words)];
}

// What a query has of code: names such as `F.grid_sample`, the last part of each, and numbers such as `1e-8`.
export function namesOf(query) {
  const lower = query.toLowerCase();
  const found = lower.match(/[\p{L}_][\p{L}\p{N}_.:]*/gu) ?? [];
  const code = found.map((name) => name.replace(/[.:]+$/, "")).filter((name) => /\w(::|\.|_)\w/.test(name));
  const numbers = lower.match(/\b\d+(\.\d+)?e[-+]?\d+\b/g) ?? [];
  return [...code.map((name) => name.split(/[.:]+/).pop()), ...numbers];
}

// A name in code with words that say what is asked of it, such as `torch.where 用法`, asks for the name.
export function subjectOf(query, language) {
  const telling = query.split(GAP).filter((part) => wordsOf(part, language).some((word) => !isFiller(word)));
  return telling.length === 1 && namesOf(telling[0]).length ? telling[0] : query;
}

// A formula without what is typed in several ways: `1/sqrt(d_k)`, `1/√dk` and `1 / sqrt dk` are one.
export function squashed(text) {
  return text.toLowerCase().replaceAll("√", "sqrt").replace(/[\s(){}_^*·\u200b]/g, "");
}

export const isHan = (word) => HAN.test(word);
export const isFiller = (word) => FILLERS.has(word) || /^\d+$/.test(word);

// A page's text, ready for `has`: names also without their underscores, so that dk finds d_k.
export function plain(...texts) {
  const text = texts.join("\n").replaceAll("\u200b", "").toLowerCase();
  return `${text}\n${text.replaceAll("_", "")}`;
}

function begins(text, start) {
  const literal = start.replace(/\./g, "\\.");
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}|\\p{Script=Han}${literal}`, "u").test(text);
}

// Whether a text has a word, its beginning, or, of an English word, another form of it.
export function has(text, word) {
  if (HAN.test(word)) return text.includes(word);
  if (begins(text, word)) return true;
  const stem = word.replace(ENDINGS, "");
  return stem !== word && stem.length > 2 && begins(text, stem);
}

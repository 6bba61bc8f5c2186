// A button beside each snippet that copies what was typed: no prompts, no output.
"use strict";

(() => {
  const words = document.querySelector("main[data-copy]")?.dataset;
  if (!words) return;
  const OUTPUT = ".cell_output, .sphx-glr-script-out, .highlight-text, .highlight-none, .highlight-output";
  const SHOWN = 2000; // milliseconds that a button says it has copied

  const status = document.createElement("p");
  status.className = "copy-status";
  status.setAttribute("role", "status");
  document.body.append(status);

  let silence = 0;
  function say(word) {
    clearTimeout(silence); // of the block before
    status.textContent = word;
    silence = setTimeout(() => (status.textContent = ""), SHOWN);
  }

  // The lines after the prompt `first`, and after such a line those after the prompt `more`.
  function typed(lines, first, more) {
    const kept = [];
    let inside = false;
    for (const line of lines) {
      const prompt = [first, inside && more].find((sign) => sign && (line === sign || line.startsWith(`${sign} `)));
      inside = Boolean(prompt) || (inside && first === "$" && kept.at(-1).endsWith("\\"));
      if (prompt) kept.push(line.slice(prompt.length + 1));
      else if (inside) kept.push(line);
    }
    return kept;
  }

  function code(block) {
    const lines = block.textContent.replace(/\n+$/, "").split("\n");
    const [first, more] = lines.some((line) => /^>>>( |$)/.test(line)) ? [">>>", "..."]
      : lines[0].startsWith("$ ") ? ["$", ">"] : [];
    return `${(first ? typed(lines, first, more) : lines).join("\n")}\n`;
  }

  // Where a page may not use the clipboard (no https), the browser copies a selection.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      const before = document.activeElement;
      field.value = text;
      field.className = "copy-status";
      document.body.append(field);
      field.select();
      const done = document.execCommand("copy");
      field.remove();
      before?.focus();
      if (!done) throw new Error("not copied");
    }
  }

  function add(block) {
    const button = document.createElement("button");
    const icon = document.createElement("i");
    const name = (word) => {
      for (const key of ["aria-label", "title"]) button.setAttribute(key, word);
    };
    button.type = "button";
    button.className = "copy-button";
    icon.className = "i-lucide copy";
    button.append(icon);
    name(words.copy);
    button.addEventListener("click", async () => {
      const word = await copy(code(block)).then(() => words.copied, () => words.failed);
      icon.className = `i-lucide ${word === words.copied ? "check" : "alert"}`;
      name(word);
      say(word);
      setTimeout(() => {
        icon.className = "i-lucide copy";
        name(words.copy);
      }, SHOWN);
    });
    block.parentNode.append(button);
  }

  for (const block of document.querySelectorAll(".yue div.highlight > pre")) {
    if (!block.closest(OUTPUT)) add(block);
  }
})();

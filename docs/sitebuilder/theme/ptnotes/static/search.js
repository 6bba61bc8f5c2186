// The search box: a dialog with a combobox. What it needs to search is loaded when it is first opened.
"use strict";

(() => {
  const dialog = document.getElementById("search");
  const opener = document.querySelector(".search-open");
  if (!dialog || !opener) return;
  const box = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const here = document.currentScript.src;
  const root = new URL("../", here); // of the reader's language: this file is in its _static/
  const PAUSE = 60; // milliseconds without a key before a search

  let engine = null;
  let asked = 0;
  let timer = 0;

  function load() {
    engine ??= import(new URL("search-engine.js", here).href).then(async (loaded) => {
      await loaded.load(root.href, document.documentElement.lang);
      return loaded;
    });
    return engine;
  }

  function open() {
    if (dialog.open) return;
    dialog.showModal();
    box.select();
    if (location.protocol === "file:") {
      box.disabled = true;
      dialog.querySelector(".search-serve").hidden = false;
      return;
    }
    load().then(search, failed);
  }

  function failed() {
    engine = null;
    status.textContent = dialog.dataset.failed;
  }

  async function search() {
    const query = box.value.trim();
    const turn = ++asked;
    if (!query) return show([], "");
    try {
      const found = await (await load()).find(query);
      if (turn === asked) show(found, query);
    } catch {
      failed();
    }
  }

  function show(pages, query) {
    list.replaceChildren(...pages.map(group));
    box.setAttribute("aria-expanded", String(pages.length > 0));
    const words = pages.length ? dialog.dataset.found : dialog.dataset.nothing;
    status.textContent = query ? words.replace("%s", pages.length || query) : "";
    select(options()[0]);
    list.scrollTop = 0;
    dialog.dataset.answered = query; // for those who wait for it: tests
  }

  function group(page, number) {
    const block = document.createElement("div");
    block.setAttribute("role", "group");
    block.setAttribute("aria-label", page.title);
    const entries = [page, ...page.sections];
    block.append(...entries.map((entry, index) => option(entry, `search-${number}-${index}`, index > 0)));
    return block;
  }

  function option(entry, id, isSection) {
    const link = document.createElement("a");
    const title = document.createElement("span");
    const excerpt = document.createElement("span");
    Object.assign(link, { id, href: entry.address, tabIndex: -1 });
    link.setAttribute("role", "option");
    link.className = isSection ? "search-section" : "search-page";
    title.className = "search-title";
    title.textContent = entry.title;
    excerpt.className = "search-excerpt";
    for (const piece of entry.excerpt) {
      const node = piece.marked ? document.createElement("mark") : document.createTextNode("");
      node.textContent = piece.text;
      excerpt.append(node);
    }
    link.append(title, " ", excerpt);
    link.addEventListener("click", () => dialog.close());
    return link;
  }

  const options = () => [...list.querySelectorAll("[role=option]")];
  const selected = () => list.querySelector("[aria-selected=true]");

  function select(chosen) {
    for (const each of options()) each.setAttribute("aria-selected", String(each === chosen));
    if (!chosen) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = options();
    if (all.length) select(all[(all.indexOf(selected()) + step + all.length) % all.length]);
  }

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(search, PAUSE);
  });
  box.addEventListener("compositionend", search); // an input method has ended its word
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") selected()?.click();
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.querySelector(".search-close").addEventListener("click", () => dialog.close());
  opener.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const byLetter = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const bySlash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!byLetter && !bySlash) return;
    event.preventDefault();
    open();
  });
})();

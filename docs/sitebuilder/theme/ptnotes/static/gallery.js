// Buttons above the gallery that leave one chapter on the page.
"use strict";

(() => {
  const gallery = document.getElementById("gallery");
  const chapters = [...(gallery?.querySelectorAll(":scope > section") ?? [])];
  if (chapters.length < 2) return;

  const bar = document.createElement("div");
  bar.className = "gallery-filter";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", document.querySelector("main").dataset.chapters);

  function add(name, wanted) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.setAttribute("aria-pressed", String(!wanted));
    button.addEventListener("click", () => {
      for (const chapter of chapters) chapter.hidden = Boolean(wanted) && chapter !== wanted;
      for (const other of bar.children) other.setAttribute("aria-pressed", String(other === button));
    });
    bar.append(button);
  }

  add(document.querySelector("main").dataset.all);
  for (const chapter of chapters) add(chapter.querySelector("h2").firstChild.textContent, chapter);
  chapters[0].before(bar);
})();

// The links above the gallery leave one chapter on the page.
"use strict";

(() => {
  const links = [...document.querySelectorAll(".gallery-filter a")];
  const chapters = document.querySelectorAll("#gallery > section");

  function choose(chosen) {
    const wanted = chosen.hash.slice(1);
    for (const chapter of chapters) chapter.hidden = wanted !== "gallery" && wanted !== chapter.id;
    for (const link of links) link.setAttribute("aria-current", String(link === chosen));
  }

  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link);
    });
  }
  if (links.length > 0) choose(links[0]);
})();

// The front door: go on to the language chosen before, else to the browser's. Without a script the two links do.
"use strict";

(() => {
  const known = ["en", "zh"];
  let chosen = null;
  try {
    chosen = localStorage.ptnotesLanguage;
    document.addEventListener("click", (event) => {
      const language = event.target.dataset?.language;
      if (language) localStorage.ptnotesLanguage = language;
    });
  } catch {
    // Storage is switched off: the browser's languages decide each time.
  }
  const wished = (navigator.languages || []).map((tag) => tag.toLowerCase().split("-")[0]);
  const language = known.includes(chosen) ? chosen : wished.find((tag) => known.includes(tag));
  if (language) location.replace(`${language}/index.html`);
})();

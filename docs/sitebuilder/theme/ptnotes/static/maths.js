// Formulas are as large as their fonts make them: show the text once these are there, so that nothing shifts.
"use strict";

(() => {
  const LONGEST = 1000; // milliseconds that a reader waits for fonts
  const fonts = document.currentScript.dataset.fonts.split(",");
  const page = document.documentElement;
  const afterPaint = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  const show = () => {
    page.classList.remove("awaits-fonts");
    afterPaint(() => page.classList.remove("paints-first"));
  };
  page.classList.add("awaits-fonts", "paints-first");
  setTimeout(show, LONGEST);
  // Asked for by name they come while the page is still read; found by its layout they would come after it.
  Promise.allSettled(fonts.map((font) => document.fonts.load(font))).then(show);
})();

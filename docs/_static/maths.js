// Formulas are as large as their fonts make them: show the text once these are there, so that nothing shifts.
"use strict";

(() => {
  const LONGEST = 1000; // milliseconds that a reader waits for fonts
  const page = document.documentElement;
  const show = () => page.classList.remove("awaits-fonts");
  page.classList.add("awaits-fonts");
  setTimeout(show, LONGEST);
  document.addEventListener("DOMContentLoaded", () => {
    document.body.getBoundingClientRect(); // laid out, the page asks for its fonts
    document.fonts.ready.then(show);
  });
})();

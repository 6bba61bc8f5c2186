// What a page of this site does in the browser. It stands in for the theme's script of the same name,
// which asks other hosts for icons and converters.
"use strict";

// Menus: a button shows or hides what its aria-controls names.
const expanded = () => (document.body.dataset.expanded || "").split(/\s+/).filter(Boolean);

function show(id, shown) {
  const open = expanded().filter((other) => other !== id);
  if (shown) open.push(id);
  document.body.dataset.expanded = open.join(" ");
  for (const button of document.querySelectorAll(`button[aria-controls="${id}"]`)) {
    button.setAttribute("aria-expanded", String(shown));
  }
}

for (const control of document.querySelectorAll(".js-menu")) {
  const id = control.getAttribute("aria-controls");
  control.addEventListener("click", (event) => {
    event.stopPropagation();
    show(id, !expanded().includes(id));
  });
  document.getElementById(id)?.addEventListener("click", (event) => event.stopPropagation());
}
const hideAll = () => {
  for (const id of expanded()) show(id, false);
};
document.body.addEventListener("click", hideAll);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideAll();
});
for (const link of document.querySelectorAll("#rside a")) {
  link.addEventListener("click", () => show("rside", false));
}

// Light, dark, or as the system says. `setColorMode` stands in the head, before the first paint.
const modes = ["auto", "light", "dark"];
const themeSwitch = document.querySelector(".js-theme");
const mode = () => document.documentElement.getAttribute("data-color-mode") || "auto";

function nameThemeSwitch() {
  themeSwitch.setAttribute("aria-label", themeSwitch.getAttribute(`data-aria-${mode()}`));
}

if (themeSwitch) {
  themeSwitch.addEventListener("click", () => {
    const next = modes[(modes.indexOf(mode()) + 1) % modes.length];
    setColorMode(next);
    localStorage._theme = next;
    nameThemeSwitch();
  });
  nameThemeSwitch();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (mode() === "auto") setColorMode("auto");
});

// Paper is light.
addEventListener("beforeprint", () => setColorMode("light"));
addEventListener("afterprint", () => setColorMode(localStorage._theme || "auto"));

// Contents of the site: branches that open and close.
const contents = document.querySelector(".globaltoc");
for (const branch of contents?.querySelectorAll("li > ul") || []) {
  const item = branch.parentNode;
  const link = branch.previousElementSibling;
  const button = document.createElement("button");
  const icon = document.createElement("i");
  icon.className = "i-lucide chevron-right";
  button.type = "button";
  button.append(icon);
  const name = () => {
    const open = item.classList.contains("_expand");
    const verb = open ? contents.dataset.collapse : contents.dataset.expand;
    button.setAttribute("aria-label", `${verb} ${link.textContent}`);
    button.setAttribute("aria-expanded", String(open));
  };
  const depth = [...branch.closest(".globaltoc").querySelectorAll("ul")].filter((list) => list.contains(item)).length;
  const open = item.classList.contains("current") || depth <= Number(contents.dataset.expandDepth);
  item.classList.add(open ? "_expand" : "_collapse");
  item.classList.remove(open ? "_collapse" : "_expand");
  button.addEventListener("click", () => {
    item.classList.toggle("_expand");
    item.classList.toggle("_collapse");
    item.classList.remove("current");
    name();
  });
  name();
  item.append(button);
}

// On this page: the section being read.
const sections = [...document.querySelectorAll(".localtoc a[href^='#']")]
  .map((link) => ({ link, section: document.getElementById(decodeURIComponent(link.hash.slice(1))) }))
  .filter((pair) => pair.section);

function markSection() {
  const passed = sections.filter((pair) => pair.section.getBoundingClientRect().top < 120);
  for (const pair of sections) pair.link.parentNode.classList.remove("active");
  passed.at(-1)?.link.parentNode.classList.add("active");
}

if (sections.length) {
  addEventListener("scroll", markSection, { passive: true });
  addEventListener("load", markSection); // not before: it would have the page laid out at once
}

// What scrolls in itself can be scrolled with the keyboard too.
const scrollers = document.querySelectorAll(".yue pre, .yue .table-wrapper, .yue .math-wrapper, .yue .katex, .yue .cell_output");

function reachByKeyboard() {
  const wide = [...scrollers].map((box) => box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto");
  scrollers.forEach((box, number) => {
    if (wide[number]) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}

addEventListener("resize", reachByKeyboard, { passive: true });
addEventListener("load", () => document.fonts.ready.then(reachByKeyboard));

// The other language: the same section, and the choice is kept for the front door of the site.
const languageSwitch = document.querySelector(".language-switch");
if (languageSwitch) {
  const plain = languageSwitch.getAttribute("href");
  const keepSection = () => languageSwitch.setAttribute("href", plain + location.hash);
  addEventListener("hashchange", keepSection);
  keepSection();
  languageSwitch.addEventListener("click", () => {
    localStorage.ptnotesLanguage = languageSwitch.dataset.language;
  });
}

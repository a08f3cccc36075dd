// Light or dark as the visitor's system says, unless the page says data-bs-theme itself.
(function () {
  var root = document.documentElement;
  if (root.hasAttribute("data-bs-theme")) return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function follow() {
    root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  follow();
  dark.addEventListener("change", follow);
})();

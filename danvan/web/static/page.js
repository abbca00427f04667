// What is nicer with script: nothing here is needed to search or to read.
"use strict";
document.documentElement.classList.add("js");

// "/" goes to the search box; j and k walk the results.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    document.querySelector("input[type=search]")?.focus();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".hit h3 a")];
    const at = links.indexOf(document.activeElement);
    const next = links[event.key === "j" ? at + 1 : Math.max(0, at - 1)];
    next?.focus();
  }
});

// On a result 1, 2 and 3 say what its grade should be: trọng tâm, liên quan, không.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const grade = { 1: "core", 2: "related", 3: "none" }[event.key];
  if (grade) document.activeElement.closest(".hit")?.querySelector(`.fix button[value=${grade}]`)?.click();
});

// Empty fields stay out of the address.
for (const form of document.querySelectorAll("form[action='/search'], form[action='/documents']")) {
  form.addEventListener("submit", () => {
    for (const field of form.elements) if (field.name && field.value === "") field.disabled = true;
  });
}
// Coming back with the browser's button finds the fields usable again.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll(".filterform :disabled, .quick :disabled")) field.disabled = false;
});

// A choice in a list of the filters searches at once, and so does a kept choice that is taken away.
for (const field of document.querySelectorAll(".filterform select, .filterform .kept input")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// Documents are suggested while their symbol or words are typed.
for (const field of document.querySelectorAll("[data-suggest=document]")) {
  let waiting, last = "";
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const typed = field.value.trim();
      if (typed.length < 2 || typed === last) return;
      last = typed;
      const answer = await fetch("/api/suggestions?q=" + encodeURIComponent(typed)).catch(() => null);
      if (!answer?.ok || field.value.trim() !== typed) return;
      const options = (await answer.json()).documents.map((one) => {
        const option = document.createElement("option");
        option.value = one.symbol;
        option.label = `${one.symbol} · ${one.said}`;
        return option;
      });
      document.getElementById(field.getAttribute("list")).replaceChildren(...options);
    }, 250);
  });
}

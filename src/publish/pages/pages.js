// What the pages have more of with a script: a button that copies the address, and a field to find a topic by.
"use strict";

function copy(code) {
  if (navigator.clipboard) return navigator.clipboard.writeText(code.textContent);
  // Browsers keep the clipboard from pages that came without TLS.
  getSelection().selectAllChildren(code);
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject(new Error("not copied"));
}

for (const button of document.querySelectorAll(".address button")) {
  const code = button.previousElementSibling;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => {
    copy(code).then(() => { button.textContent = button.dataset.copied; }, () => getSelection().selectAllChildren(code));
  });
}

const find = document.getElementById("find");
const rows = [...document.querySelectorAll(".feeds > li")];
// With few topics the eye is faster.
if (find && rows.length > 8) {
  const plain = (text) => text.toLowerCase().normalize("NFKC").trim();
  const names = rows.map((row) => plain(row.querySelector("h3").textContent));
  find.closest("p").hidden = false;
  find.addEventListener("input", () => {
    const words = plain(find.value).split(/\s+/);
    rows.forEach((row, at) => { row.hidden = !words.every((word) => names[at].includes(word)); });
    document.getElementById("nothing").hidden = rows.some((row) => !row.hidden);
  });
}

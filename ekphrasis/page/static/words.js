// The sentences of the words catalogue that the browser itself has to say.

const catalogue = JSON.parse(document.getElementById("words").textContent);

export function word(key, facts = {}) {
  return catalogue[`page.${key}`].replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

// What the visitor chose, kept on a personal device; on a shared laptop (kiosk) nothing outlives the page.

const kiosk = "kiosk" in document.documentElement.dataset;
const KEPT = "ekphrasis.preferences";
const READING = "ekphrasis.reading";

function stored(storage, key) {
  try { return JSON.parse(storage.getItem(key)); } catch { return null; }
}
function store(storage, key, value) {
  try { storage.setItem(key, JSON.stringify(value)); } catch { /* a browser that keeps nothing: nothing is lost */ }
}

/** Give each control its kept value, and keep what it is set to from now on. */
export function keepChoices(controls) {
  const kept = kiosk ? {} : stored(localStorage, KEPT) ?? {};
  for (const control of controls) {
    const property = control.type === "checkbox" ? "checked" : "value";
    if (control.id in kept) control[property] = kept[control.id];
    control.addEventListener("change", () => {
      kept[control.id] = control[property];
      if (!kiosk) store(localStorage, KEPT, kept);
    });
  }
}

/** The last reading (words alone, no photo), so that a page loaded again still has it. */
export const lastReading = () => (kiosk ? null : stored(sessionStorage, READING));
export const keepReading = (state) => { if (!kiosk) store(sessionStorage, READING, state); };
export { kiosk };

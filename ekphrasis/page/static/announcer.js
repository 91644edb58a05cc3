// The live regions, one polite and one assertive. A sentence said twice must be heard twice: the region is emptied first and filled a moment
// later, and every other time with a no-break space at its end, because Orca drops an insertion equal to the last.

const $ = (id) => document.getElementById(id);
const timers = new Map();
let odd = false;
let repeating = 0;

function put(region, text) {
  clearTimeout(timers.get(region));
  region.textContent = "";
  if (!text) return;
  odd = !odd;
  timers.set(region, setTimeout(() => { region.textContent = odd ? text : text + "\u00a0"; }, 120));
}

// An open dialog makes all else inert, its live regions too: so it has a pair of its own.
const dialog = $("help");
const polite = () => (dialog.open ? $("help-status") : $("status"));
const assertive = () => (dialog.open ? $("help-alert") : $("alert"));
dialog.addEventListener("close", () => { put($("help-status"), ""); put($("help-alert"), ""); });

function hush() {
  clearInterval(repeating);
  for (const id of ["status", "alert", "help-status", "help-alert"]) put($(id), "");
}

/** Say `text` politely; if `still` is given, say that again every four seconds until something else is said. */
export function say(text, still = "") {
  hush();
  put(polite(), text);
  if (still) repeating = setInterval(() => put(polite(), still), 4000);
}

/** Say `text` at once: something went wrong. */
export function warn(text) {
  hush();
  put(assertive(), text);
}

/** Move to a heading. It can be focused only while it has the focus: else Orca calls it clickable ever after. */
export function moveTo(heading) {
  heading.tabIndex = -1;
  heading.focus();
  heading.addEventListener("blur", function leave() {
    if (dialog.open) return; // which gives the focus back when it closes
    heading.removeAttribute("tabindex");
    heading.removeEventListener("blur", leave);
  });
}

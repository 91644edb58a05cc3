// The two live regions. A sentence said twice must be heard twice: the region is emptied first and filled a moment
// later, and every other time with a no-break space at its end, because Orca drops an insertion equal to the last.

const status = document.getElementById("status");
const alarm = document.getElementById("alert");
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

/** Say `text` politely; if `still` is given, say that again every four seconds until something else is said. */
export function say(text, still = "") {
  clearInterval(repeating);
  put(alarm, "");
  put(status, text);
  if (still) repeating = setInterval(() => put(status, still), 4000);
}

/** Say `text` at once: something went wrong. */
export function warn(text) {
  clearInterval(repeating);
  put(status, "");
  put(alarm, text);
}

/** Move to a heading. It can be focused only while it has the focus: else Orca calls it clickable ever after. */
export function moveTo(heading) {
  heading.tabIndex = -1;
  heading.focus();
  heading.addEventListener("blur", () => heading.removeAttribute("tabindex"), { once: true });
}

// A shared laptop starts over when nobody is there: after a warning in words, that any key puts off.

import { kiosk } from "./preferences.js";
import { say, warn } from "./announcer.js";
import { word } from "./words.js";

const IDLE_MS = 180000;
const WARNING_S = 40;
// A screen reader in browse mode keeps the keys for itself: what reaches the page is the caret and the scrolling.
const SIGNS = ["keydown", "pointerdown", "focusin", "input", "selectionchange", "scroll"];

/** `busy` says whether something is going on that a visitor may be listening to: then she is there. */
export function watchForAbsence(busy) {
  if (!kiosk) return;
  let timer;
  let warned = false;
  const wait = () => { clearTimeout(timer); timer = setTimeout(ask, IDLE_MS); };
  const ask = () => {
    if (busy()) return wait();
    warned = true;
    warn(word("kiosk.warning", { seconds: WARNING_S }));
    timer = setTimeout(() => location.replace("/"), WARNING_S * 1000);
  };
  const here = () => {
    if (warned) { warned = false; say(word("kiosk.stayed")); }
    wait();
  };
  for (const sign of SIGNS) document.addEventListener(sign, here, true);
  wait();
}

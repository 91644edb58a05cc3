// Single keys for the reading. They can be turned off (WCAG 2.1.4), never act while text is typed or with a modifier,
// and each does only what a button does too.

const TYPING = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]";

/** `actions` maps a key (as in KeyboardEvent.key, lower case) to what it does; Escape works even when keys are off. */
export function listen(actions, areOn) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    if (document.querySelector("dialog[open]")) return;
    if (key !== "escape" && (!areOn() || event.target.closest?.(TYPING))) return;
    if (!actions[key]) return;
    event.preventDefault();
    actions[key]();
  });
}

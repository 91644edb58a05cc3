// The visitor's page: what she does goes to Python, the state that comes back is drawn.

import { moveTo, say, warn } from "./announcer.js";
import { cameraIsOpen, closeCamera, openCamera, takePhoto } from "./camera.js";
import { choose, find, findSample, stop } from "./companion.js";
import { draw, markLine, showPicture } from "./drawing.js";
import { listen } from "./keys.js";
import { watchForAbsence } from "./kiosk.js";
import { Player } from "./player.js";
import { keepChoices, keepReading, lastReading } from "./preferences.js";
import { word } from "./words.js";

const $ = (id) => document.getElementById(id);
const help = $("help");
const player = new Player($("audio"));
const READ_AFTER_MS = 2000; // time for a screen reader to say where she is now, before the voice begins
const START_TITLE = document.title;
let latest = null; // the last state with a reading
let search = null; // { run, abort, opener } while a poem is being looked for
let beginning = 0;

function earcon(name) {
  if (!$("sounds-on").checked) return;
  new Audio(`/earcon/${name}`).play().catch(() => {});
}

async function look(opener, picture, ask) {
  if (search) abandon();
  player.pause();
  const abort = new AbortController();
  const mine = { run: crypto.randomUUID?.() ?? String(Math.random()), abort, opener };
  search = mine;
  $("working").hidden = false;
  document.title = word("title.working");
  say("", word("announce.sending")); // the first stage is told when the photo has arrived
  const receive = (state) => { if (search === mine) show(state, opener, picture); };
  try {
    await ask(mine.run, receive, abort.signal);
  } catch (error) {
    if (search === mine) refuse(error.message);
  }
  if (search === mine) finish();
}

function show(state, opener, picture) {
  document.title = state.title;
  if (state.stage === "working") return say(state.status, state.still);
  if (state.stage === "refused") return refuse(state.alert);
  showPicture(picture);
  open(state);
  finish();
  if (cameraIsOpen()) closeCamera();
  settle(opener);
}

function open(state) {
  latest = state;
  keepReading(state);
  document.title = state.title;
  draw(state.reading);
  player.load(state.reading.poem);
}

// The poem is here: go to it, unless the visitor has gone elsewhere meanwhile. What is said holds its title too:
// Orca is silent about a heading that it had been on before.
function settle(opener) {
  const reads = $("read-at-once").checked && !help.open;
  say(reads ? word("announce.ready_and_reads") : latest.status);
  if ([document.body, opener, $("stop-looking"), $("take")].includes(document.activeElement)) moveTo($("poem-title"));
  if (reads) begin();
  else earcon("ready");
}

// Whatever else she does with the player meanwhile (or a new search, which pauses it) ends this waiting.
function begin() {
  clearTimeout(beginning);
  beginning = setTimeout(() => player.play(), READ_AFTER_MS);
}

function refuse(sentence) {
  const kept = latest ? ` ${word("announce.kept")}` : "";
  document.title = word("title.refused");
  warn(sentence + kept);
  earcon("trouble");
  finish();
}

function finish() {
  const opener = search?.opener;
  search = null;
  if (document.activeElement === $("stop-looking")) (opener?.checkVisibility() ? opener : $("choose-file")).focus();
  $("working").hidden = true;
}

function abandon() {
  search.abort.abort();
  stop(search.run);
  finish();
}

function stopLooking() {
  abandon();
  document.title = latest?.title ?? START_TITLE;
  say(word("announce.stopped"));
}

$("choose-file").addEventListener("click", () => $("file").click());
for (const [input, opener] of [["file", "choose-file"], ["capture", "open-camera"]]) {
  $(input).addEventListener("change", () => {
    const [photo] = $(input).files;
    $(input).value = ""; // so that the same photo can be chosen again
    if (photo) look($(opener), photo, (...rest) => find(photo, ...rest));
  });
}
$("open-camera").addEventListener("click", async () => {
  if (cameraIsOpen()) return $("take").focus();
  player.pause(); // she has turned to the next artwork
  const outcome = await openCamera();
  if (outcome === "open") {
    $("take").focus();
    return say(word("announce.camera_open"));
  }
  if (matchMedia("(pointer: coarse)").matches) return $("capture").click();
  return warn(word(outcome === "denied" ? "trouble.camera_denied" : "trouble.no_camera"));
});
$("take").addEventListener("click", async () => {
  const photo = await takePhoto();
  if (photo) look($("take"), photo, (...rest) => find(photo, ...rest));
  else warn(word("trouble.no_camera"));
});
$("close-camera").addEventListener("click", leaveCamera);
function leaveCamera() {
  closeCamera();
  $("open-camera").focus();
  say(word("announce.camera_closed"));
}
$("use-sample").addEventListener("click", () => {
  const id = $("sample").value;
  look($("use-sample"), `/sample/${id}`, (...rest) => findSample(id, ...rest));
});
$("stop-looking").addEventListener("click", stopLooking);

$("play").addEventListener("click", () => (player.playing ? player.pause() : player.play()));
$("again").addEventListener("click", () => player.again());
$("back").addEventListener("click", () => player.step(-1));
$("forward").addEventListener("click", () => player.step(1));
$("stop").addEventListener("click", stopReading);
function stopReading() {
  player.stop();
  say(word("announce.stopped"));
}
$("another").addEventListener("click", async () => {
  if (!latest) return;
  const { reading } = latest;
  const around = reading.current + 1 >= reading.choices.length;
  player.stop();
  try {
    await choose(reading, reading.current + 1, (state) => {
      if (state.stage === "refused") return refuse(state.alert);
      open(state);
      moveTo($("poem-title"));
      say(word(around ? "announce.last_again" : "announce.turned", { title: state.reading.poem.title }));
      if ($("read-at-once").checked) begin();
    });
  } catch (error) {
    refuse(error.message);
  }
});

player.addEventListener("change", () => {
  clearTimeout(beginning);
  beginning = 0;
  $("play").textContent = word(player.playing ? "poem.pause" : "poem.play");
});
player.addEventListener("line", ({ detail }) => markLine(detail));
player.addEventListener("end", () => say(word("announce.ended")));
player.addEventListener("trouble", ({ detail }) => say(detail));
player.addEventListener("failed", ({ detail }) => warn(detail || word("trouble.no_sound")));
player.addEventListener("blocked", () => say(word("trouble.silent")));
$("speed").addEventListener("change", () => { player.speed = Number($("speed").value); });
$("volume").addEventListener("input", () => { player.volume = Number($("volume").value) / 100; });
navigator.mediaSession?.setActionHandler("play", () => player.play());
navigator.mediaSession?.setActionHandler("pause", () => player.pause());
navigator.mediaSession?.setActionHandler("previoustrack", () => player.step(-1));
navigator.mediaSession?.setActionHandler("nexttrack", () => player.step(1));

// Help is long: it is read from its heading, not from its first control, which stands near its end.
function openHelp() {
  say("");
  help.showModal();
  say(word("announce.help_open"));
}
help.addEventListener("close", () => say(word("announce.help_closed")));
$("open-help").addEventListener("click", openHelp);
$("close-help").addEventListener("click", () => help.close());

const press = (id) => () => { if ($("poem").hidden) return; $(id).click(); };
listen({
  p: press("play"),
  a: press("again"),
  j: press("back"),
  l: press("forward"),
  n: press("another"),
  "?": openHelp,
  escape: () => {
    if (search) stopLooking();
    else if (cameraIsOpen()) leaveCamera();
    else if (player.playing || beginning) stopReading();
  },
}, () => $("keys-on").checked);

keepChoices(["read-at-once", "keys-on", "sounds-on", "speed", "volume"].map($));
player.speed = Number($("speed").value);
player.volume = Number($("volume").value) / 100;
watchForAbsence(() => player.playing || search !== null);
const kept = lastReading();
if (kept) open(kept);

// The reading, one utterance at a time: the next is fetched while the ear is on this one.

import { utterance } from "./companion.js";

export class Player extends EventTarget {
  // Events: "change" (playing or not), "line" (which line is being read), "end", "trouble" and "blocked".
  constructor(audio) {
    super();
    this.audio = audio;
    this.poem = null;
    this.made = new Map();
    this.number = 0;
    this.wanted = false; // whether it should be sounding: true also while the next utterance is on its way
    audio.addEventListener("ended", () => this.next());
    audio.addEventListener("error", () => { if (audio.getAttribute("src")) this.fail(""); });
  }

  get playing() { return this.wanted; }
  get line() { return this.poem?.utterances[this.number] ?? null; }

  load(poem) {
    this.stop();
    for (const made of this.made.values()) made.then(({ url }) => URL.revokeObjectURL(url), () => {});
    this.made.clear();
    this.poem = poem;
    this.number = 0;
    this.fetch(0);
  }

  set speed(value) { this.audio.defaultPlaybackRate = this.audio.playbackRate = value; }
  set volume(value) { this.audio.volume = value; }

  play() {
    if (!this.poem) return;
    if (this.number >= this.poem.utterances.length) this.number = 0;
    this.wanted = true;
    this.tell("change");
    if (this.audio.dataset.number === String(this.number) && this.audio.getAttribute("src")) this.sound();
    else this.go(this.number);
  }

  pause() {
    this.wanted = false;
    this.audio.pause();
    this.tell("change");
  }

  stop() {
    this.wanted = false;
    this.audio.pause();
    this.audio.removeAttribute("src");
    delete this.audio.dataset.number;
    this.number = 0;
    this.tell("change");
    this.tell("line", null);
  }

  again() { this.wanted = true; this.tell("change"); this.go(0); }

  /** One line back or forward, and read it. */
  step(by) {
    if (!this.poem) return;
    this.wanted = true;
    this.tell("change");
    this.go(stepped(this.poem.utterances, this.number, by));
  }

  next() {
    if (!this.wanted) return;
    if (this.number + 1 < this.poem.utterances.length) return this.go(this.number + 1);
    this.stop();
    this.tell("end");
  }

  async go(number) {
    const { poem } = this;
    this.number = number;
    this.audio.pause();
    this.tell("line", this.line);
    let made;
    try {
      made = await this.fetch(number);
    } catch (error) {
      if (this.poem === poem && this.number === number) this.fail(error.message);
      return;
    }
    if (this.poem !== poem || this.number !== number || !this.wanted) return;
    if (made.told) { this.tell("trouble", made.told); made.told = ""; }
    this.audio.src = made.url;
    this.audio.dataset.number = number;
    this.sound();
    this.fetch(number + 1);
  }

  async sound() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return; // AbortError: another line was asked for meanwhile
      this.pause();
      this.tell("blocked");
    }
  }

  fetch(number) {
    if (number >= this.poem.utterances.length) return undefined;
    if (!this.made.has(number)) {
      const { made } = this;
      const making = utterance(this.poem.id, number);
      made.set(number, making);
      making.catch(() => made.delete(number)); // so that it is asked for again
    }
    return this.made.get(number);
  }

  fail(sentence) {
    this.pause();
    this.tell("failed", sentence);
  }

  tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

// Title and byline are steps of their own; a long line may be several utterances, and is one step.
function stepped(lines, from, by) {
  const starts = lines.flatMap((line, i) => (line === null || line !== lines[i - 1] ? [i] : []));
  const at = starts.findLastIndex((start) => start <= from);
  return starts[Math.min(Math.max(at + by, 0), starts.length - 1)];
}

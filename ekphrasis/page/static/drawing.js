// The state's reading, drawn: what was seen, the poem a line an element, and why it was chosen.

const $ = (id) => document.getElementById(id);
const picture = $("picture");
let shown = "";

/** The visitor's own picture (a Blob that never left her browser, or a sample's address) to be shown. */
export function showPicture(source) {
  if (shown.startsWith("blob:")) URL.revokeObjectURL(shown);
  shown = typeof source === "string" ? source : URL.createObjectURL(source);
  picture.hidden = false;
  picture.src = shown;
}
// A browser that cannot open the picture (HEIC, TIFF) shows the words alone.
picture.addEventListener("error", () => { picture.hidden = true; $("seen-text").removeAttribute("aria-hidden"); });

export function draw(reading) {
  const { poem } = reading;
  picture.alt = reading.seen;
  $("seen-text").textContent = reading.seen;
  $("seen-text").toggleAttribute("aria-hidden", false);
  if (!picture.hidden) $("seen-text").setAttribute("aria-hidden", "true"); // said by the picture's alternative
  $("poem-title").textContent = poem.title;
  $("poem-title").lang = $("lines").lang = poem.lang;
  $("byline").textContent = poem.byline;
  $("lines").replaceChildren(...stanzas(poem.stanzas));
  $("why").textContent = reading.why;
  $("seen").hidden = $("poem").hidden = false;
}

function stanzas(all) {
  let number = 0;
  return all.map((lines) => {
    const stanza = document.createElement("p");
    stanza.className = "stanza";
    lines.forEach((text, i) => {
      const line = document.createElement("span");
      line.className = "line";
      line.dataset.line = number++;
      line.textContent = text;
      if (i) stanza.append(document.createElement("br"));
      stanza.append(line);
    });
    return stanza;
  });
}

/** Show which line is being read. It is not announced: the voice is saying it. */
export function markLine(number) {
  for (const line of document.querySelectorAll(".line[aria-current]")) line.removeAttribute("aria-current");
  if (number === null) return;
  const line = document.querySelector(`.line[data-line="${number}"]`);
  line?.setAttribute("aria-current", "true");
  line?.scrollIntoView({ block: "nearest" });
}

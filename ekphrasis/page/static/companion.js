// Talking to Python, through Gradio's HTTP API: every failure comes to us, none to a toast.

import { word } from "./words.js";

const API = "/gradio_api";
const LARGEST = Number(document.documentElement.dataset.largest); // bytes; known here, so that nothing is sent in vain
const SILENCE_MS = 45000; // Gradio sends a heartbeat every 15 s: three missed mean that the server hangs

class Told extends Error {} // its message is a sentence for the visitor

async function post(path, body, headers) {
  let reply;
  try {
    reply = await fetch(API + path, { method: "POST", body, headers });
  } catch {
    throw new Told(word("trouble.lost"));
  }
  if (reply.status === 413) throw new Told(word("trouble.too_big"));
  if (!reply.ok) throw new Told(word(path === "/upload" ? "trouble.not_sent" : "trouble.fault"));
  return reply.json();
}

function follow(name, eventId, onState, signal) {
  return new Promise((resolve, reject) => {
    const stream = new EventSource(`${API}/call/${name}/${eventId}`);
    let watchdog;
    const end = (settle, value) => { clearTimeout(watchdog); stream.close(); settle(value); };
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => end(reject, new Told(word("trouble.lost"))), SILENCE_MS);
    };
    alive();
    signal?.addEventListener("abort", () => end(resolve));
    stream.addEventListener("heartbeat", alive);
    stream.addEventListener("generating", (event) => { alive(); onState(JSON.parse(event.data)[0]); });
    stream.addEventListener("complete", (event) => {
      const [state] = JSON.parse(event.data) ?? [];
      if (state?.stage && name === "choose") onState(state);
      end(resolve);
    });
    stream.addEventListener("error", (event) => {
      end(reject, new Told(word(event.data === undefined ? "trouble.lost" : "trouble.fault")));
    });
  });
}

async function call(name, data, onState, signal) {
  const body = JSON.stringify({ data });
  const { event_id } = await post(`/call/${name}`, body, { "Content-Type": "application/json" });
  if (signal?.aborted) return;
  await follow(name, event_id, onState, signal);
}

/** Find a poem for a photo (a File or Blob). `onState` gets each state; rejects with a sentence to be said. */
export async function find(photo, run, onState, signal) {
  if (photo.size > LARGEST) throw new Told(word("trouble.too_big"));
  const form = new FormData();
  form.append("files", photo, photo.name ?? "photo.jpg");
  const [path] = await post("/upload", form);
  await call("find", [{ path, meta: { _type: "gradio.FileData" } }, run], onState, signal);
}

export function findSample(id, run, onState, signal) {
  return call("find_sample", [id, run], onState, signal);
}

export function choose(reading, current, onState) {
  return call("choose", [reading.seen, reading.choices, current], onState);
}

/** End a search. Nothing waits for it: the page has already turned away. */
export function stop(run) {
  post("/call/stop", JSON.stringify({ data: [run] }), { "Content-Type": "application/json" }).catch(() => {});
}

/** The sound of one utterance as an object URL, and what the visitor must be told of the voice. */
export async function utterance(poemId, number) {
  let reply;
  try {
    reply = await fetch(`/speech/${encodeURIComponent(poemId)}/${number}`);
  } catch {
    throw new Told(word("trouble.lost"));
  }
  if (!reply.ok) {
    const told = await reply.json().catch(() => ({}));
    throw new Told(told.alert ?? word("trouble.no_sound"));
  }
  return { url: URL.createObjectURL(await reply.blob()), told: reply.headers.get("Ekphrasis-Told") ?? "" };
}

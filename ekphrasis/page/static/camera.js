// The camera in the page. Where there is none, or the page may not use it, a phone's own camera is asked for.

const panel = document.getElementById("camera");
const viewfinder = document.getElementById("viewfinder");
let stream = null;

export const cameraIsOpen = () => stream !== null;

/** Opens the camera; resolves to "open", "none" (no camera can be had) or "denied". */
export async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) return "none";
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1440 } },
    });
  } catch (error) {
    return error.name === "NotAllowedError" ? "denied" : "none";
  }
  viewfinder.srcObject = stream;
  panel.hidden = false;
  await viewfinder.play().catch(() => {});
  return "open";
}

export function closeCamera() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  viewfinder.srcObject = null;
  panel.hidden = true;
}

/** What the camera sees now, as a JPEG; null where it gives no picture yet. */
export function takePhoto() {
  const { videoWidth: width, videoHeight: height } = viewfinder;
  if (!width) return Promise.resolve(null);
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(viewfinder, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

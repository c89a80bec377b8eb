// What to do differently before the camera: light is judged here, all else by the shop, which
// gets a small picture every other second and keeps none of them.

const WIDTH = 360; // px of a picture that is sent
const QUALITY = 0.7;
const SMALL = { width: 48, height: 36 }; // px, enough to judge the light
const EVERY = 1500; // ms
const DARK = 45; // of 255, the mean in the oval
const GLARE = 235;

function drawn(video, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, width, height);
  return { canvas, context };
}

// The grey values of the picture's middle, where the face should be.
function middle(video) {
  const { width, height } = SMALL;
  const { context } = drawn(video, width, height);
  const { data } = context.getImageData(width / 4, height / 6, width / 2, (2 * height) / 3);
  const greys = [];
  for (let at = 0; at < data.length; at += 4) {
    greys.push(0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]);
  }
  return greys;
}

function light(video) {
  const greys = middle(video);
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  if (mean < DARK) return "light";
  return mean > GLARE ? "glare" : null;
}

function small(video) {
  const height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
  const { canvas } = drawn(video, WIDTH, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

async function asked(form, video) {
  const data = new FormData();
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("consent", "y");
  data.append("photo", await small(video), "hint.jpg");
  const answer = await fetch(form.dataset.hint, {
    method: "POST", body: data, headers: { Accept: "application/json" },
  });
  return answer.ok ? (await answer.json()).hint : undefined;
}

// Watches the video until the returned function is called, and tells `say` each hint's code.
export function watch(form, video, say) {
  let timer = null;
  let stopped = false;
  const again = () => { if (!stopped) timer = setTimeout(look, EVERY); };

  async function look() {
    if (stopped || document.hidden || !video.videoWidth) { again(); return; }
    let code = light(video);
    if (!code) {
      try {
        code = await asked(form, video);
        if (code === undefined) return; // refused: hints are a help, and no more is asked for
      } catch {
        code = null; // offline for a moment
      }
    }
    if (!stopped && code) say(code);
    again();
  }

  timer = setTimeout(look, EVERY / 3);
  return () => { stopped = true; clearTimeout(timer); };
}

// How sharp a picture is, as a number to compare with others': the variance of its Laplacian.
export function sharpness(canvas) {
  const width = 160;
  const height = Math.round((width * canvas.height) / canvas.width);
  const { data } = drawn(canvas, width, height).context.getImageData(0, 0, width, height);
  const grey = (x, y) => data[4 * (y * width + x) + 1];
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const edge = 4 * grey(x, y) - grey(x - 1, y) - grey(x + 1, y) - grey(x, y - 1) - grey(x, y + 1);
      sum += edge;
      squares += edge * edge;
    }
  }
  const count = (width - 2) * (height - 2);
  return squares / count - (sum / count) ** 2;
}

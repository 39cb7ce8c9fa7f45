// A mask as a translucent veil over the picture: only the part that is seen, in the screen's own pixels.

const OPACITY = 0.55;

const rgb = (color) => [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));

const pixel = ([red, green, blue], opacity) =>
  (Math.round(255 * opacity) * 0x1000000 + (blue << 16) + (green << 8) + red) >>> 0;

export class Veil {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.table = new Uint32Array(256); // the pixel (RGBA in memory) that a byte of the mask is shown as
  }

  // In a map the base is what no region was painted on yet, and is left clear.
  setColors(mask, color) {
    this.smooth = !mask.isMap;
    if (mask.isMap) this.table.set(mask.palette.map((one, i) => (i ? pixel(rgb(one), OPACITY) : 0)));
    else this.table.set(Uint32Array.from({ length: 256 }, (_, i) => pixel(rgb(color), (OPACITY * i) / 255)));
  }

  resize(width, height) {
    const ratio = window.devicePixelRatio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
  }

  // Draw what lies in `box` (pixels of the mask; without it, all), where the picture lies in the room.
  draw(raster, rect, box) {
    const ratio = window.devicePixelRatio;
    const across = (rect.width * ratio) / raster.width, down = (rect.height * ratio) / raster.height;
    const left = Math.round(rect.left * ratio), top = Math.round(rect.top * ratio);
    const within = (value, end) => Math.min(Math.max(value, 0), end);
    const edges = box ?? { left: 0, top: 0, right: raster.width, bottom: raster.height };
    const x0 = within(Math.floor(left + edges.left * across) - 1, this.canvas.width);
    const y0 = within(Math.floor(top + edges.top * down) - 1, this.canvas.height);
    const x1 = within(Math.ceil(left + edges.right * across) + 1, this.canvas.width);
    const y1 = within(Math.ceil(top + edges.bottom * down) + 1, this.canvas.height);
    if (!box) this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (x1 <= x0 || y1 <= y0) return;
    const shown = this.context.createImageData(x1 - x0, y1 - y0);
    const out = new Uint32Array(shown.data.buffer);
    // Where many pixels of the mask share one of the screen, a grey one is the mean of four of them.
    const smooth = this.smooth && across < 0.75;
    const columns = [0.25, 0.75].map((part) => places(x0, x1, left, across, raster.width, smooth ? part : 0.5));
    const rows = [0.25, 0.75].map((part) => places(y0, y1, top, down, raster.height, smooth ? part : 0.5));
    const { pixels, width } = raster;
    for (let y = 0, at = 0; y < y1 - y0; y++) {
      const [row, other] = [rows[0][y] * width, rows[1][y] * width];
      if (row < 0 || other < 0) {
        at += x1 - x0;
        continue;
      }
      for (let x = 0; x < x1 - x0; x++, at++) {
        const column = columns[0][x], next = columns[1][x];
        if (column < 0 || next < 0) continue;
        const value = smooth
          ? (pixels[row + column] + pixels[row + next] + pixels[other + column] + pixels[other + next] + 2) >> 2
          : pixels[row + column];
        out[at] = this.table[value];
      }
    }
    this.context.putImageData(shown, x0, y0);
  }
}

// The pixel of the mask under each pixel of the screen, -1 beside the picture.
function places(first, last, start, scale, size, part) {
  const found = new Int32Array(last - first);
  for (let i = first; i < last; i++) {
    const place = Math.floor((i + part - start) / scale);
    found[i - first] = place >= 0 && place < size ? place : -1;
  }
  return found;
}

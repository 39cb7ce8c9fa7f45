// A mask as it is: one byte a pixel, row by row, and a brush that changes it.
//
// The bytes are kept here and not in a canvas: a canvas multiplies colours by their opacity, some browsers change what
// is read back from it, and the largest one of a telephone is smaller than a photograph.

const TILE = 256;

export class Raster {
  constructor(width, height) {
    Object.assign(this, { width, height });
    this.pixels = new Uint8Array(width * height);
  }

  // The tiles that a box (left, top, right, bottom; the last two excluded) touches, cut to the raster.
  *tiles(box = { left: 0, top: 0, right: this.width, bottom: this.height }) {
    const across = Math.ceil(this.width / TILE);
    const first = (value) => Math.floor(Math.max(value, 0) / TILE);
    const right = Math.min(box.right, this.width), bottom = Math.min(box.bottom, this.height);
    for (let row = first(box.top); row * TILE < bottom; row++) {
      for (let column = first(box.left); column * TILE < right; column++) {
        const left = column * TILE, top = row * TILE;
        const width = Math.min(TILE, this.width - left), height = Math.min(TILE, this.height - top);
        yield { key: row * across + column, left, top, width, height };
      }
    }
  }

  copy(rect) {
    return cut(this.pixels, this.width, rect);
  }

  paste({ left, top, width, height }, data) {
    for (let row = 0; row < height; row++) {
      const start = (top + row) * this.width + left;
      if (typeof data === "number") this.pixels.fill(data, start, start + width);
      else this.pixels.set(data.subarray(row * width, (row + 1) * width), start);
    }
  }

  // What a patch needs to bring `before` back: the smallest rectangle of the tile that has changed, or null.
  patch(tile, before) {
    const { left, top, width, height } = tile;
    let [firstX, lastX, firstY, lastY] = [width, -1, height, -1];
    for (let y = 0; y < height; y++) {
      const here = (top + y) * this.width + left, there = y * width;
      let x = 0;
      while (x < width && this.pixels[here + x] === before[there + x]) x++;
      if (x === width) continue;
      let end = width - 1;
      while (this.pixels[here + end] === before[there + end]) end--;
      firstX = Math.min(firstX, x);
      lastX = Math.max(lastX, end);
      firstY = Math.min(firstY, y);
      lastY = y;
    }
    if (lastX < 0) return null;
    const rect = { left: left + firstX, top: top + firstY, width: lastX - firstX + 1, height: lastY - firstY + 1 };
    return { ...rect, data: plain(cut(before, width, { ...rect, left: firstX, top: firstY })) };
  }

  // Every pixel anew: `change(pixels)`. Returns the patches that bring the old ones back.
  changeAll(change) {
    const old = this.pixels;
    this.pixels = change(old);
    const patches = [];
    for (const tile of this.tiles()) {
      const patch = this.patch(tile, cut(old, this.width, tile));
      if (patch) patches.push(patch);
    }
    return patches;
  }
}

// A rectangle of pixels that stand row by row.
function cut(pixels, rowLength, { left, top, width, height }) {
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (top + row) * rowLength + left;
    data.set(pixels.subarray(start, start + width), row * width);
  }
  return data;
}

// One number for a patch of one value: most of a mask is.
export const plain = (data) => (data.every((value) => value === data[0]) ? data[0] : data);

// One stroke of the brush, from where the pointer comes down to where it is lifted.
//
// A pixel gets `value` by the stroke's greatest coverage there, not by a sum: a soft brush that goes over a place
// twice, or slowly, leaves what it leaves in one go. Coverage is 255 up to the solid part of the brush and falls to 0
// at its rim; the rim of a brush without softness is one pixel wide. A hard brush, for colours of regions, has none.
export class Stroke {
  constructor(raster, { value, softness, hard }) {
    Object.assign(this, { raster, value, softness: hard ? 0 : softness, hard });
    this.tiles = new Map();
  }

  // Along a line, between radii that may differ (pressure). Points and radii in pixels of the raster, where the middle
  // of the first pixel is (0.5, 0.5). Returns the box that may have changed.
  line(from, to) {
    const pieces = Math.min(Math.ceil(Math.abs(to.radius - from.radius) * 2) || 1, 32);
    const mixed = (a, b, t) => a + (b - a) * t;
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    for (let piece = 0; piece < pieces; piece++) {
      const [start, end] = [piece / pieces, (piece + 1) / pieces];
      const painted = this.capsule(
        mixed(from.x, to.x, start),
        mixed(from.y, to.y, start),
        mixed(from.x, to.x, end),
        mixed(from.y, to.y, end),
        mixed(from.radius, to.radius, end),
      );
      box.left = Math.min(box.left, painted.left);
      box.top = Math.min(box.top, painted.top);
      box.right = Math.max(box.right, painted.right);
      box.bottom = Math.max(box.bottom, painted.bottom);
    }
    return box;
  }

  // All that is within `radius` of a line.
  capsule(ax, ay, bx, by, radius) {
    // Anywhere on the raster, the hardest and smallest brush meets the middle of one pixel.
    const outer = this.hard ? Math.max(radius, Math.SQRT1_2) : radius + 0.5;
    const inner = this.hard ? outer : radius * (1 - this.softness) - 0.5;
    const box = {
      left: Math.floor(Math.min(ax, bx) - outer),
      top: Math.floor(Math.min(ay, by) - outer),
      right: Math.ceil(Math.max(ax, bx) + outer) + 1,
      bottom: Math.ceil(Math.max(ay, by) + outer) + 1,
    };
    const line = { ax, ay, bx, by, dx: bx - ax, dy: by - ay, length2: (bx - ax) ** 2 + (by - ay) ** 2 };
    for (const tile of this.raster.tiles(box)) {
      const last = Math.min(tile.top + tile.height, box.bottom);
      for (let y = Math.max(tile.top, box.top); y < last; y++) this.row(tile, y, line, inner, outer);
    }
    return box;
  }

  row(tile, y, line, inner, outer) {
    const whole = span(y + 0.5, line, outer);
    if (!whole) return;
    const solid = inner > 0 ? span(y + 0.5, line, inner) : null;
    const first = Math.max(tile.left, Math.ceil(whole.left - 0.5));
    const last = Math.min(tile.left + tile.width - 1, Math.floor(whole.right - 0.5));
    if (first > last) return;
    const { before, coverage } = this.started(tile);
    const { pixels, width } = this.raster;
    const solidLeft = solid ? solid.left - 0.5 : Infinity, solidRight = solid ? solid.right - 0.5 : -Infinity;
    for (let x = first; x <= last; x++) {
      const inTile = (y - tile.top) * tile.width + x - tile.left;
      if (coverage[inTile] === 255) continue;
      const covered =
        x >= solidLeft && x <= solidRight ? 255 : this.profile(distance(x + 0.5, y + 0.5, line), inner, outer);
      if (covered <= coverage[inTile]) continue;
      coverage[inTile] = covered;
      pixels[y * width + x] = before[inTile] + Math.round(((this.value - before[inTile]) * covered) / 255);
    }
  }

  profile(far, inner, outer) {
    if (far > outer) return 0;
    if (this.hard || far <= inner) return 255;
    const part = (outer - far) / (outer - inner);
    return Math.round(255 * (this.softness ? part * part * (3 - 2 * part) : part));
  }

  started(tile) {
    let known = this.tiles.get(tile.key);
    if (!known) {
      known = { tile, before: this.raster.copy(tile), coverage: new Uint8Array(tile.width * tile.height) };
      this.tiles.set(tile.key, known);
    }
    return known;
  }

  // The patches that take the stroke back.
  end() {
    return [...this.tiles.values()].map(({ tile, before }) => this.raster.patch(tile, before)).filter(Boolean);
  }

  cancel() {
    for (const { tile, before } of this.tiles.values()) this.raster.paste(tile, before);
  }
}

function distance(x, y, { ax, ay, dx, dy, length2 }) {
  const along = length2 ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / length2, 0), 1) : 0;
  const across = x - ax - along * dx, down = y - ay - along * dy;
  return Math.sqrt(across * across + down * down); // several times as fast as Math.hypot
}

// Where the row y crosses what lies within `radius` of a line: it is convex, so from one x to another, or null.
function span(y, { ax, ay, bx, by, dx, dy, length2 }, radius) {
  let left = Infinity, right = -Infinity;
  const meets = (x, half = 0) => {
    left = Math.min(left, x - half);
    right = Math.max(right, x + half);
  };
  if (Math.abs(y - ay) <= radius) meets(ax, Math.sqrt(radius * radius - (y - ay) ** 2));
  if (Math.abs(y - by) <= radius) meets(bx, Math.sqrt(radius * radius - (y - by) ** 2));
  if (length2 && dy) {
    const length = Math.sqrt(length2);
    for (const side of [radius, -radius]) {
      const part = (y - ay - (side * dx) / length) / dy;
      if (part >= 0 && part <= 1) meets(ax - (side * dy) / length + part * dx);
    }
  }
  return left <= right ? { left, right } : null;
}

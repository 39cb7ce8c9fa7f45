// Which part of a picture is seen, and how large: the arithmetic of zoom and pan, without a page.
//
// The view is held in fractions of the picture: its middle as (x, y) in [0, 1], its zoom as a multiple of the size
// at which the whole picture fits. So it stays the same when a coarse picture gives way to a finer one.

const MOST_ENLARGED = 32; // device pixels for a pixel of the picture

export class View {
  constructor() {
    this.room = { width: 1, height: 1 }; // CSS pixels
    this.picture = { width: 1, height: 1 }; // its own pixels
    this.fit();
  }

  fit() {
    this.zoom = 1;
    this.x = 0.5;
    this.y = 0.5;
  }

  get isFit() {
    return this.zoom === 1;
  }

  // CSS pixels for one pixel of the picture.
  get fitScale() {
    return Math.min(this.room.width / this.picture.width, this.room.height / this.picture.height);
  }

  get scale() {
    return this.fitScale * this.zoom;
  }

  // Device pixels for one pixel of the picture: 1 is its actual size.
  get magnification() {
    return this.scale * window.devicePixelRatio;
  }

  get actualZoom() {
    return 1 / (this.fitScale * window.devicePixelRatio);
  }

  // The picture in the room, in CSS pixels, on whole device pixels: at its actual size no pixel is blurred.
  get rect() {
    const snapped = (value) => Math.round(value * window.devicePixelRatio) / window.devicePixelRatio;
    const width = Math.max(snapped(this.picture.width * this.scale), 1);
    const height = Math.max(snapped(this.picture.height * this.scale), 1);
    const left = snapped(this.room.width / 2 - this.x * width);
    const top = snapped(this.room.height / 2 - this.y * height);
    return { left, top, width, height };
  }

  // The part of the room in which the picture is seen.
  get visible() {
    const { left, top, width, height } = this.rect;
    const seen = (start, size, room) => [Math.max(start, 0), Math.min(start + size, room) - Math.max(start, 0)];
    const [x, across] = seen(left, width, this.room.width);
    const [y, down] = seen(top, height, this.room.height);
    return { left: x, top: y, width: Math.max(across, 0), height: Math.max(down, 0) };
  }

  // The same, as the style of what sits in its lower right corner.
  get corner() {
    const { left, top, width, height } = this.visible;
    return { right: `${this.room.width - left - width}px`, bottom: `${this.room.height - top - height}px` };
  }

  // The place under a point of the room, in fractions of the picture.
  at(x, y) {
    const { left, top, width, height } = this.rect;
    return { x: (x - left) / width, y: (y - top) / height };
  }

  // The room has another size: what is enlarged keeps its size, what fits goes on fitting.
  resizeRoom(width, height) {
    const before = this.fitScale;
    this.room = { width: Math.max(width, 1), height: Math.max(height, 1) };
    if (!this.isFit) this.zoom *= before / this.fitScale;
    this.clamp();
  }

  // Another picture. One of the same shape is seen as the last one was, another as a whole.
  setPicture(width, height) {
    const old = this.picture;
    const rounding = Math.max(old.width, old.height, width, height);
    const sameShape = Math.abs(old.width * height - width * old.height) <= rounding;
    this.picture = { width, height };
    if (sameShape) this.clamp();
    else this.fit();
  }

  // Zoom so that a place of the picture comes to lie under the point (x, y) of the room.
  hold(place, zoom, x, y) {
    const smallest = Math.min(1, this.actualZoom);
    const largest = Math.max(1, this.actualZoom * MOST_ENLARGED, Math.min(this.zoom, zoom));
    this.zoom = Math.min(Math.max(zoom, smallest), largest);
    if (Math.abs(this.zoom - 1) < 1e-3) this.zoom = 1;
    this.x = place.x + (this.room.width / 2 - x) / (this.picture.width * this.scale);
    this.y = place.y + (this.room.height / 2 - y) / (this.picture.height * this.scale);
    this.clamp();
  }

  // The point (x, y) of the room stays over the same place of the picture.
  zoomTo(zoom, x = this.room.width / 2, y = this.room.height / 2) {
    this.hold(this.at(x, y), zoom, x, y);
  }

  zoomBy(factor, x, y) {
    this.zoomTo(this.zoom * factor, x, y);
  }

  actualSize(x, y) {
    this.zoomTo(this.actualZoom, x, y);
  }

  toggle(x, y) {
    if (this.isFit) this.actualSize(x, y);
    else this.fit();
  }

  panBy(dx, dy) {
    this.x -= dx / (this.picture.width * this.scale);
    this.y -= dy / (this.picture.height * this.scale);
    this.clamp();
  }

  // No empty room beside a picture that is larger than the room; one that is smaller lies in the middle.
  clamp() {
    const within = (value, room, size) =>
      size <= room ? 0.5 : Math.min(Math.max(value, room / 2 / size), 1 - room / 2 / size);
    this.x = within(this.x, this.room.width, this.picture.width * this.scale);
    this.y = within(this.y, this.room.height, this.picture.height * this.scale);
  }

  // What linked views share.
  get shared() {
    return { zoom: this.zoom, x: this.x, y: this.y };
  }

  set shared({ zoom, x, y }) {
    Object.assign(this, { zoom, x, y });
    this.clamp();
  }
}

// Mouse, pen and fingers over a picture, as zoom and pan of a View.
//
// `on.changed()` is called after the view was changed. With `on.stroke` (begin, move, end, cancel) one pointer draws;
// the middle button, the space bar, a second finger, and a finger beside a pen pan instead.

const WHEEL = 0.0016; // of the logarithm of the zoom, for one CSS pixel of the wheel
const LINE = 16, PAGE = 400; // CSS pixels, for wheels that count lines or pages
const OWN = "button, a, input, select, textarea, [role]"; // what takes the pointer for itself
export const ERASER = 5; // the button of a pen's other end
const TAP = { time: 350, distance: 24, still: 4 }; // milliseconds, CSS pixels

export class Gestures {
  constructor(element, view, on) {
    Object.assign(this, { element, view, on });
    this.pointers = new Map();
    this.panning = false; // the space bar is down
    this.drawing = null;
    this.penSeen = false;
    this.lastTap = { time: -Infinity, x: 0, y: 0 };
    this.abort = new AbortController();
    const listen = (type, handler, options = {}) =>
      element.addEventListener(type, handler.bind(this), { signal: this.abort.signal, ...options });
    // A ring of focus is for the keyboard: who has a pointer over the picture knows where it is.
    listen("focus", () => element.toggleAttribute("data-by-pointer", this.pointers.size > 0));
    listen("blur", () => element.removeAttribute("data-by-pointer"));
    listen("wheel", this.wheel, { passive: false });
    listen("pointerdown", this.down);
    listen("pointermove", this.move);
    listen("pointerup", this.up);
    listen("pointercancel", this.cancel);
    listen("lostpointercapture", this.lost);
    if (on.stroke) listen("contextmenu", (event) => event.preventDefault()); // a pen that rests would open it
    // Two fingers are for the picture even where one scrolls the page.
    const twoFingers = (event) => event.touches.length > 1 && event.cancelable && event.preventDefault();
    listen("touchstart", twoFingers, { passive: false });
    listen("touchmove", twoFingers, { passive: false });
  }

  close() {
    this.abort.abort();
  }

  place(event) {
    const box = this.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  wheel(event) {
    event.preventDefault();
    const unit = [1, LINE, PAGE][event.deltaMode];
    const { x, y } = this.place(event);
    // A pinch on a touch pad comes as a wheel with the control key, in steps a tenth as large.
    const speed = WHEEL * (event.ctrlKey ? 8 : 1);
    this.view.zoomBy(Math.exp(-Math.max(-300, Math.min(300, event.deltaY * unit)) * speed), x, y);
    this.on.changed();
  }

  down(event) {
    const own = event.target.closest(OWN);
    if (own !== this.element && this.element.contains(own)) return;
    if (event.pointerType === "mouse" && event.button === 2) return;
    if (event.button === 1) event.preventDefault(); // no scrolling by the middle button
    this.element.setPointerCapture(event.pointerId);
    const place = this.place(event);
    this.pointers.set(event.pointerId, { ...place, from: place, moved: false });
    this.grip();
    if (event.pointerType === "pen") this.penSeen = true;
    if (this.pointers.size > 1) {
      this.stopDrawing("cancel", event); // it was the first finger of two
      return;
    }
    const nib = event.button === 0 || event.button === ERASER;
    const draws = this.on.stroke && nib && !this.panning && !(this.penSeen && event.pointerType === "touch");
    if (draws) {
      this.drawing = event.pointerId;
      this.on.stroke.begin(event);
    }
  }

  move(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    if (this.drawing === event.pointerId) {
      this.on.stroke.move(event);
      return;
    }
    Object.assign(pointer, this.place(event));
    pointer.moved ||= Math.hypot(pointer.x - pointer.from.x, pointer.y - pointer.from.y) > TAP.still;
    if (!pointer.moved) return;
    const { x, y, spread } = this.fingers();
    const zoom = this.pointers.size > 1 ? (this.held.zoom * spread) / this.held.spread : this.view.zoom;
    this.view.hold(this.held.place, zoom, x, y);
    this.on.changed();
  }

  // Remember which place of the picture the fingers hold: from now on it stays under them.
  grip() {
    if (!this.pointers.size) return;
    const { x, y, spread } = this.fingers();
    this.held = { place: this.view.at(x, y), zoom: this.view.zoom, spread };
  }

  release(event) {
    this.pointers.delete(event.pointerId);
    this.grip();
  }

  // The middle of all fingers, and how far the first two are apart.
  fingers() {
    const [one, two = one] = this.pointers.values();
    return {
      x: (one.x + two.x) / 2,
      y: (one.y + two.y) / 2,
      spread: Math.max(Math.hypot(one.x - two.x, one.y - two.y), 1),
    };
  }

  up(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) return;
    if (this.drawing === event.pointerId) this.stopDrawing("end", event);
    else if (this.pointers.size === 1 && !pointer.moved && !this.on.stroke) this.tap(event);
    this.release(event);
  }

  cancel(event) {
    if (this.drawing === event.pointerId) this.stopDrawing("cancel", event);
    this.release(event);
  }

  lost(event) {
    if (this.drawing === event.pointerId) this.stopDrawing("end", event);
    this.release(event);
  }

  stopDrawing(how, event) {
    if (this.drawing === null) return;
    this.drawing = null;
    this.on.stroke[how](event);
  }

  tap(event) {
    const { x, y } = this.place(event);
    const last = this.lastTap;
    const twice = event.timeStamp - last.time < TAP.time && Math.hypot(x - last.x, y - last.y) < TAP.distance;
    this.lastTap = { time: twice ? -Infinity : event.timeStamp, x, y };
    if (!twice) return;
    this.view.toggle(x, y);
    this.on.changed();
  }
}

const STEP = Math.SQRT2; // of the zoom, for one press of a key
const PAN = 60; // CSS pixels

// A key that changes the view: whether it was one. Where all is seen, arrows have nothing to pan and are left alone.
export function viewKey(event, view) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const pan = event.shiftKey ? 4 * PAN : PAN;
  const actions = {
    "+": () => view.zoomBy(STEP),
    "=": () => view.zoomBy(STEP),
    "-": () => view.zoomBy(1 / STEP),
    0: () => view.fit(),
    1: () => view.actualSize(),
    ArrowLeft: () => view.panBy(pan, 0),
    ArrowRight: () => view.panBy(-pan, 0),
    ArrowUp: () => view.panBy(0, pan),
    ArrowDown: () => view.panBy(0, -pan),
  };
  if (!(event.key in actions) || (view.isFit && event.key.startsWith("Arrow"))) return false;
  actions[event.key]();
  return true;
}

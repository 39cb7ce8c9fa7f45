// The mask that a brush paints: its pixels, what can be undone, the brush itself, and the way to the server.
//
// It outlives the component that shows it: a tab that is left takes the component off the page, and the mask must stay.

import { exchangeAll, History } from "impasto-components/history.js";
import { address } from "impasto-components/picture.js";
import { Raster, Stroke } from "impasto-components/raster.js";

const masks = new Map(); // their address on the server to the mask

export function maskOf(url, make) {
  if (!masks.has(url)) masks.set(url, make());
  return masks.get(url);
}

// Commands come as events of the window, so that they reach a mask that is not on the page just now.
window.addEventListener("impasto-mask", ({ detail: { url, command, args } }) => {
  if (command === "forget") masks.delete(url);
  else masks.get(url)?.[command](...args);
});

export class Mask {
  constructor(url, width, height, base, settings, revision) {
    Object.assign(this, { url, settings: { ...settings }, revision });
    this.raster = new Raster(width, height);
    this.history = new History(this.raster);
    this.palette = [base]; // of regions: what a byte stands for
    this.stroke = null;
    this.loaded = 0; // the number of the picture that was loaded last
    this.loading = Promise.resolve();
    this.shownBy = null; // the component
  }

  // Whether it is a map of regions, each in a colour of its own, and not a grey mask.
  get isMap() {
    return typeof this.settings.value === "string";
  }

  // revision: how often the server has changed the settings; what is chosen on the page leaves it.
  configure(settings, revision = this.revision) {
    Object.assign(this.settings, settings);
    this.revision = revision;
    this.shownBy?.configured();
  }

  // The byte that the brush leaves.
  get ink() {
    return this.isMap ? this.indexOf(this.settings.value) : this.settings.value;
  }

  indexOf(color) {
    const known = this.palette.indexOf(color);
    if (known >= 0) return known;
    if (this.palette.length > 255) throw new RangeError("a map has at most 256 colours");
    return this.palette.push(color) - 1;
  }

  // Strokes: places in pixels of the mask, with the pointer's pressure from 0 to 1.
  begin(place, erases = this.settings.tool === "erase") {
    const { softness } = this.settings;
    this.stroke = new Stroke(this.raster, { value: erases ? 0 : this.ink, softness, hard: this.isMap });
    this.last = this.nib(place);
    this.shownBy?.changed(this.stroke.line(this.last, this.last));
  }

  extend(place) {
    if (!this.stroke) return;
    const next = this.nib(place);
    this.shownBy?.changed(this.stroke.line(this.last, next));
    this.last = next;
  }

  nib({ x, y, pressure }) {
    return { x, y, radius: Math.max((this.settings.size / 2) * pressure, 0.5) };
  }

  end() {
    const patches = this.stroke?.end();
    this.stroke = null;
    if (patches) this.add({ patches });
  }

  cancel() {
    this.stroke?.cancel();
    this.stroke = null;
    this.shownBy?.changed();
  }

  undo() {
    if (!this.stroke && this.history.undo()) this.report();
  }

  redo() {
    if (!this.stroke && this.history.redo()) this.report();
  }

  fill() {
    const ink = this.ink;
    this.changeAll((pixels) => new Uint8Array(pixels.length).fill(ink));
  }

  clear() {
    this.changeAll((pixels) => new Uint8Array(pixels.length));
  }

  // Black becomes white. In a map the brush's colour and the base change places, and other regions stay.
  invert() {
    const ink = this.ink;
    const exchange = Uint8Array.from({ length: 256 }, (_, value) => (this.isMap ? value : 255 - value));
    if (this.isMap) [exchange[0], exchange[ink]] = [ink, 0];
    if (this.isMap && ink === 0) return;
    this.end();
    exchangeAll(this.raster, exchange);
    this.add({ exchange });
  }

  changeAll(change) {
    this.end();
    this.add({ patches: this.raster.changeAll(change) });
  }

  add(change) {
    if (this.history.add(change)) this.report();
  }

  // Tell the page and the server that the mask has changed.
  report() {
    this.shownBy?.changed();
    this.shownBy?.report();
  }

  // Fetch the picture of this number, which the server keeps; undo brings back what was there before.
  load(number) {
    if (number > this.loaded) {
      this.loaded = number;
      this.loading = this.loading.then(() => this.fetch(number)).catch((error) => console.error(error));
    }
    return this.loading;
  }

  async fetch(number) {
    const answer = await fetch(`${address(this.url)}?number=${number}`);
    if (!answer.ok) throw new Error(`the mask could not be loaded: ${answer.status}`);
    const colors = answer.headers.get("X-Palette");
    const pixels = new Uint8Array(await answer.arrayBuffer());
    if (pixels.length !== this.raster.pixels.length) throw new Error("the loaded mask has another size");
    const table = colors ? Uint8Array.from(colors.split(","), (color) => this.indexOf(color)) : null;
    if (table) for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]];
    this.changeAll(() => pixels);
  }

  // Post the bytes to the server, which makes the PNG of them. A stroke that is being painted is sent as it stands.
  async send(request, number) {
    await this.load(number);
    const packed = new Blob([this.raster.pixels]).stream().pipeThrough(new CompressionStream("deflate"));
    const headers = this.isMap ? { "X-Palette": this.palette.join(",") } : {};
    const body = await new Response(packed).blob();
    const answer = await fetch(`${address(this.url)}?request=${request}`, { method: "POST", headers, body });
    if (!answer.ok) throw new Error(`the mask could not be sent: ${answer.status}`);
  }
}

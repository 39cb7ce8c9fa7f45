// What can be undone and redone: of every change the rectangles it touched, and what stood there before.

import { plain } from "impasto-components/raster.js";

const STROKES = 50; // that can always be undone
const BYTES = 256 * 2 ** 20; // above which older ones are forgotten

export class History {
  constructor(raster) {
    this.raster = raster;
    this.done = [];
    this.undone = [];
    this.bytes = 0;
  }

  // A change that was made: `{ patches }`, or `{ exchange }`, a table by which every value was changed and which,
  // used again, changes it back.
  add(change) {
    if (change.patches && !change.patches.length) return false;
    for (const forgotten of this.undone.splice(0)) this.bytes -= size(forgotten);
    this.done.push(change);
    this.bytes += size(change);
    while (this.done.length > STROKES && this.bytes > BYTES) this.bytes -= size(this.done.shift());
    return true;
  }

  undo() {
    return this.step(this.done, this.undone);
  }

  redo() {
    return this.step(this.undone, this.done);
  }

  step(from, to) {
    const change = from.pop();
    if (!change) return false;
    this.bytes -= size(change);
    if (change.exchange) exchangeAll(this.raster, change.exchange);
    for (const patch of change.patches ?? []) {
      const data = plain(this.raster.copy(patch));
      this.raster.paste(patch, patch.data);
      patch.data = data;
    }
    to.push(change);
    this.bytes += size(change);
    return true;
  }
}

export function exchangeAll({ pixels }, table) {
  for (let i = 0; i < pixels.length; i++) pixels[i] = table[pixels[i]];
}

const size = ({ patches = [] }) => patches.reduce((sum, { data }) => sum + (data.length ?? 8), 0);

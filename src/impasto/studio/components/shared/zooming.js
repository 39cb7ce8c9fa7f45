// What every component with a View has: a readout of the zoom that is a button, and a room that may change its size.

import { percent } from "impasto-components/picture.js";

export const READOUT = `
  <button
    type="button" class="impasto-readout" :style="corner" @click="toggle"
    :title="isFit ? 'Show the actual size (1)' : 'Show the whole picture (0)'"
    :aria-label="'Zoom ' + readout + (isFit ? ': show the actual size' : ': show the whole picture')"
  >{{ readout }}</button>`;

// A Vue mixin. The component has `view`, and `viewChanged()`, which draws it and calls `showZoom()`.
export const zooming = {
  data: () => ({ isFit: true, readout: "", corner: {} }),
  methods: {
    fit() {
      this.view.fit();
      this.viewChanged();
    },
    actualSize() {
      this.view.actualSize();
      this.viewChanged();
    },
    toggle() {
      this.view.toggle();
      this.viewChanged();
    },
    showZoom() {
      this.isFit = this.view.isFit;
      this.readout = percent(this.view);
      this.corner = this.view.corner;
    },
  },
};

// Call `resized(width, height)` in CSS pixels when an element has another size, or the screen other pixels (the page
// is enlarged). An element that is hidden keeps the size it had. Returns what ends it.
export function watchSize(element, resized) {
  let last = null;
  const tell = () => last?.width && last.height && resized(last.width, last.height);
  const observer = new ResizeObserver(([{ contentRect }]) => {
    last = contentRect;
    tell();
  });
  observer.observe(element);
  window.addEventListener("resize", tell);
  return () => {
    observer.disconnect();
    window.removeEventListener("resize", tell);
  };
}

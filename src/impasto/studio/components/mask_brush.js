// A brush over the photograph. See mask_brush.py.

import { ERASER, Gestures, viewKey } from "impasto-components/gestures.js";
import { Mask, maskOf } from "impasto-components/mask.js";
import { isCrisp, Picture } from "impasto-components/picture.js";
import { addStyles } from "impasto-components/styles.js";
import { Veil } from "impasto-components/veil.js";
import { View } from "impasto-components/view.js";
import { READOUT, watchSize, zooming } from "impasto-components/zooming.js";

await addStyles();

const VEIL = "#e5383b"; // the colour in which a grey mask is shown
const SIZE_STEP = 1.2, SOFTNESS_STEP = 0.1; // for one press of a key
const views = new WeakMap(); // of masks: the view, for a brush that is taken off the page and put back

const ICONS = {
  add: "M3.5 16.5c2.6.4 4.7-.4 5-2.3.2-1.3-.7-2.3-1.9-2.3-2.3 0-1.6 3-3.1 4.6zM8.3 12.3l7.9-8.3M10 14c-.2-.8-.8-1.5-1.7-1.7",
  erase: "M8.2 16.5 3.7 12a1 1 0 0 1 0-1.4l6.5-6.5a1 1 0 0 1 1.4 0l4.3 4.3a1 1 0 0 1 0 1.4l-6.7 6.7zM7.1 7.2l5.7 5.7M8.2 16.5h8.3",
  undo: "M7 4.5 3.5 8 7 11.5M3.5 8H12a4 4 0 0 1 0 8H9",
  redo: "M13 4.5 16.5 8 13 11.5M16.5 8H8a4 4 0 0 0 0 8h3",
  fill: "M4 4h12v12H4zM4 10l6-6M4 16 16 4M10 16l6-6",
  invert: "M10 3.5a6.5 6.5 0 0 1 0 13",
  clear: "M4 6h12M8 6V4h4v2M5.8 6l.7 10.5h7L14.2 6",
};
const SOLID = { invert: "M10 3.5a6.5 6.5 0 0 0 0 13z" }; // parts of them that are filled

export default {
  mixins: [zooming],
  template: `
    <div class="impasto-brush" role="group" :aria-label="label" @keydown="key" @keyup="keyUp" @focusout="release">
      <div
        ref="room" class="impasto-room impasto-canvas" :class="{ 'impasto-pans': pans }" tabindex="0"
        role="application" :aria-label="label + ': paint with the pointer; brackets change the size of the brush'"
        @pointermove="hover" @pointerdown="hover" @pointerleave="leave" @pointercancel="leave"
      >
        <div ref="paper" class="impasto-paper"></div>
        <canvas ref="veil" class="impasto-veil"></canvas>
        <svg v-show="cursor.shown && !pans" class="impasto-cursor" :class="{ 'impasto-erases': s.tool === 'erase' }"
          :style="{ transform: 'translate(' + cursor.x + 'px,' + cursor.y + 'px)' }" aria-hidden="true">
          <circle class="impasto-shade" :r="radius" /><circle :r="radius" />
          <circle v-if="inner > 2" class="impasto-inner" :r="inner" />
          <path v-if="radius < 4" class="impasto-shade" d="M-9 0h5M4 0h5M0-9v5M0 4v5" />
          <path v-if="radius < 4" d="M-9 0h5M4 0h5M0-9v5M0 4v5" />
        </svg>
        ${READOUT}
      </div>
      <div v-if="toolbar" class="impasto-tools" role="toolbar" aria-label="Brush">
        <div class="impasto-group">
          <button
            v-for="tool in tools" type="button" :class="{ 'impasto-on': s.tool === tool.name }" :title="tool.title"
            :aria-label="tool.title" :aria-pressed="s.tool === tool.name" @click="choose({ tool: tool.name })"
          >
            <svg viewBox="0 0 20 20" aria-hidden="true"><path :d="icons[tool.name]" /></svg>
            <i v-if="tool.name === 'add' && s.value !== 255" :style="{ background: ink }"></i>
          </button>
        </div>
        <label class="impasto-slide">
          <span>size</span>
          <input type="range" min="0" max="1" step="any" :value="sizePart" :style="{ '--part': sizePart }"
            :aria-valuetext="sizeText" @input="choose({ size: sizeAt(+$event.target.value) })" />
          <output>{{ sizeText }}</output>
        </label>
        <label v-if="!isMap" class="impasto-slide">
          <span>softness</span>
          <input type="range" min="0" max="1" step="0.01" :value="s.softness" :style="{ '--part': s.softness }"
            :aria-valuetext="softText" @input="choose({ softness: +$event.target.value })" />
          <output>{{ softText }}</output>
        </label>
        <div class="impasto-group">
          <button
            v-for="one in commands" type="button" :title="one.title" :aria-label="one.title"
            :disabled="(one.name === 'undo' && !canUndo) || (one.name === 'redo' && !canRedo)" @click="mask[one.name]()"
          >
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <path :d="icons[one.name]" /><path :d="solid[one.name]" fill="currentcolor" />
            </svg>
          </button>
        </div>
      </div>
    </div>
  `,
  props: {
    picture: String,
    url: String,
    width: Number,
    height: Number,
    base: String,
    label: String,
    toolbar: Boolean,
    settings: Object,
    revision: Number,
    number: Number,
  },
  emits: ["ready", "changed", "settings"],
  data() {
    return {
      s: { ...this.settings },
      canUndo: false,
      canRedo: false,
      scale: 1, // CSS pixels for one pixel of the mask
      pans: false,
      cursor: { shown: false, x: 0, y: 0 },
    };
  },
  computed: {
    isMap() {
      return typeof this.s.value === "string";
    },
    ink() {
      return this.isMap ? this.s.value : `rgb(${this.s.value} ${this.s.value} ${this.s.value})`;
    },
    radius() {
      return (this.s.size / 2) * this.scale;
    },
    inner() {
      return this.isMap || !this.s.softness ? 0 : this.radius * (1 - this.s.softness);
    },
    largest() {
      return Math.max(64, Math.max(this.width, this.height) / 2);
    },
    sizePart() {
      return Math.min(Math.log(this.s.size) / Math.log(this.largest), 1);
    },
    sizeText() {
      return `${this.s.size < 10 ? +this.s.size.toFixed(1) : Math.round(this.s.size)} px`;
    },
    softText() {
      return `${Math.round(this.s.softness * 100)} %`;
    },
  },
  created() {
    this.icons = ICONS;
    this.solid = SOLID;
    this.tools = [
      { name: "add", title: "Paint (b)" },
      { name: "erase", title: "Erase (e)" },
    ];
    this.commands = [
      { name: "undo", title: "Undo (z)" },
      { name: "redo", title: "Redo (shift + z)" },
      { name: "fill", title: "Fill all" },
      { name: "invert", title: "Invert" },
      { name: "clear", title: "Clear" },
    ];
    const make = () => new Mask(this.url, this.width, this.height, this.base, this.settings, this.revision);
    this.mask = maskOf(this.url, make);
  },
  mounted() {
    const { mask } = this;
    this.view = views.get(mask) ?? new View();
    views.set(mask, this.view);
    this.view.setPicture(this.width, this.height);
    this.painted = new Veil(this.$refs.veil);
    this.photograph = new Picture(this.$refs.paper, { shown: () => this.viewChanged() });
    this.photograph.show(this.picture || "");
    this.gestures = new Gestures(this.$refs.room, this.view, {
      changed: () => this.viewChanged(),
      stroke: {
        begin: (event) => mask.begin(this.place(event), event.button === ERASER || undefined),
        move: (event) => this.moves(event).forEach((one) => mask.extend(this.place(one))),
        end: () => mask.end(),
        cancel: () => mask.cancel(),
      },
    });
    this.unwatch = watchSize(this.$refs.room, (width, height) => {
      this.view.resizeRoom(width, height);
      this.painted.resize(width, height);
      this.viewChanged();
    });
    mask.shownBy = this;
    if (this.revision > mask.revision) mask.configure(this.settings, this.revision);
    else this.configured();
    mask.load(this.number);
    this.report("ready");
  },
  unmounted() {
    if (this.mask.shownBy === this) this.mask.shownBy = null;
    this.unwatch();
    this.gestures.close();
    cancelAnimationFrame(this.frame);
  },
  watch: {
    picture(url) {
      this.photograph.show(url || "");
    },
    number(number) {
      this.mask.load(number);
    },
    revision() {
      this.mask.configure(this.settings, this.revision);
    },
  },
  methods: {
    // The mask's settings or colours are others.
    configured() {
      this.s = { ...this.mask.settings };
      this.changed();
    },
    // What the painter chose here.
    choose(settings) {
      this.mask.configure(settings);
      this.$emit("settings", settings);
    },
    sizeAt(part) {
      const size = this.largest ** part;
      return size < 10 ? Math.round(size * 10) / 10 : Math.round(size);
    },
    // The mask has other pixels in this box, or anywhere: shown with the next frame.
    changed(box) {
      this.canUndo = this.mask.history.done.length > 0;
      this.canRedo = this.mask.history.undone.length > 0;
      if (!box || this.dirty === null) this.dirty = null;
      else if (!this.dirty) this.dirty = { ...box };
      else {
        this.dirty.left = Math.min(this.dirty.left, box.left);
        this.dirty.top = Math.min(this.dirty.top, box.top);
        this.dirty.right = Math.max(this.dirty.right, box.right);
        this.dirty.bottom = Math.max(this.dirty.bottom, box.bottom);
      }
      this.frame ??= requestAnimationFrame(() => {
        const box = this.dirty;
        this.frame = this.dirty = undefined;
        this.painted.setColors(this.mask, VEIL);
        this.painted.draw(this.mask.raster, this.view.rect, box ?? undefined);
      });
    },
    viewChanged() {
      this.photograph.place(this.view.rect, isCrisp(this.view, this.photograph.image));
      this.scale = this.view.scale;
      this.showZoom();
      this.changed();
    },
    report(event = "changed") {
      this.changed();
      this.$emit(event, { canUndo: this.canUndo, canRedo: this.canRedo });
    },
    // Where an event is, in pixels of the mask. Only a pen says how hard it is pressed.
    place(event) {
      const box = this.$refs.room.getBoundingClientRect();
      const { x, y } = this.view.at(event.clientX - box.left, event.clientY - box.top);
      const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 1;
      return { x: x * this.width, y: y * this.height, pressure };
    },
    // All places that the pointer went through since the last event, where the browser tells.
    moves(event) {
      const all = event.getCoalescedEvents?.() ?? [];
      return all.length ? all : [event];
    },
    hover(event) {
      const box = this.$refs.room.getBoundingClientRect();
      const over = !event.target.closest("button");
      this.cursor = { shown: over, x: event.clientX - box.left, y: event.clientY - box.top };
    },
    leave() {
      this.cursor.shown = false;
    },
    key(event) {
      const onCanvas = event.target === this.$refs.room;
      if (event.key === " " && onCanvas) this.pans = this.gestures.panning = true;
      else if (onCanvas && viewKey(event, this.view)) this.viewChanged();
      else if (!this.shortcut(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    shortcut(event) {
      const control = event.ctrlKey || event.metaKey;
      if (event.altKey || (control && !"zZy".includes(event.key))) return false;
      const { size, softness } = this.mask.settings;
      const resize = (factor) => {
        const wanted = Math.max(1, Math.min(size * factor, this.largest));
        this.choose({ size: wanted < 10 ? Math.round(wanted * 10) / 10 : Math.round(wanted) });
      };
      const soften = (by) => this.choose({ softness: Math.round(Math.max(0, Math.min(1, softness + by)) * 100) / 100 });
      const actions = {
        b: () => this.choose({ tool: "add" }),
        e: () => this.choose({ tool: "erase" }),
        z: () => this.mask.undo(),
        Z: () => this.mask.redo(),
        ...(control && { y: () => this.mask.redo() }),
        "[": () => resize(1 / SIZE_STEP),
        "]": () => resize(SIZE_STEP),
        "{": () => soften(-SOFTNESS_STEP),
        "}": () => soften(SOFTNESS_STEP),
      };
      actions[event.key]?.();
      return event.key in actions;
    },
    keyUp(event) {
      if (event.key === " ") this.release();
    },
    release() {
      this.pans = this.gestures.panning = false;
    },
  },
};

// The live picture: zoom, pan, before and after. See picture_view.py.

import { Gestures, viewKey } from "impasto-components/gestures.js";
import { isCrisp, Picture } from "impasto-components/picture.js";
import { addStyles } from "impasto-components/styles.js";
import { View } from "impasto-components/view.js";
import { READOUT, watchSize, zooming } from "impasto-components/zooming.js";

await addStyles();

const groups = new Map(); // of views that move together: their name to the components
const kept = new Map(); // what was seen, for a view that is taken off the page and put back, as a tab does

const TAG = 90; // CSS pixels that "before" and "after" need beside the divider

const SPLIT_KEYS = {
  ArrowLeft: (split, step) => split - step,
  ArrowDown: (split, step) => split - step,
  ArrowRight: (split, step) => split + step,
  ArrowUp: (split, step) => split + step,
  PageDown: (split) => split - 0.1,
  PageUp: (split) => split + 0.1,
  Home: () => 0,
  End: () => 1,
};

export default {
  mixins: [zooming],
  template: `
    <div
      ref="room" class="impasto-room impasto-view" :class="{ 'impasto-fit': isFit, 'impasto-empty': !hasImage }"
      tabindex="0" role="group" :aria-label="label || 'Picture'" @keydown="key"
    >
      <div ref="paper" class="impasto-paper"></div>
      <div ref="beforePaper" class="impasto-paper" :style="{ clipPath: clip }"></div>
      <div
        v-if="comparing" class="impasto-divider"
        :style="{ left: line + 'px', top: visible.top + 'px', height: visible.height + 'px' }"
        tabindex="0" role="slider" aria-label="Before and after" aria-orientation="horizontal"
        aria-valuemin="0" aria-valuemax="100" :aria-valuenow="percentBefore"
        :aria-valuetext="percentBefore + ' percent before'"
        @pointerdown="grab" @pointermove="drag" @pointerup="drop" @pointercancel="drop"
      >
        <span v-show="line - visible.left > TAG" class="impasto-tag impasto-tag-left" aria-hidden="true">before</span>
        <span v-show="visible.left + visible.width - line > TAG" class="impasto-tag impasto-tag-right" aria-hidden="true">after</span>
        <svg class="impasto-grip" viewBox="0 0 28 28" aria-hidden="true">
          <circle cx="14" cy="14" r="13" /><path d="M11 9.5 6.5 14l4.5 4.5M17 9.5l4.5 4.5-4.5 4.5" />
        </svg>
      </div>
      ${READOUT}
      <slot></slot>
    </div>
  `,
  props: { source: String, before: String, label: String, group: String },
  emits: ["failed"],
  data() {
    return {
      hasImage: false,
      comparing: false,
      visible: { left: 0, top: 0, width: 0, height: 0 }, // the part of the picture that is seen, in the room
      split: 0.5, // of its width
      grabbed: null,
    };
  },
  computed: {
    line() {
      const ratio = window.devicePixelRatio;
      return Math.round((this.visible.left + this.split * this.visible.width) * ratio) / ratio;
    },
    clip() {
      return this.comparing ? `polygon(0 0, ${this.line}px 0, ${this.line}px 100%, 0 100%)` : "inset(100%)";
    },
    percentBefore() {
      return Math.round(this.split * 100);
    },
  },
  created() {
    // Not reactive: they change with every move of the pointer.
    this.view = new View();
    this.TAG = TAG;
  },
  mounted() {
    const seen = kept.get(this.$attrs.id);
    if (seen) this.split = seen.split;
    this.remembered = seen?.view;
    this.picture = new Picture(this.$refs.paper, {
      alt: this.label || "",
      failed: (url) => this.$emit("failed", { url }),
      shown: (image) => this.shown(image),
    });
    this.beforePicture = new Picture(this.$refs.beforePaper, {
      failed: (url) => this.$emit("failed", { url }),
      shown: (image) => {
        this.comparing = !!image;
        this.draw();
      },
    });
    this.gestures = new Gestures(this.$refs.room, this.view, { changed: () => this.viewChanged() });
    this.unwatch = watchSize(this.$refs.room, (width, height) => {
      this.view.resizeRoom(width, height);
      this.draw();
    });
    this.join(this.group);
    this.picture.show(this.source || "");
    this.beforePicture.show(this.before || "");
  },
  unmounted() {
    kept.set(this.$attrs.id, { split: this.split, view: this.view.shared });
    this.leave(this.group);
    this.unwatch();
    this.gestures.close();
  },
  watch: {
    source(url) {
      this.picture.show(url || "");
    },
    before(url) {
      this.beforePicture.show(url || "");
    },
    label(text) {
      this.picture.alt = text || "";
      if (this.picture.image) this.picture.image.alt = this.picture.alt;
    },
    group(name, old) {
      this.leave(old);
      this.join(name);
    },
  },
  methods: {
    shown(image) {
      this.hasImage = !!image;
      if (image) {
        this.view.setPicture(image.naturalWidth, image.naturalHeight);
        const others = [...(groups.get(this.group) ?? [])].filter((one) => one !== this && one.hasImage);
        const adopted = this.remembered ?? (this.entered ? null : others[0]?.view.shared);
        if (adopted) this.view.shared = adopted;
        this.remembered = null;
        this.entered = true;
      }
      this.draw();
    },
    viewChanged() {
      this.draw();
      for (const other of groups.get(this.group) ?? []) {
        if (other === this) continue;
        other.view.shared = this.view.shared;
        other.draw();
      }
    },
    draw() {
      const { view } = this;
      const { rect } = view;
      this.picture.place(rect, isCrisp(view, this.picture.image));
      this.beforePicture.place(rect, isCrisp(view, this.beforePicture.image));
      this.visible = view.visible;
      this.showZoom();
    },
    key(event) {
      if (!event.target.matches(".impasto-room, .impasto-divider, .impasto-readout")) return;
      const move = this.comparing && !event.ctrlKey && !event.metaKey && !event.altKey && SPLIT_KEYS[event.key];
      if (move) this.split = Math.min(Math.max(move(this.split, event.shiftKey ? 0.1 : 0.02), 0), 1);
      else if (viewKey(event, this.view)) this.viewChanged();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    grab(event) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      this.grabbed = event.clientX - this.line; // the line stays under the pointer as it was taken
    },
    drag(event) {
      if (this.grabbed === null || !this.visible.width) return;
      const place = (event.clientX - this.grabbed - this.visible.left) / this.visible.width;
      this.split = Math.min(Math.max(place, 0), 1);
    },
    drop() {
      this.grabbed = null;
    },
    join(name) {
      if (!name) return;
      if (!groups.has(name)) groups.set(name, new Set());
      groups.get(name).add(this);
    },
    leave(name) {
      groups.get(name)?.delete(this);
      if (!groups.get(name)?.size) groups.delete(name);
    },
  },
};

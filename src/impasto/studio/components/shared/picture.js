// A picture on the page: loaded and decoded before it is shown, laid where a View says.

// An address of the server, also where the page stands behind a path of a proxy.
export const address = (url) => (url.startsWith("/") ? (window.path_prefix ?? "") + url : url);

export class Picture {
  // paper: the element that holds the image. shown(image | null): called when another image stands there.
  constructor(paper, { alt = "", shown, failed }) {
    Object.assign(this, { paper, alt, shown, failed });
    this.image = null;
    this.url = "";
    this.loading = false;
    this.waiting = null;
  }

  // While one picture is loaded only the newest that was asked for waits: pictures that come faster than they can be
  // decoded are left out, and the last is always shown.
  async show(url) {
    if (this.loading) {
      this.waiting = url;
      return;
    }
    this.loading = true;
    for (let next = url; next !== null; next = this.waiting) {
      this.waiting = null;
      if (next !== this.url) await this.load(next);
    }
    this.loading = false;
  }

  async load(url) {
    if (!url) {
      this.put(null, url);
      return;
    }
    const image = new Image();
    image.draggable = false;
    image.alt = this.alt;
    image.src = address(url);
    try {
      await image.decode();
    } catch {
      if (this.waiting === null) this.failed?.(url); // what was shown stays
      return;
    }
    this.put(image, url);
  }

  put(image, url) {
    this.url = url;
    this.image = image;
    this.paper.replaceChildren(...(image ? [image] : []));
    this.shown(image);
  }

  place({ left, top, width, height }, crisp) {
    if (!this.image) return;
    Object.assign(this.image.style, {
      transform: `translate(${left}px, ${top}px)`,
      width: `${width}px`,
      height: `${height}px`,
      imageRendering: crisp ? "pixelated" : "auto",
    });
  }
}

// Beyond its actual size a picture shows its pixels as they are. One that was only fitted into the room is smoothed.
export const isCrisp = (view, image) =>
  !view.isFit && !!image && view.rect.width * window.devicePixelRatio > image.naturalWidth * 1.001;

export const percent = (view) => {
  const value = view.magnification * 100;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
};

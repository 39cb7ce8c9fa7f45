/* The search of the site runs in a Worker, and browsers start none for a page that was opened as a file. Here a frame
   that nobody sees does a Worker's part. On a server nothing of this happens. */
if (location.protocol === "file:")
  window.Worker = class extends EventTarget {
    constructor(address) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.append(frame)
      const inside = frame.contentWindow
      const load = script => new Promise((loaded, failed) => {
        const element = inside.document.createElement("script")
        Object.assign(element, { src: script, onload: loaded, onerror: failed })
        inside.document.head.append(element)
      })
      const answer = data => setTimeout(() => {
        const event = new MessageEvent("message", { data })
        this.dispatchEvent(event)
        if (this.onmessage) this.onmessage(event)
      })
      const base = new URL(address, document.baseURI)
      inside.importScripts = (...scripts) =>
        scripts.reduce((before, script) => before.then(() => load(new URL(script, base))), Promise.resolve())
      inside.postMessage = answer
      this.frame = frame
      this.ready = load(base)
    }

    postMessage(data) {
      const inside = this.frame.contentWindow
      this.ready.then(() => inside.dispatchEvent(new inside.MessageEvent("message", { data })))
    }

    terminate() {
      this.frame.remove()
    }
  }

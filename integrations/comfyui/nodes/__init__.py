"""The nodes, one a file. A node's text in ComfyUI is its DESCRIPTION and the tooltips of its sockets."""

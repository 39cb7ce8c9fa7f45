"""Parts of the studio's page that are drawn in the browser: the picture, and the brush that paints masks."""
